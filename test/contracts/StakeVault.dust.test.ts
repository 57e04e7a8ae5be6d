import { expect } from "chai";
import { connection, loadFixture, open, parameter, time } from "./fixtures.ts";
import { delegated, WHOLE } from "./stake.ts";

/** After the slash a share is worth a tenth of a wei, and alice and bob have nine shares more than their wei tell. */
async function dusty() {
  const suite = await delegated();
  const { stakeVault, validator, alice, bob, stranger } = suite;
  for (const account of [alice, bob]) await stakeVault.connect(account).stake(9n);
  await stakeVault.connect(stranger).slash(validator, (WHOLE * 9n) / 10n);
  return suite;
}

describe("StakeVault and dust", () => {
  it("leaves nothing of those who unstake all that they have", async () => {
    const { stakeVault, validator, alice, bob } = await loadFixture(dusty);
    await stakeVault.connect(alice).unstake(open(3));
    await stakeVault.connect(bob).unstake(open(5));
    expect((await stakeVault.validators(validator)).staked).to.equal(open(2));
    expect(await stakeVault.getVotes(validator)).to.equal(open(2));
    // Their shares go wholly, so the fractions of a wei are with the tickets.
    expect((await stakeVault.validators(validator)).thawing).to.equal(open(8) + 1n);
  });

  it("leaves nothing of those who go elsewhere", async () => {
    const { stakeVault, validator, alice, bob } = await loadFixture(dusty);
    for (const account of [alice, bob]) await stakeVault.connect(account).delegate(account);
    expect((await stakeVault.validators(validator)).staked).to.equal(open(2));
  });

  it("moves no money where a slash takes nothing or a ticket is worth nothing", async () => {
    const { stakeVault, openToken, validator, carol, alice, stranger } = await loadFixture(delegated);
    await stakeVault.connect(carol).register(0);
    await expect(stakeVault.connect(stranger).slash(carol, 1n))
      .to.emit(stakeVault, "Slashed")
      .withArgs(carol, stranger, 1n, 0n)
      .and.not.to.emit(openToken, "Transfer");
    await stakeVault.connect(alice).unstake(open(30));
    await stakeVault.connect(stranger).slash(validator, WHOLE);
    await time.increase(parameter("unbonding"));
    await expect(stakeVault.connect(alice).withdraw(0))
      .to.emit(stakeVault, "Withdrawn")
      .withArgs(alice, 0, 0n)
      .and.not.to.emit(openToken, "Transfer");
  });

  it("pays a single wei, of a ticket and of a slash", async () => {
    const { stakeVault, openToken, validator, alice, carol, stranger } = await loadFixture(delegated);
    await stakeVault.connect(carol).stake(5n);
    await stakeVault.connect(carol).unstake(1n);
    await stakeVault.connect(alice).unstake(1n);
    await time.increase(parameter("unbonding"));
    await expect(stakeVault.connect(carol).withdraw(0)).to.changeTokenBalances(
      connection.ethers,
      openToken,
      [stakeVault, carol],
      [-1n, 1n],
    );
    await stakeVault.connect(carol).register(0);
    await expect(stakeVault.connect(stranger).slash(carol, WHOLE / 4n)).to.changeTokenBalances(
      connection.ethers,
      openToken,
      [stakeVault, stranger],
      [-1n, 1n],
    );
    expect((await stakeVault.validators(validator)).thawing).to.equal(1n);
  });

  it("thaws nothing of who has nothing there", async () => {
    const { stakeVault, validator, carol, alice, stranger } = await loadFixture(delegated);
    await stakeVault.connect(carol).delegate(validator);
    await expect(stakeVault.connect(carol).delegate(carol)).not.to.emit(stakeVault, "Unstaked");
    await stakeVault.connect(stranger).slash(validator, WHOLE);
    await expect(stakeVault.connect(alice).delegate(alice)).not.to.emit(stakeVault, "Unstaked");
    await stakeVault.connect(alice).stake(open(1));
    expect(await stakeVault.stakeOf(alice)).to.equal(open(1));
  });
});
