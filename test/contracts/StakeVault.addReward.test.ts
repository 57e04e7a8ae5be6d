import { expect } from "chai";
import { deployed, loadFixture, open, parameter, time } from "./fixtures.ts";

const STREAM = parameter("stream");

async function staked() {
  const suite = await deployed();
  await suite.stakeVault.connect(suite.alice).stake(open(30));
  await suite.stakeVault.connect(suite.bob).stake(open(10));
  return suite;
}

describe("StakeVault.addReward", () => {
  it("streams to stakers by their stake", async () => {
    const { stakeVault, stranger, alice, bob } = await loadFixture(staked);
    await stakeVault.connect(stranger).addReward(open(40));
    const start = BigInt(await time.latest());
    await time.increaseTo(start + STREAM / 4n);
    expect(await stakeVault.earned(alice)).to.equal(open("7.5"));
    expect(await stakeVault.earned(bob)).to.equal(open("2.5"));
    await time.increaseTo(start + 2n * STREAM);
    expect(await stakeVault.earned(alice)).to.equal(open(30));
    expect(await stakeVault.earned(bob)).to.equal(open(10));
  });

  it("gives nothing to who comes and leaves around a reward", async () => {
    const { stakeVault, stranger, carol } = await loadFixture(staked);
    await stakeVault.connect(carol).stake(open(1000));
    await stakeVault.connect(stranger).addReward(open(40));
    await stakeVault.connect(carol).unstake(open(1000));
    // one second of the stream, at most
    expect(await stakeVault.earned(carol)).to.be.at.most(open(40) / STREAM);
  });

  it("is not held up by rewards of dust", async () => {
    const { stakeVault, stranger, alice } = await loadFixture(staked);
    await stakeVault.connect(stranger).addReward(open(40));
    const start = BigInt(await time.latest());
    for (let i = 1n; i <= 20n; i++) {
      await time.increaseTo(start + (i * STREAM) / 20n - 2n);
      await stakeVault.connect(stranger).addReward(1);
    }
    await time.increaseTo(start + STREAM + 20n);
    expect(await stakeVault.earned(alice)).to.be.at.least(open(30));
  });

  it("ends a joined stream between both ends", async () => {
    const { stakeVault, stranger, alice, bob } = await loadFixture(staked);
    await stakeVault.connect(stranger).addReward(open(40));
    const start = BigInt(await time.latest());
    await time.setNextBlockTimestamp(start + STREAM / 2n);
    // 20 OPEN end in STREAM / 2, 20 in STREAM: the mean is 3/4 STREAM.
    const end = start + STREAM / 2n + (STREAM * 3n) / 4n;
    await expect(stakeVault.connect(stranger).addReward(open(20)))
      .to.emit(stakeVault, "RewardAdded")
      .withArgs(stranger, open(20), end);
    await time.increaseTo(end);
    expect((await stakeVault.earned(alice)) + (await stakeVault.earned(bob))).to.equal(open(60));
  });

  it("waits while nobody is at stake", async () => {
    const { stakeVault, stranger, alice } = await loadFixture(deployed);
    await stakeVault.connect(stranger).addReward(open(40));
    await time.increase(10n * STREAM);
    await stakeVault.connect(alice).stake(open(1));
    await time.increase(STREAM);
    expect(await stakeVault.earned(alice)).to.equal(open(40));
  });

  it("reverts when the amount is zero", async () => {
    const { stakeVault, stranger } = await loadFixture(staked);
    await expect(stakeVault.connect(stranger).addReward(0)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeZeroAmount",
    );
  });
});
