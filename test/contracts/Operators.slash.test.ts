import { expect } from "chai";
import { deployed, ethers, impersonate, loadFixture, open, parameter } from "./fixtures.ts";

const BOND = parameter("operatorBond");

describe("Operators.slash", () => {
  it("takes all, thawing or not: half is burned, half the judge's, with the odd wei", async () => {
    const { operators, refutations, openToken, operator } = await loadFixture(deployed);
    await operators.connect(operator).deposit(1);
    await operators.connect(operator).announce(open(300));
    const judge = await impersonate(refutations);
    const supply = await openToken.totalSupply();
    const call = operators.connect(judge).slash(operator);
    await expect(call)
      .to.emit(operators, "OperatorSlashed")
      .withArgs(operator, refutations, BOND / 2n, BOND / 2n + 1n);
    await expect(call).to.changeTokenBalances(
      ethers,
      openToken,
      [operators, refutations],
      [-BOND - 1n, BOND / 2n + 1n],
    );
    expect(await openToken.totalSupply()).to.equal(supply - BOND / 2n);
    expect(await operators.bondOf(operator)).to.deep.equal([0n, 0n, 0n]);
    await expect(operators.connect(operator).withdraw()).to.be.revertedWithCustomError(operators, "OperatorZeroAmount");
  });

  it("takes nothing where nothing is left", async () => {
    const { operators, demands, openToken, stranger } = await loadFixture(deployed);
    const call = operators.connect(await impersonate(demands)).slash(stranger);
    await expect(call).to.changeTokenBalances(ethers, openToken, [operators, demands], [0n, 0n]);
    await expect(call).not.to.emit(operators, "OperatorSlashed");
  });

  it("reverts when anybody but a judge calls", async () => {
    const { operators, operator, holder, timelock } = await loadFixture(deployed);
    for (const caller of [holder, operator, await impersonate(timelock)]) {
      await expect(operators.connect(caller).slash(operator))
        .to.be.revertedWithCustomError(operators, "OperatorNotJudge")
        .withArgs(caller);
    }
  });
});
