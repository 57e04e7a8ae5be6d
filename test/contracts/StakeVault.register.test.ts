import { expect } from "chai";
import { loadFixture, open, time } from "./fixtures.ts";
import { delegated, ONE } from "./stake.ts";

describe("StakeVault.register", () => {
  it("opens a pool with what the validator has at stake", async () => {
    const { stakeVault, carol } = await loadFixture(delegated);
    await stakeVault.connect(carol).stake(open(3));
    await expect(stakeVault.connect(carol).register(500))
      .to.emit(stakeVault, "ValidatorRegistered")
      .withArgs(carol, 500);
    expect(await stakeVault.validatorSince(carol)).to.equal(await time.latest());
    expect(await stakeVault.validators(carol)).to.deep.equal([open(3), 0n, ONE, 500n, 0n, 0n]);
    expect(await stakeVault.stakeOf(carol)).to.equal(open(3));
    expect(await stakeVault.getVotes(carol)).to.equal(open(3));
  });

  it("keeps what was earned before", async () => {
    const { stakeVault, staker, carol } = await loadFixture(delegated);
    await stakeVault.connect(carol).stake(open(100));
    await stakeVault.connect(staker).addReward(open(50));
    await time.increase(10_000);
    expect(await stakeVault.earned(carol)).to.equal(open(25));
    await stakeVault.connect(carol).register(500);
    expect(await stakeVault.earned(carol)).to.equal(open(25));
  });

  it("reverts the second time", async () => {
    const { stakeVault, validator } = await loadFixture(delegated);
    await expect(stakeVault.connect(validator).register(0))
      .to.be.revertedWithCustomError(stakeVault, "StakeIsValidator")
      .withArgs(validator);
  });

  it("reverts when the caller is in another's pool", async () => {
    const { stakeVault, alice, validator } = await loadFixture(delegated);
    await expect(stakeVault.connect(alice).register(0))
      .to.be.revertedWithCustomError(stakeVault, "StakeInPool")
      .withArgs(alice, validator);
  });

  it("reverts when the commission is above the maximum", async () => {
    const { stakeVault, carol } = await loadFixture(delegated);
    await expect(stakeVault.connect(carol).register(5001))
      .to.be.revertedWithCustomError(stakeVault, "StakeCommissionTooHigh")
      .withArgs(5001, 5000);
  });
});
