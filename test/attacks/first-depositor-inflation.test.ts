import { expect } from "chai";
import { deployed, loadFixture, open } from "../contracts/fixtures.ts";
import { appoint, ONE, WHOLE } from "../contracts/stake.ts";

async function fresh() {
  const suite = await deployed();
  const { stakeVault, validator, stranger } = suite;
  await stakeVault.connect(validator).register(0);
  await appoint(suite, stranger);
  return suite;
}

describe("attack: first-depositor inflation", () => {
  it("a donation does not move the price of a share", async () => {
    const { stakeVault, openToken, validator, alice, bob } = await loadFixture(fresh);
    await stakeVault.connect(alice).delegate(validator);
    await stakeVault.connect(alice).stake(1);
    await openToken.connect(alice).transfer(stakeVault, open(100));
    await stakeVault.connect(alice).addReward(open(100));
    await stakeVault.connect(bob).delegate(validator);
    await stakeVault.connect(bob).stake(open(99));
    expect((await stakeVault.validators(validator)).price).to.equal(ONE);
    expect(await stakeVault.stakeOf(bob)).to.equal(open(99));
    expect(await stakeVault.stakeOf(alice)).to.equal(1n);
  });

  it("a pool slashed while it holds a wei takes nothing from who comes after", async () => {
    const { stakeVault, validator, alice, bob, stranger } = await loadFixture(fresh);
    await stakeVault.connect(alice).delegate(validator);
    await stakeVault.connect(alice).stake(1);
    await stakeVault.connect(stranger).slash(validator, (WHOLE * 999n) / 1000n);
    await stakeVault.connect(bob).delegate(validator);
    await stakeVault.connect(bob).stake(open(99));
    expect(await stakeVault.stakeOf(bob)).to.be.within(open(99) - 1n, open(99));
    expect(await stakeVault.stakeOf(alice)).to.equal(0n);
  });
});
