import { x402Client } from "@x402/core/client";
import { BatchSettlementEvmScheme, InMemoryClientChannelStorage } from "@x402/evm/batch-settlement/client";
import { BatchSettlementEvmScheme as BatchFacilitator } from "@x402/evm/batch-settlement/facilitator";
import { expect } from "chai";
import { type Hex, parseEther } from "viem";
import {
  authorizer,
  BATCH_SETTLEMENT,
  payer,
  paymentRequired,
  receiver,
  requirements,
  type Stock,
  startStock,
} from "./stock.ts";

interface Voucher {
  channelId: Hex;
  maxClaimableAmount: string;
  signature: Hex;
}

describe("x402's stock batch settlement settles in our Channels", function () {
  this.timeout(120_000);
  let stock: Stock;
  let client: x402Client;
  let asked: ReturnType<typeof requirements>;
  let config: Record<string, unknown>;
  let voucher: Voucher;
  const storage = new InMemoryClientChannelStorage();
  before(async () => {
    stock = await startStock();
    stock.facilitator.register(stock.network, new BatchFacilitator(stock.facilitatorSigner, authorizer as never));
    const { readContract } = stock.as(payer);
    const signTypedData = (data: object) => payer.signTypedData(data as Parameters<typeof payer.signTypedData>[0]);
    const scheme = new BatchSettlementEvmScheme({ address: payer.address, signTypedData, readContract } as never, {
      storage,
    });
    client = new x402Client().register(stock.network, scheme).setSpendControls(false);
    asked = requirements(stock, "batch-settlement", "2", {
      receiverAuthorizer: authorizer.address,
      withdrawDelay: 3600,
    });
  });
  after(() => stock?.chain.stop());

  const pay = () => client.createPaymentPayload(paymentRequired(asked) as never);
  const settle = (payload: object) =>
    stock.facilitator.settle({ x402Version: 2, accepted: asked, payload } as never, asked as never);
  const channel = () => stock.read<[bigint, bigint]>("Channels", BATCH_SETTLEMENT, "channels", [voucher.channelId]);
  const balance = (of: Hex) => stock.read<bigint>("OpenToken", stock.token, "balanceOf", [of]);
  const claimOf = (totalClaimed: string) => ({
    voucher: { channel: config, maxClaimableAmount: voucher.maxClaimableAmount },
    signature: voucher.signature,
    totalClaimed,
  });

  it("deposits by ERC-3009, five requests' worth", async () => {
    const payment = await pay();
    ({ channelConfig: config, voucher } = payment.payload as unknown as {
      channelConfig: typeof config;
      voucher: Voucher;
    });
    const verified = await stock.facilitator.verify(payment, asked as never);
    expect(verified.invalidReason).to.equal(undefined);
    const settled = await stock.facilitator.settle(payment, asked as never);
    expect(settled.success, settled.errorMessage).to.equal(true);
    expect(settled.extra?.channelState).to.include({ balance: String(parseEther("10")), refundNonce: "0" });
    expect(await channel()).to.deep.equal([parseEther("10"), 0n]);
  });

  it("takes a voucher without the chain", async () => {
    const amount = String(parseEther("2"));
    await storage.set(voucher.channelId, { balance: String(parseEther("10")), chargedCumulativeAmount: amount });
    const payment = await pay();
    expect(payment.payload.type).to.equal("voucher");
    expect((await stock.facilitator.verify(payment, asked as never)).invalidReason).to.equal(undefined);
    voucher = payment.payload.voucher as Voucher;
    expect(voucher.maxClaimableAmount).to.equal(String(parseEther("4")));
  });

  it("claims by the authorizer's signature, and settles", async () => {
    const claimed = await settle({ type: "claim", claims: [claimOf(String(parseEther("3")))] });
    expect(claimed.success, claimed.errorMessage).to.equal(true);
    expect(await channel()).to.deep.equal([parseEther("10"), parseEther("3")]);
    const paid = await settle({ type: "settle", receiver: receiver.address, token: stock.token });
    expect(paid.success, paid.errorMessage).to.equal(true);
    expect(paid.amount).to.equal(String(parseEther("3")));
    expect(await balance(receiver.address)).to.equal(parseEther("3"));
  });

  it("claims the rest and refunds in one transaction", async () => {
    const before = await balance(payer.address);
    const refund = {
      type: "refund",
      channelConfig: config,
      voucher,
      amount: String(parseEther("100")),
      refundNonce: "0",
      claims: [claimOf(String(parseEther("4")))],
    };
    const refunded = await settle(refund);
    expect(refunded.success, refunded.errorMessage).to.equal(true);
    expect(await balance(payer.address)).to.equal(before + parseEther("6"));
    expect(await channel()).to.deep.equal([parseEther("4"), parseEther("4")]);
    const again = await settle(refund);
    expect(again.success).to.equal(false);
    expect(again.errorReason).to.equal("invalid_batch_settlement_evm_refund_no_balance");
  });

  it("refuses to settle where there is nothing", async () => {
    await settle({ type: "settle", receiver: receiver.address, token: stock.token });
    const nothing = await settle({ type: "settle", receiver: receiver.address, token: stock.token });
    expect(nothing.errorReason).to.equal("invalid_batch_settlement_evm_nothing_to_settle");
  });
});
