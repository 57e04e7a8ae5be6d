import { expect } from "chai";
import { ethers, funded, loadFixture, nextVoucher, open } from "./fixtures.ts";

describe("Till.sweep", () => {
  it("settles, hands all to Revenue, and books it in this epoch, whoever calls", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, revenue, operator, stranger, till } = suite;
    await channels.connect(operator).claim([await nextVoucher(suite, open(10))]);
    await expect(till.connect(stranger).sweep()).to.emit(openToken, "Transfer").withArgs(till, revenue, open(10));
    expect(await openToken.balanceOf(till)).to.equal(0n);
    expect(await openToken.balanceOf(revenue)).to.equal(open(10));
    expect(await revenue.income(till, await revenue.currentEpoch())).to.equal(open(10));
  });

  it("hands over what was settled or sent to it before", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, revenue, operator, alice, till } = suite;
    await channels.connect(operator).claim([await nextVoucher(suite, open(10))]);
    await channels.settle(till, openToken);
    await openToken.connect(alice).transfer(till, open(1));
    await till.sweep();
    expect(await openToken.balanceOf(revenue)).to.equal(open(11));
  });

  it("knows its version and operator", async () => {
    const { till, operator } = await loadFixture(funded);
    expect(await till.model()).to.equal(0n);
    expect(await till.operator()).to.equal(operator.address);
  });

  it("reverts when there is nothing", async () => {
    const { till } = await loadFixture(funded);
    await expect(till.sweep()).to.be.revertedWithCustomError(till, "TillNothingToSweep");
  });

  it("reverts at the contract that Tills are clones of", async () => {
    const { openToken, revenue, alice } = await loadFixture(funded);
    const original = await ethers.getContractAt("Till", await revenue.TILL());
    await openToken.connect(alice).transfer(original, open(1));
    await expect(original.sweep()).to.be.revertedWithCustomError(revenue, "RevenueNotTill").withArgs(original);
  });
});
