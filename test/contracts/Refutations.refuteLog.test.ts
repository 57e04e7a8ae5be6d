import { expect } from "chai";
import { ethers, loadFixture, open, parameter, ZERO } from "./fixtures.ts";
import { commitmentTo, judged, logTarget, NO_PROOF, PROOF, passReveal, SALT } from "./refutations.ts";

const BOND = parameter("operatorBond");

async function logged() {
  const suite = await judged();
  const verifier = await suite.refutations.LOG_VERIFIER();
  const at = await suite.till.getAddress();
  return { ...suite, verifier, at, target: logTarget(verifier, at, suite.epoch) };
}

describe("Refutations.refuteLog", () => {
  it("voids the log, slashes its operator, and owes half to the refuter", async () => {
    const suite = await loadFixture(logged);
    const { refutations, attribution, operators, openToken, operator, stranger, verifier, at, epoch, target } = suite;
    const call = refutations.connect(stranger).refuteLog(at, epoch, PROOF);
    await expect(call).to.emit(attribution, "LogVoided").withArgs(at, epoch);
    await expect(call)
      .to.emit(operators, "OperatorSlashed")
      .withArgs(operator, refutations, BOND / 2n, BOND / 2n);
    const { takeableAt } = await refutations.rewardOf(target);
    await expect(call).to.emit(refutations, "Refuted").withArgs(target, stranger, verifier, takeableAt);
    expect(await attribution.logOf(at, epoch)).to.deep.equal([ZERO, 0n, 0n]);
    await passReveal(suite);
    await expect(refutations.takeReward(target)).to.changeTokenBalances(
      ethers,
      openToken,
      [refutations, stranger],
      [-BOND / 2n, BOND / 2n],
    );
    await expect(refutations.takeReward(target))
      .to.be.revertedWithCustomError(refutations, "RefutationNoReward")
      .withArgs(target);
  });

  it("gives the reward to an earlier commitment", async () => {
    const suite = await loadFixture(logged);
    const { refutations, openToken, alice, stranger, verifier, at, epoch, target } = suite;
    await refutations.connect(alice).commitRefutation(await commitmentTo(suite, alice, target, PROOF, verifier));
    await refutations.connect(stranger).refuteLog(at, epoch, "0x01");
    await refutations.connect(alice).takeLogPrecedence(at, epoch, PROOF, SALT);
    await passReveal(suite);
    await expect(refutations.takeReward(target)).to.changeTokenBalances(ethers, openToken, [alice], [BOND / 2n]);
  });

  it("voids the log of an operator that has no bond any more, for no reward", async () => {
    const suite = await loadFixture(logged);
    const { refutations, attribution, operators, operator, at, epoch, target } = suite;
    await operators.connect(operator).announce(BOND);
    await ethers.provider.send("evm_increaseTime", [Number(await operators.THAW())]);
    await operators.connect(operator).withdraw();
    await refutations.refuteLog(at, epoch, PROOF);
    expect(await attribution.logOf(at, epoch)).to.deep.equal([ZERO, 0n, 0n]);
    await expect(refutations.takeReward(target))
      .to.be.revertedWithCustomError(refutations, "RefutationNoReward")
      .withArgs(target);
  });

  it("leaves the bonds of who has posted on it where they are", async () => {
    const { refutations, attribution, entry, at, epoch } = await loadFixture(logged);
    await refutations.refuteLog(at, epoch, PROOF);
    expect(await attribution.isPending(entry)).to.equal(true);
  });

  it("reverts the second time, and where no log is", async () => {
    const { refutations, attribution, at, epoch } = await loadFixture(logged);
    await refutations.refuteLog(at, epoch, PROOF);
    for (const which of [epoch, epoch + 1n]) {
      await expect(refutations.refuteLog(at, which, PROOF))
        .to.be.revertedWithCustomError(attribution, "AttributionNoLog")
        .withArgs(at, which);
    }
  });

  it("reverts when the evidence proves nothing", async () => {
    const { refutations, at, epoch, target } = await loadFixture(logged);
    for (const call of [
      () => refutations.refuteLog(at, epoch, NO_PROOF),
      () => refutations.takeLogPrecedence(at, epoch, NO_PROOF, SALT),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(refutations, "RefutationNotProved").withArgs(target);
    }
  });

  it("lets an operator that refutes itself keep half", async () => {
    const suite = await loadFixture(logged);
    const { refutations, openToken, operator, at, epoch, target } = suite;
    await refutations.connect(operator).refuteLog(at, epoch, PROOF);
    await passReveal(suite);
    const supply = await openToken.totalSupply();
    await expect(refutations.takeReward(target)).to.changeTokenBalances(ethers, openToken, [operator], [open(500)]);
    expect(await openToken.totalSupply()).to.equal(supply); // half was burned at once
  });
});
