import { expect } from "chai";
import { funded, loadFixture, open, ZERO } from "./fixtures.ts";

describe("ApprovalCollector.collect", () => {
  it("reverts when a stranger spends the payer's allowance on a channel of the payer", async () => {
    const { channels, approvalCollector, stranger, payer, config } = await loadFixture(funded);
    await expect(channels.connect(stranger).deposit(config, open(5), approvalCollector, "0x"))
      .to.be.revertedWithCustomError(approvalCollector, "CollectorNotPayer")
      .withArgs(stranger, payer);
  });

  it("reverts when anybody but Channels calls", async () => {
    const { approvalCollector, openToken, stranger, payer } = await loadFixture(funded);
    await expect(approvalCollector.connect(stranger).collect(payer, openToken, open(5), ZERO, payer, "0x"))
      .to.be.revertedWithCustomError(approvalCollector, "CollectorNotChannels")
      .withArgs(stranger);
  });
});
