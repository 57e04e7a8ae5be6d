import { expect } from "chai";
import { deployed, impersonate, loadFixture, open, PURSE, parameter, time } from "./fixtures.ts";
import { delegated, WHOLE } from "./stake.ts";

describe("StakeVault.slash", () => {
  it("takes the same fraction of active and thawing stake, and lowers votes at once", async () => {
    const { stakeVault, openToken, validator, alice, bob, stranger } = await loadFixture(delegated);
    await stakeVault.connect(alice).unstake(open(10));
    const slash = stakeVault.connect(stranger).slash(validator, WHOLE / 4n);
    await expect(slash)
      .to.emit(stakeVault, "Slashed")
      .withArgs(validator, stranger, WHOLE / 4n, open(25));
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE + open(25));
    expect(await stakeVault.stakeOf(validator)).to.equal(open(15));
    expect(await stakeVault.stakeOf(alice)).to.equal(open(15));
    expect(await stakeVault.stakeOf(bob)).to.equal(open("37.5"));
    expect((await stakeVault.tickets(0)).amount).to.equal(open("7.5"));
    expect(await stakeVault.getVotes(validator)).to.equal(open("67.5"));
    expect(await stakeVault.totalStaked()).to.equal(open("67.5"));
    await time.increase(parameter("unbonding"));
    await stakeVault.connect(alice).withdraw(0);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(30) + open("7.5"));
  });

  it("does not take from who comes later, or from other pools", async () => {
    const { stakeVault, validator, carol, staker, stranger } = await loadFixture(delegated);
    await stakeVault.connect(staker).stake(open(40));
    await stakeVault.connect(stranger).slash(validator, WHOLE / 3n);
    await stakeVault.connect(carol).delegate(validator);
    await stakeVault.connect(carol).stake(open(9));
    expect(await stakeVault.stakeOf(staker)).to.equal(open(40));
    expect(await stakeVault.stakeOf(carol)).to.be.within(open(9) - 1n, open(9));
    await stakeVault.connect(carol).unstake(await stakeVault.stakeOf(carol));
    expect(await stakeVault.stakeOf(carol)).to.equal(0n);
  });

  it("leaves what was earned before", async () => {
    const { stakeVault, staker, validator, alice, stranger } = await loadFixture(delegated);
    await stakeVault.connect(staker).addReward(open(100));
    await time.increase(parameter("stream"));
    await stakeVault.connect(stranger).slash(validator, WHOLE);
    expect(await stakeVault.earned(alice)).to.equal(open(27));
    expect(await stakeVault.earned(validator)).to.equal(open(28));
    await stakeVault.collect(alice);
  });

  it("counts slashes one upon the other", async () => {
    const { stakeVault, validator, bob, stranger } = await loadFixture(delegated);
    for (let i = 0; i < 3; i++) await stakeVault.connect(stranger).slash(validator, WHOLE / 2n);
    expect(await stakeVault.stakeOf(bob)).to.equal(open("6.25"));
  });

  it("reverts when the fraction is zero or above the whole", async () => {
    const { stakeVault, validator, stranger } = await loadFixture(delegated);
    for (const fraction of [0n, WHOLE + 1n]) {
      await expect(stakeVault.connect(stranger).slash(validator, fraction))
        .to.be.revertedWithCustomError(stakeVault, "StakeInvalidFraction")
        .withArgs(fraction);
    }
  });

  it("reverts when the slashed is no validator", async () => {
    const { stakeVault, staker, stranger } = await loadFixture(delegated);
    await expect(stakeVault.connect(stranger).slash(staker, 1n))
      .to.be.revertedWithCustomError(stakeVault, "StakeNotValidator")
      .withArgs(staker);
  });

  it("reverts when the caller is no slasher", async () => {
    const { stakeVault, validator, carol } = await loadFixture(delegated);
    await expect(stakeVault.connect(carol).slash(validator, 1n))
      .to.be.revertedWithCustomError(stakeVault, "StakeNotSlasher")
      .withArgs(carol);
  });
});

describe("StakeVault.appointSlasher and dismissSlasher", () => {
  it("gives the power after the notice alone, and takes it at once", async () => {
    const { stakeVault, timelock, validator, carol } = await loadFixture(delegated);
    const governance = stakeVault.connect(await impersonate(timelock));
    await expect(governance.appointSlasher(carol)).to.emit(stakeVault, "SlasherAppointed");
    const from = BigInt(await time.latest()) + 2n * parameter("unbonding");
    expect(await stakeVault.slasherFrom(carol)).to.equal(from);
    await time.setNextBlockTimestamp(from - 1n);
    await expect(stakeVault.connect(carol).slash(validator, 1n)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeNotSlasher",
    );
    await time.increaseTo(from);
    await stakeVault.connect(carol).slash(validator, 1n);
    await expect(governance.dismissSlasher(carol)).to.emit(stakeVault, "SlasherDismissed").withArgs(carol);
    await expect(stakeVault.connect(carol).slash(validator, 1n)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeNotSlasher",
    );
  });

  it("reverts when anybody but the timelock calls", async () => {
    const { stakeVault, holder } = await loadFixture(deployed);
    for (const name of ["appointSlasher", "dismissSlasher"] as const) {
      await expect(stakeVault.connect(holder)[name](holder))
        .to.be.revertedWithCustomError(stakeVault, "StakeNotGovernance")
        .withArgs(holder);
    }
  });
});

describe("StakeVault.wire", () => {
  it("reverts once it is done, even for the deployer", async () => {
    const { stakeVault, timelock, holder } = await loadFixture(deployed);
    expect(await stakeVault.governance()).to.equal(await timelock.getAddress());
    await expect(stakeVault.connect(holder).wire(holder)).to.be.revertedWithCustomError(stakeVault, "StakeSealed");
  });
});
