import { expect } from "chai";
import { loadFixture, open, parameter, time } from "./fixtures.ts";
import { delegated, WHOLE } from "./stake.ts";

async function thawing() {
  const suite = await delegated();
  await suite.stakeVault.connect(suite.alice).unstake(open(10));
  return suite;
}

describe("StakeVault.restake", () => {
  it("puts a thawed ticket back to work without a transfer", async () => {
    const { stakeVault, openToken, alice, validator } = await loadFixture(thawing);
    await time.increase(parameter("unbonding"));
    await expect(stakeVault.connect(alice).restake(0))
      .to.emit(stakeVault, "Restaked")
      .withArgs(alice, 0, open(10))
      .and.not.to.emit(openToken, "Transfer");
    expect(await stakeVault.stakeOf(alice)).to.equal(open(30));
    expect(await stakeVault.getVotes(validator)).to.equal(open(100));
    expect((await stakeVault.validators(validator)).thawing).to.equal(0n);
  });

  it("reverts while the ticket thaws, and when it is another's", async () => {
    const { stakeVault, alice, bob } = await loadFixture(thawing);
    await expect(stakeVault.connect(alice).restake(0)).to.be.revertedWithCustomError(stakeVault, "StakeStillThawing");
    await time.increase(parameter("unbonding"));
    await expect(stakeVault.connect(bob).restake(0)).to.be.revertedWithCustomError(stakeVault, "StakeUnknownTicket");
  });

  it("reverts when slashes have left nothing of it", async () => {
    const { stakeVault, alice, stranger, validator } = await loadFixture(thawing);
    await stakeVault.connect(stranger).slash(validator, WHOLE);
    await time.increase(parameter("unbonding"));
    await expect(stakeVault.connect(alice).restake(0)).to.be.revertedWithCustomError(stakeVault, "StakeZeroAmount");
  });
});
