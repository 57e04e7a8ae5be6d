import { expect } from "chai";
import { deployed, ethers, loadFixture, open, PURSE, parameter, time } from "./fixtures.ts";

const BOND = parameter("operatorBond");

describe("Operators' bonds", () => {
  it("take part in what an operator has here from the deposit on", async () => {
    const { operators, openToken, alice } = await loadFixture(deployed);
    const call = operators.connect(alice).deposit(open(5));
    await expect(call).to.emit(operators, "BondDeposited").withArgs(alice, open(5));
    await expect(call).to.changeTokenBalances(ethers, openToken, [alice, operators], [-open(5), open(5)]);
    expect(await operators.bondOf(alice)).to.deep.equal([open(5), 0n, 0n]);
  });

  it("suffice from the least bond on", async () => {
    const { operators, alice } = await loadFixture(deployed);
    await operators.connect(alice).deposit(BOND - 1n);
    await expect(operators.checkBonded(alice))
      .to.be.revertedWithCustomError(operators, "OperatorNotBonded")
      .withArgs(alice, BOND - 1n, BOND);
    await operators.connect(alice).deposit(1);
    await operators.checkBonded(alice);
    expect(await operators.BOND()).to.equal(BOND);
  });

  it("thaw longer than window, log delay, vote and timelock together", async () => {
    const { operators, attribution, governor, timelock } = await loadFixture(deployed);
    const resolution = (await governor.RESOLUTION()) + (await timelock.getMinDelay());
    const least = (await attribution.WINDOW()) + (await attribution.LOG_DELAY()) + resolution;
    expect(await operators.THAW()).to.be.greaterThanOrEqual(least);
    expect(await operators.THAW()).to.equal(parameter("unbonding") + parameter("logDelay"));
  });

  it("leave when they have thawed, and not before", async () => {
    const { operators, openToken, operator } = await loadFixture(deployed);
    const availableAt = BigInt(await time.latest()) + 10n + (await operators.THAW());
    await time.setNextBlockTimestamp(availableAt - (await operators.THAW()));
    await expect(operators.connect(operator).announce(open(400)))
      .to.emit(operators, "BondThawing")
      .withArgs(operator, open(400), availableAt);
    expect(await operators.bondOf(operator)).to.deep.equal([BOND - open(400), open(400), availableAt]);
    await time.setNextBlockTimestamp(availableAt - 1n);
    await expect(operators.connect(operator).withdraw())
      .to.be.revertedWithCustomError(operators, "OperatorStillThawing")
      .withArgs(availableAt);
    await time.setNextBlockTimestamp(availableAt);
    await expect(operators.connect(operator).withdraw())
      .to.emit(operators, "BondWithdrawn")
      .withArgs(operator, open(400));
    expect(await openToken.balanceOf(operator)).to.equal(PURSE + open(400));
    expect(await operators.bondOf(operator)).to.deep.equal([BOND - open(400), 0n, 0n]);
  });

  it("thaw anew with what is announced later", async () => {
    const { operators, operator } = await loadFixture(deployed);
    await operators.connect(operator).announce(open(1));
    await time.increase(100);
    await operators.connect(operator).announce(open(2));
    const availableAt = BigInt(await time.latest()) + (await operators.THAW());
    expect(await operators.bondOf(operator)).to.deep.equal([BOND - open(3), open(3), availableAt]);
  });

  it("refuse nothing, and more than there is", async () => {
    const { operators, operator, stranger } = await loadFixture(deployed);
    for (const call of [
      () => operators.connect(operator).deposit(0),
      () => operators.connect(operator).announce(0),
      () => operators.connect(stranger).withdraw(),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(operators, "OperatorZeroAmount");
    }
    await expect(operators.connect(operator).announce(BOND + 1n))
      .to.be.revertedWithCustomError(operators, "OperatorBondTooLow")
      .withArgs(BOND, BOND + 1n);
  });
});
