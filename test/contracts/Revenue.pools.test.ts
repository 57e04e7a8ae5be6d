import { expect } from "chai";
import { closed, impersonate, loadFixture, open } from "./fixtures.ts";

describe("Revenue's pools", () => {
  it("revert when anybody but Attribution moves or returns them", async () => {
    const { revenue, poster, epoch } = await loadFixture(closed);
    await expect(revenue.connect(poster).movePool(epoch, epoch, open(35)))
      .to.be.revertedWithCustomError(revenue, "RevenueNotAttribution")
      .withArgs(poster);
    await expect(revenue.connect(poster).returnPool(1))
      .to.be.revertedWithCustomError(revenue, "RevenueNotAttribution")
      .withArgs(poster);
  });

  it("cannot be moved twice, even by Attribution", async () => {
    const { revenue, attribution, epoch } = await loadFixture(closed);
    const mover = revenue.connect(await impersonate(attribution));
    await mover.movePool(epoch, epoch, open(35));
    await expect(mover.movePool(epoch, epoch, open(35))).to.be.revertedWithPanic(0x11);
  });

  it("revert when anybody but Rewards books the unattributed", async () => {
    const { revenue, poster } = await loadFixture(closed);
    await expect(revenue.connect(poster).creditTreasury(1))
      .to.be.revertedWithCustomError(revenue, "RevenueNotRewards")
      .withArgs(poster);
  });
});
