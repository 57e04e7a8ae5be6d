import { expect } from "chai";
import { ethers, loadFixture, parameter } from "./fixtures.ts";
import { commitmentTo, judged, logTarget, NO_PROOF, PROOF, passReveal, SALT } from "./refutations.ts";

const BOND = parameter("operatorBond");

async function logged() {
  const suite = await judged();
  const verifier = await suite.refutations.EQUIVOCATION_VERIFIER();
  const at = await suite.till.getAddress();
  return { ...suite, verifier, at, target: logTarget(verifier, at, suite.epoch) };
}

describe("Refutations.slashEquivocation", () => {
  it("slashes the operator and leaves the log, so that no posting on it becomes wrong", async () => {
    const suite = await loadFixture(logged);
    const { refutations, attribution, operators, openToken, operator, stranger, at, epoch, target } = suite;
    const log = await attribution.logOf(at, epoch);
    await refutations.connect(stranger).slashEquivocation(at, epoch, PROOF);
    expect(await attribution.logOf(at, epoch)).to.deep.equal(log);
    expect(await operators.bondOf(operator)).to.deep.equal([0n, 0n, 0n]);
    await passReveal(suite);
    await expect(refutations.takeReward(target)).to.changeTokenBalances(ethers, openToken, [stranger], [BOND / 2n]);
  });

  it("slashes once for a log, whatever the operator has deposited since", async () => {
    const suite = await loadFixture(logged);
    const { refutations, operators, operator, at, epoch, target } = suite;
    await refutations.slashEquivocation(at, epoch, PROOF);
    await operators.connect(operator).deposit(BOND);
    await passReveal(suite);
    await refutations.takeReward(target);
    await expect(refutations.slashEquivocation(at, epoch, PROOF))
      .to.be.revertedWithCustomError(refutations, "RefutationDone")
      .withArgs(target);
    await operators.checkBonded(operator);
  });

  it("waits for a bond where none is left", async () => {
    const { refutations, operators, operator, at, epoch, target } = await loadFixture(logged);
    await refutations.refuteLog(at, epoch, PROOF);
    await expect(refutations.slashEquivocation(at, epoch, PROOF))
      .to.be.revertedWithCustomError(refutations, "RefutationNoReward")
      .withArgs(target);
    await operators.connect(operator).deposit(BOND);
    await refutations.slashEquivocation(at, epoch, PROOF);
    expect(await operators.bondOf(operator)).to.deep.equal([0n, 0n, 0n]);
  });

  it("gives the reward to an earlier commitment", async () => {
    const suite = await loadFixture(logged);
    const { refutations, openToken, alice, stranger, verifier, at, epoch, target } = suite;
    await refutations.connect(alice).commitRefutation(await commitmentTo(suite, alice, target, PROOF, verifier));
    await refutations.connect(stranger).slashEquivocation(at, epoch, "0x01");
    await refutations.connect(alice).takeEquivocationPrecedence(at, epoch, PROOF, SALT);
    await passReveal(suite);
    await expect(refutations.takeReward(target)).to.changeTokenBalances(ethers, openToken, [alice], [BOND / 2n]);
  });

  it("reverts when the evidence proves nothing", async () => {
    const { refutations, at, epoch, target } = await loadFixture(logged);
    for (const call of [
      () => refutations.slashEquivocation(at, epoch, NO_PROOF),
      () => refutations.takeEquivocationPrecedence(at, epoch, NO_PROOF, SALT),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(refutations, "RefutationNotProved").withArgs(target);
    }
  });
});
