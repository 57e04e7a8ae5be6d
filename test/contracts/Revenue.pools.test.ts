import { expect } from "chai";
import { active, closed, ethers, impersonate, loadFixture, open, Role } from "./fixtures.ts";

describe("Revenue.releasePool", () => {
  it("sends what a final posting distributes to Rewards, and books the rest for the treasury", async () => {
    const { revenue, attribution, rewards, openToken } = await loadFixture(closed);
    const call = revenue.connect(await impersonate(attribution)).releasePool(open(35), open(30));
    await expect(call).to.changeTokenBalances(ethers, openToken, [revenue, rewards], [-open(30), open(30)]);
    await expect(call).to.emit(revenue, "PoolReleased").withArgs(open(35), open(30));
    expect(await revenue.treasuryOwed()).to.equal(open(5));
  });

  it("reverts when anybody but Attribution calls", async () => {
    const { revenue, poster } = await loadFixture(closed);
    await expect(revenue.connect(poster).releasePool(open(35), open(35)))
      .to.be.revertedWithCustomError(revenue, "RevenueNotAttribution")
      .withArgs(poster);
  });

  it("reverts the second time, even for Attribution", async () => {
    const { revenue, attribution, till } = await loadFixture(active);
    const releaser = revenue.connect(await impersonate(attribution));
    await expect(releaser.releasePool(1, 1)).to.be.revertedWithPanic(0x11);
    for (const role of Object.values(Role)) await revenue.withdraw(till, role); // all else is still there
  });

  it("reverts when more is distributed than the pool has", async () => {
    const { revenue, attribution } = await loadFixture(closed);
    const releaser = revenue.connect(await impersonate(attribution));
    await expect(releaser.releasePool(open(30), open(35))).to.be.revertedWithPanic(0x11);
  });
});
