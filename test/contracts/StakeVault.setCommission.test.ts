import { expect } from "chai";
import { loadFixture, open, parameter, time } from "./fixtures.ts";
import { delegated } from "./stake.ts";

describe("StakeVault.setCommission and applyCommission", () => {
  it("takes the commission of what the pool earns", async () => {
    const { stakeVault, staker, validator, alice, bob } = await loadFixture(delegated);
    await stakeVault.connect(staker).addReward(open(100));
    await time.increase(parameter("stream"));
    // 10 to the validator for its work, then 90 by stake: 20, 30 and 50 of 100
    expect(await stakeVault.earned(validator)).to.equal(open(28));
    expect(await stakeVault.earned(alice)).to.equal(open(27));
    expect(await stakeVault.earned(bob)).to.equal(open(45));
    for (const account of [validator, alice, bob]) await stakeVault.collect(account);
    expect(await stakeVault.earned(validator)).to.equal(0n);
  });

  it("falls at once, for what is earned from then on", async () => {
    const { stakeVault, staker, validator, alice } = await loadFixture(delegated);
    await stakeVault.connect(staker).addReward(open(100));
    await time.increase(parameter("stream"));
    await expect(stakeVault.connect(validator).setCommission(0))
      .to.emit(stakeVault, "CommissionSet")
      .withArgs(validator, 0);
    expect(await stakeVault.earned(alice)).to.equal(open(27));
    await stakeVault.connect(staker).addReward(open(100));
    await time.increase(parameter("stream"));
    expect(await stakeVault.earned(alice)).to.equal(open(57));
  });

  it("rises after the notice alone, for what is earned from then on", async () => {
    const { stakeVault, staker, validator, alice } = await loadFixture(delegated);
    await stakeVault.connect(validator).setCommission(2000);
    const from = BigInt(await time.latest()) + parameter("unbonding");
    expect((await stakeVault.validators(validator)).commission).to.equal(1000n);
    await time.setNextBlockTimestamp(from - 1n);
    await expect(stakeVault.applyCommission(validator))
      .to.be.revertedWithCustomError(stakeVault, "StakeNoticeOpen")
      .withArgs(from);
    await stakeVault.connect(staker).addReward(open(100));
    await time.increase(2n * parameter("stream"));
    await expect(stakeVault.applyCommission(validator)).to.emit(stakeVault, "CommissionSet").withArgs(validator, 2000);
    expect(await stakeVault.earned(alice)).to.equal(open(27));
    await stakeVault.connect(staker).addReward(open(100));
    await time.increase(2n * parameter("stream"));
    expect(await stakeVault.earned(alice)).to.equal(open(51));
  });

  it("forgets a raise that the validator took back", async () => {
    const { stakeVault, validator } = await loadFixture(delegated);
    await expect(stakeVault.connect(validator).setCommission(2000)).to.emit(stakeVault, "CommissionAnnounced");
    await stakeVault.connect(validator).setCommission(1000);
    await time.increase(2n * parameter("unbonding"));
    await expect(stakeVault.applyCommission(validator))
      .to.be.revertedWithCustomError(stakeVault, "StakeNoticeOpen")
      .withArgs(0);
  });

  it("reverts when the caller is no validator, or the commission is above the maximum", async () => {
    const { stakeVault, alice, validator } = await loadFixture(delegated);
    await expect(stakeVault.connect(alice).setCommission(1)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeNotValidator",
    );
    await expect(stakeVault.connect(validator).setCommission(5001)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeCommissionTooHigh",
    );
  });
});
