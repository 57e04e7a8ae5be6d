import { expect } from "chai";
import { ethers, evaluated, live, loadFixture, parameter, time } from "./fixtures.ts";

async function fresh() {
  const suite = await evaluated();
  await time.increase(parameter("evaluationWindow"));
  await suite.models.goLive(0);
  return suite;
}

describe("Revenue.createTill", () => {
  it("clones the Till at the address foretold", async () => {
    const { revenue, operator, stranger } = await loadFixture(fresh);
    const foretold = await revenue.tillOf(0, operator);
    expect(await revenue.isTill(foretold)).to.equal(false);
    await expect(revenue.connect(stranger).createTill(0))
      .to.emit(revenue, "TillCreated")
      .withArgs(foretold, 0, operator);
    expect(await revenue.isTill(foretold)).to.equal(true);
    expect(await ethers.provider.getCode(foretold)).not.to.equal("0x");
  });

  it("returns the Till that is there", async () => {
    const { revenue, till } = await loadFixture(live);
    expect(await revenue.createTill.staticCall(0)).to.equal(await till.getAddress());
    await expect(revenue.createTill(0)).not.to.emit(revenue, "TillCreated");
  });

  it("reverts when the version is not live", async () => {
    const { revenue } = await loadFixture(evaluated);
    for (const model of [0, 1]) {
      await expect(revenue.createTill(model)).to.be.revertedWithCustomError(revenue, "RevenueNotLive").withArgs(model);
    }
  });

  it("reverts when the address of another operator's Till is asked", async () => {
    const { revenue, stranger } = await loadFixture(live);
    await expect(revenue.tillOf(0, stranger))
      .to.be.revertedWithCustomError(revenue, "RevenueNotOperator")
      .withArgs(0, stranger);
  });
});
