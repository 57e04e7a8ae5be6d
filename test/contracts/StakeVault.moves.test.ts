import { expect } from "chai";
import { ethers, loadFixture, open, parameter, time } from "./fixtures.ts";
import { delegated, WHOLE } from "./stake.ts";

const STREAM = parameter("stream");

/** Rewards have streamed for a while to a validator with commission, so its pool's sum is not the stream's. */
async function streaming() {
  const suite = await delegated();
  const { stakeVault, carol, stranger } = suite;
  await stakeVault.connect(carol).stake(open(100));
  await stakeVault.connect(stranger).addReward(open(40));
  const start = BigInt(await time.latest());
  await time.increaseTo(start + STREAM / 2n - 1n);
  return { ...suite, start };
}

describe("StakeVault and stake that moves", () => {
  it("earns with the validator from the second in which it comes", async () => {
    const { stakeVault, carol, validator, start } = await loadFixture(streaming);
    await stakeVault.connect(carol).delegate(validator);
    expect(await stakeVault.earned(carol)).to.equal(open(10)); // half of the half that has streamed
    await time.increaseTo(start + STREAM);
    // half of the other half, less the commission of a tenth
    expect(await stakeVault.earned(carol)).to.equal(open(19));
    await stakeVault.collect(carol);
    expect(await stakeVault.earned(carol)).to.equal(0n);
  });

  it("earns by itself from the second in which it is restaked at home", async () => {
    const { stakeVault, alice, stranger, start } = await loadFixture(streaming);
    await stakeVault.connect(alice).delegate(alice);
    const before = await stakeVault.earned(alice);
    // 30 of the 100 that share half of a half, less a tenth
    expect(before).to.equal((open(10) * 30n * 9n) / (100n * 10n));
    await time.increaseTo(start + STREAM + parameter("unbonding"));
    expect(await stakeVault.earned(alice)).to.equal(before);
    await stakeVault.connect(alice).restake(0);
    await stakeVault.connect(stranger).addReward(open(200));
    await time.increase(STREAM);
    expect(await stakeVault.earned(alice)).to.equal(before + open(30));
  });

  it("earns nothing for the time in which it delegated nothing", async () => {
    const { stakeVault, bob, carol, validator } = await loadFixture(streaming);
    await stakeVault.connect(carol).unstake(open(100));
    await stakeVault.connect(carol).delegate(validator);
    const before = await stakeVault.earned(carol);
    await time.increase(STREAM);
    expect(await stakeVault.earned(carol)).to.equal(before);
    expect((await stakeVault.earned(bob)) > 0n).to.equal(true);
  });

  it("tells what an unstaking is worth after a slash, not its shares", async () => {
    const { stakeVault, alice, stranger, validator } = await loadFixture(delegated);
    await stakeVault.connect(stranger).slash(validator, WHOLE / 4n);
    await expect(stakeVault.connect(alice).delegate(alice))
      .to.emit(stakeVault, "Unstaked")
      .withArgs(alice, 0, validator, (open(30) * 3n) / 4n, (time: bigint) => time > 0n);
  });

  it("tells of no stake where none came along", async () => {
    const { stakeVault, bob, stranger, validator } = await loadFixture(delegated);
    await expect(stakeVault.connect(stranger).delegate(validator)).not.to.emit(stakeVault, "Staked");
    await stakeVault.connect(bob).unstake(open(50));
    await expect(stakeVault.connect(bob).delegate(bob)).not.to.emit(stakeVault, "Staked");
  });

  it("carries a single wei", async () => {
    const { stakeVault, stranger, validator } = await loadFixture(delegated);
    await stakeVault.connect(stranger).stake(1n);
    await expect(stakeVault.connect(stranger).delegate(validator))
      .to.emit(stakeVault, "Staked")
      .withArgs(stranger, validator, 1n);
    expect(await stakeVault.stakeOf(stranger)).to.equal(1n);
  });

  it("lets no validator move, at whatever price", async () => {
    const { stakeVault, alice, carol, stranger, validator } = await loadFixture(delegated);
    await stakeVault.connect(carol).register(0);
    const refused = (account: typeof carol, to: typeof carol) =>
      expect(stakeVault.connect(account).delegate(to)).to.be.revertedWithCustomError(stakeVault, "StakeIsValidator");
    await refused(validator, carol);
    await stakeVault.connect(stranger).slash(validator, WHOLE / 2n);
    await refused(validator, carol);
    await stakeVault.connect(stranger).slash(validator, WHOLE);
    // Wiped out, it may go, but not home: that would be its own pool again.
    await expect(stakeVault.connect(validator).delegate(alice)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeNotValidator",
    );
    await stakeVault.connect(validator).delegate(carol);
    await expect(stakeVault.connect(validator).delegate(validator)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeNotValidator",
    );
  });

  it("pays a commission of a single wei, and a pool of a single wei", async () => {
    const { stakeVault, carol, stranger, validator } = await loadFixture(delegated);
    await stakeVault.connect(stranger).addReward(10n);
    await time.increase(STREAM);
    // one wei of ten is the commission, and a fifth of nine, rounded down, the validator's own part
    await expect(stakeVault.collect(validator)).to.emit(stakeVault, "RewardPaid").withArgs(validator, 2n);
    await stakeVault.connect(carol).register(0);
    await stakeVault.connect(carol).stake(1n);
    await stakeVault.connect(stranger).addReward(open(1000));
    await time.increase(STREAM);
    await expect(stakeVault.collect(carol)).to.emit(stakeVault, "RewardPaid").withArgs(carol, 9n);
  });

  it("says nobody's delegate is nobody", async () => {
    const { stakeVault } = await loadFixture(delegated);
    expect(await stakeVault.delegates(ethers.ZeroAddress)).to.equal(ethers.ZeroAddress);
  });
});
