import { expect } from "chai";
import { deployed, loadFixture, open, parameter, time } from "./fixtures.ts";

const STREAM = parameter("stream");

describe("StakeVault's stream", () => {
  it("runs at its own pace once somebody is at stake again", async () => {
    const { stakeVault, stranger, alice } = await loadFixture(deployed);
    await stakeVault.connect(stranger).addReward(open(40));
    await time.increase(10n * STREAM);
    await stakeVault.connect(alice).stake(open(1));
    const start = BigInt(await time.latest());
    await time.increaseTo(start + STREAM / 2n);
    expect(await stakeVault.earned(alice)).to.equal(open(20));
    await time.increaseTo(start + STREAM);
    expect(await stakeVault.earned(alice)).to.equal(open(40));
  });

  it("streams a single wei", async () => {
    const { stakeVault, stranger, alice } = await loadFixture(deployed);
    await stakeVault.connect(alice).stake(open(1));
    await stakeVault.connect(stranger).addReward(1n);
    await time.increase(STREAM);
    expect(await stakeVault.earned(alice)).to.equal(1n);
  });

  it("runs from the least stake on, and stands still with a wei less", async () => {
    const { stakeVault, stranger, alice, bob } = await loadFixture(deployed);
    await stakeVault.connect(alice).stake(open(1) - 1n);
    await stakeVault.connect(stranger).addReward(open(40));
    await time.increase(STREAM);
    expect(await stakeVault.earned(alice)).to.equal(0n);
    await stakeVault.connect(bob).stake(1n);
    await time.increase(STREAM);
    expect(await stakeVault.earned(alice)).to.equal(open(40) - 40n);
    expect(await stakeVault.earned(bob)).to.equal(40n);
  });

  it("joins streams to the second, rounded up", async () => {
    const { stakeVault, stranger, alice } = await loadFixture(deployed);
    await stakeVault.connect(alice).stake(open(1));
    await stakeVault.connect(stranger).addReward(4n);
    const start = BigInt(await time.latest());
    await time.setNextBlockTimestamp(start + STREAM / 2n);
    // Two wei are left, for half a stream. With 11 more the mean leaves one second of 13 over, where STREAM is an hour.
    expect((2n * (STREAM / 2n) + 11n * STREAM) % 13n).to.equal(1n);
    await expect(stakeVault.connect(stranger).addReward(11n))
      .to.emit(stakeVault, "RewardAdded")
      .withArgs(stranger, 11n, start + STREAM / 2n + (2n * (STREAM / 2n) + 11n * STREAM) / 13n + 1n);
  });

  it("gives nothing to a validator with nothing at stake", async () => {
    const { stakeVault, staker, stranger, carol } = await loadFixture(deployed);
    await stakeVault.connect(carol).register(5000);
    await stakeVault.connect(staker).stake(open(1));
    await stakeVault.connect(stranger).addReward(open(40));
    await time.increase(STREAM);
    expect(await stakeVault.earned(carol)).to.equal(0n);
    await expect(stakeVault.collect(carol)).to.be.revertedWithCustomError(stakeVault, "StakeZeroAmount");
    expect(await stakeVault.earned(staker)).to.equal(open(40));
  });
});
