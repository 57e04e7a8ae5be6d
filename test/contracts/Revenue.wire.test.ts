import { expect } from "chai";
import { deployed, ethers, loadFixture } from "./fixtures.ts";

describe("Revenue.wire", () => {
  it("names Attribution and its Rewards", async () => {
    const { revenue, attribution, rewards } = await loadFixture(deployed);
    expect(await revenue.attribution()).to.equal(await attribution.getAddress());
    expect(await revenue.rewards()).to.equal(await rewards.getAddress());
  });

  it("reverts once it is done, for the deployer too", async () => {
    const { revenue, attribution, holder, stranger } = await loadFixture(deployed);
    for (const account of [holder, stranger]) {
      await expect(revenue.connect(account).wire(attribution)).to.be.revertedWithCustomError(revenue, "RevenueSealed");
    }
  });

  it("reverts when anybody but the deployer calls before", async () => {
    const { openToken, models, stakeVault, channels, timelock, attribution, stranger } = await loadFixture(deployed);
    const revenue = await ethers.deployContract("Revenue", [openToken, models, stakeVault, channels, timelock, 3600]);
    await expect(revenue.connect(stranger).wire(attribution)).to.be.revertedWithCustomError(revenue, "RevenueSealed");
  });
});
