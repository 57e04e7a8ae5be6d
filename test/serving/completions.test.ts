import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { Decoder } from "../../protocol/decode.ts";
import { receiptFromJson } from "../../protocol/log.ts";
import { requestHash, responseHash, verifyReceipt } from "../../protocol/receipt.ts";
import { verifyVoucher } from "../../protocol/voucher.ts";
import { createServer } from "../../serving/server.ts";
import { decodeHeader, type PaymentRequired, type SettleResponse } from "../../serving/x402.ts";
import {
  AT,
  CHAIN_ID,
  CHANNELS,
  config,
  type Desk,
  desk,
  OPERATOR,
  PAYER,
  payment,
  post,
  REQUEST,
  STRANGER,
  TILL,
  TOKEN,
} from "./fixtures.ts";

describe("POST /v1/completions", () => {
  let with_: Desk;
  let app: FastifyInstance;
  beforeEach(async () => {
    with_ = await desk();
    app = createServer(with_);
  });
  afterEach(async () => {
    await app.close();
    await with_.engine.close();
    with_.store.close();
  });

  const ceilingOf = async (request: object) => BigInt((await demand(request)).accepts[0]!.amount);
  async function demand(request: object): Promise<PaymentRequired> {
    const response = await post(app, request);
    expect(response.statusCode).to.equal(402);
    return decodeHeader<PaymentRequired>(response.headers["payment-required"] as string);
  }
  const expectNothingCharged = () => expect(with_.store.next(TILL)).to.deep.equal({ number: 0, running: 0n });

  it("demands a payment, in the header as x402 has it and in the body", async () => {
    const response = await post(app, REQUEST);
    expect(response.statusCode).to.equal(402);
    const required = decodeHeader<PaymentRequired>(response.headers["payment-required"] as string);
    expect(required.x402Version).to.equal(2);
    const [accepted] = required.accepts;
    expect(accepted).to.deep.include({
      scheme: "batch-settlement",
      network: "eip155:31337",
      asset: TOKEN,
      payTo: TILL,
    });
    expect(accepted!.extra).to.deep.equal({
      receiverAuthorizer: OPERATOR.address,
      withdrawDelay: 86_400,
      name: "Tributary OPEN",
      version: "1",
      assetTransferMethod: "eip3009",
      channels: CHANNELS,
    });
    const promptTokens = with_.engine.base.tokenizer.encode(REQUEST.prompt).length;
    expect(accepted!.amount).to.equal(`${promptTokens * 1_000 + 8 * 3_000}`);
    const body = response.json();
    expect(body.error).to.include({ type: "payment_required", code: "payment_required", param: null });
    expect(body.accepts).to.deep.equal(required.accepts);
    expectNothingCharged();
  });

  it("answers a paid request, charges what was used and gives a receipt", async () => {
    const ceiling = await ceilingOf(REQUEST);
    const response = await post(app, REQUEST, await payment(ceiling));
    expect(response.statusCode).to.equal(200);
    const body = response.json();
    expect(body).to.include({ object: "text_completion", model: "tributary:0" });
    expect(body.choices[0]).to.include.keys("text", "finish_reason");
    const { prompt_tokens, completion_tokens, total_tokens } = body.usage;
    expect(total_tokens).to.equal(prompt_tokens + completion_tokens);
    const charge = BigInt(prompt_tokens * 1_000 + completion_tokens * 3_000);
    expect(charge <= ceiling).to.equal(true);
    expect(body.payment).to.include({ charged: `${charge}`, ceiling: `${ceiling}`, cumulative: `${charge}` });

    const receipt = receiptFromJson(new Decoder(body.receipt, "receipt"));
    expect(receipt).to.include({ number: 0, till: TILL, model: 0, payer: PAYER.address, epoch: 7, bound: false });
    expect(receipt).to.include({ chargeBefore: 0n, chargeAfter: charge, running: charge, voucherMax: ceiling });
    expect(receipt.requestHash).to.equal(requestHash(REQUEST));
    expect(await verifyReceipt(receipt, OPERATOR.address, CHAIN_ID)).to.equal(true);
    expect(await verifyVoucher(config(), receipt.voucherMax, receipt.voucherSignature, AT)).to.equal(true);
    const [answer] = with_.store.answers(TILL, 7);
    expect(receipt.responseHash).to.equal(responseHash(answer!.promptTokens, answer!.answerTokens));

    const settled = decodeHeader<SettleResponse>(response.headers["payment-response"] as string);
    expect(settled).to.include({ success: true, payer: PAYER.address, network: "eip155:31337", amount: `${charge}` });
    expect(settled.extra.channelState.chargedCumulativeAmount).to.equal(`${charge}`);
  });

  it("gives the same answer to the same request, and takes the alias too", async () => {
    const ceiling = await ceilingOf(REQUEST);
    const first = (await post(app, REQUEST, await payment(ceiling))).json();
    const charged = BigInt(first.payment.cumulative);
    const second = (await post(app, { ...REQUEST, model: "bees" }, await payment(charged + ceiling))).json();
    expect(second.model).to.equal("tributary:0");
    expect(second.choices).to.deep.equal(first.choices);
  });

  it("charges only the tokens used where a stop string ends the answer", async () => {
    const ceiling = await ceilingOf(REQUEST);
    const whole = (await post(app, REQUEST, await payment(ceiling))).json();
    const charged = BigInt(whole.payment.cumulative);
    const [letter] = [...whole.choices[0].text];
    const stopped = { ...REQUEST, stop: [letter] };
    const body = (await post(app, stopped, await payment(charged + ceiling))).json();
    expect(body.choices[0]).to.include({ text: "", finish_reason: "stop" });
    expect(body.usage.completion_tokens).to.be.lessThan(whole.usage.completion_tokens);
    expect(BigInt(body.payment.charged) < charged).to.equal(true);
  });

  it("binds the request where the payer signed it", async () => {
    const ceiling = await ceilingOf(REQUEST);
    const { receipt } = (await post(app, REQUEST, await payment(ceiling, { bind: REQUEST }))).json();
    expect(receipt.bound).to.equal(true);
    expect(receipt.boundSignature).to.match(/^0x[0-9a-f]{130}$/);
  });

  it("counts up: each receipt continues the Till's sequence and its channel's charges", async () => {
    const ceiling = await ceilingOf(REQUEST);
    const first = (await post(app, REQUEST, await payment(ceiling))).json().receipt;
    const other = { config: { payer: STRANGER.address }, signer: STRANGER };
    const second = (await post(app, REQUEST, await payment(ceiling, other))).json().receipt;
    const third = (await post(app, REQUEST, await payment(BigInt(first.chargeAfter) + ceiling))).json().receipt;
    expect([first, second, third].map((r) => r.number)).to.deep.equal([0, 1, 2]);
    expect(second).to.include({ chargeBefore: "0", payer: STRANGER.address });
    expect(third.chargeBefore).to.equal(first.chargeAfter);
    expect(BigInt(third.running)).to.equal(BigInt(third.chargeAfter) + BigInt(second.chargeAfter));
  });

  it("takes concurrent requests on one channel one after the other: no money is spent twice", async () => {
    const ceiling = await ceilingOf(REQUEST);
    const paid = await payment(ceiling);
    const responses = await Promise.all([1, 2, 3].map(() => post(app, REQUEST, paid)));
    expect(responses.map((r) => r.statusCode).sort()).to.deep.equal([200, 402, 402]);
    expect(with_.store.next(TILL).number).to.equal(1);
  });

  it("serves concurrent requests on several channels, with unbroken numbers", async () => {
    const ceiling = await ceilingOf(REQUEST);
    const salts = ["1", "2", "3", "4"].map((digit) => `0x${digit.repeat(64)}` as const);
    const responses = await Promise.all(
      salts.map(async (salt) => post(app, REQUEST, await payment(ceiling, { config: { salt } }))),
    );
    expect(responses.map((r) => r.statusCode)).to.deep.equal([200, 200, 200, 200]);
    const { receipts } = with_.store.receipts(TILL, 0, 10);
    expect(receipts.map((r) => r.number)).to.deep.equal([0, 1, 2, 3]);
  });

  it("refuses a replayed payment and tells the payer what is charged", async () => {
    const ceiling = await ceilingOf(REQUEST);
    const paid = await payment(ceiling);
    const { payment: first } = (await post(app, REQUEST, paid)).json();
    const response = await post(app, REQUEST, paid);
    expect(response.statusCode).to.equal(402);
    expect(response.json().error.code).to.equal("voucher_amount_too_low");
    const required = decodeHeader<PaymentRequired>(response.headers["payment-required"] as string);
    expect(required.error).to.equal("invalid_batch_settlement_evm_cumulative_amount_mismatch");
    const { channelState, voucherState } = required.accepts[0]!.extra;
    expect(channelState!.chargedCumulativeAmount).to.equal(first.cumulative);
    expect(voucherState).to.deep.equal({ signedMaxClaimable: `${ceiling}`, signature: paid.payload.voucher.signature });
    expect(with_.store.next(TILL).number).to.equal(1);
  });

  it("refuses a lower amount", async () => {
    const ceiling = await ceilingOf(REQUEST);
    const response = await post(app, REQUEST, await payment(ceiling - 1n));
    expect(response.statusCode).to.equal(402);
    expect(response.json().error.code).to.equal("voucher_amount_too_low");
    expectNothingCharged();
  });

  it("refuses a wrong signature and tells nothing of the channel", async () => {
    const ceiling = await ceilingOf(REQUEST);
    const response = await post(app, REQUEST, await payment(ceiling, { signer: STRANGER }));
    expect(response.statusCode).to.equal(402);
    const body = response.json();
    expect(body.error.code).to.equal("invalid_voucher_signature");
    expect(body.accepts[0].extra).to.not.have.property("channelState");
    expectNothingCharged();
  });

  it("refuses a voucher of another chain", async () => {
    const response = await post(app, REQUEST, await payment(await ceilingOf(REQUEST), { chainId: 1 }));
    expect(response.statusCode).to.equal(402);
    expect(response.json().error.code).to.equal("voucher_wrong_chain");
    expectNothingCharged();
  });

  it("refuses a foreign channel", async () => {
    const foreign = { config: { receiver: STRANGER.address } };
    const response = await post(app, REQUEST, await payment(await ceilingOf(REQUEST), foreign));
    expect(response.statusCode).to.equal(402);
    expect(response.json().error.code).to.equal("channel_wrong_receiver");
    expectNothingCharged();
  });

  it("refuses a channel without money, or whose money is being withdrawn", async () => {
    const paid = await payment(await ceilingOf(REQUEST));
    with_.chain.funds = { ...with_.chain.funds, balance: 0n };
    expect((await post(app, REQUEST, paid)).json().error.code).to.equal("channel_not_funded");
    with_.chain.funds = { ...with_.chain.funds, balance: 10n ** 18n, withdrawing: 10n ** 18n };
    expect((await post(app, REQUEST, paid)).json().error.code).to.equal("channel_withdrawal_pending");
    expectNothingCharged();
  });

  it("begins at what is claimed on chain where its own books are lost", async () => {
    const ceiling = await ceilingOf(REQUEST);
    with_.chain.funds = { ...with_.chain.funds, totalClaimed: 1_000_000n };
    expect((await post(app, REQUEST, await payment(ceiling))).json().error.code).to.equal("voucher_amount_too_low");
    const { receipt } = (await post(app, REQUEST, await payment(1_000_000n + ceiling))).json();
    expect(receipt.chargeBefore).to.equal("1000000");
  });

  const headers: [string, string, string][] = [
    ["no base64 of JSON", "%%%", "invalid_payment_header"],
    ["a list", Buffer.from("[]").toString("base64"), "invalid_payment_header"],
    ["null", Buffer.from("null").toString("base64"), "invalid_payment_header"],
    ["another version", Buffer.from('{"x402Version":1,"payload":{}}').toString("base64"), "invalid_payment_header"],
    ["no payload", Buffer.from('{"x402Version":2}').toString("base64"), "invalid_payment_header"],
    [
      "another scheme",
      Buffer.from('{"x402Version":2,"accepted":{"scheme":"exact"},"payload":{}}').toString("base64"),
      "unsupported_scheme",
    ],
    [
      "a deposit",
      Buffer.from('{"x402Version":2,"payload":{"type":"deposit"}}').toString("base64"),
      "unsupported_payload",
    ],
    [
      "no channel",
      Buffer.from('{"x402Version":2,"payload":{"type":"voucher"}}').toString("base64"),
      "invalid_payment_header",
    ],
  ];
  for (const [what, header, code] of headers) {
    it(`refuses a payment header with ${what}`, async () => {
      const options = { method: "POST", url: "/v1/completions", body: REQUEST } as const;
      const response = await app.inject({ ...options, headers: { "payment-signature": header } });
      expect(response.statusCode).to.equal(402);
      expect(response.json().error.code).to.equal(code);
    });
  }

  it("reads older clients' X-PAYMENT header", async () => {
    const header = Buffer.from(JSON.stringify(await payment(await ceilingOf(REQUEST)))).toString("base64");
    const options = {
      method: "POST",
      url: "/v1/completions",
      body: REQUEST,
      headers: { "x-payment": header },
    } as const;
    expect((await app.inject(options)).statusCode).to.equal(200);
  });

  it("refuses an unknown model with 404 and names those there are", async () => {
    const response = await post(app, { ...REQUEST, model: "tributary:9" });
    expect(response.statusCode).to.equal(404);
    expect(response.json().error).to.include({ code: "model_not_found", param: "model" });
    expect(response.json().error.message).to.contain("tributary:0");
  });

  it("refuses a model that is no longer live, and charges nothing", async () => {
    const paid = await payment(await ceilingOf(REQUEST));
    with_.chain.live = false;
    const response = await post(app, REQUEST, paid);
    expect(response.statusCode).to.equal(404);
    expect(response.json().error.code).to.equal("model_not_live");
    expectNothingCharged();
  });

  it("refuses what does not fit into the context", async () => {
    const long = await post(app, { ...REQUEST, prompt: "bees and hives ".repeat(40) });
    expect(long.statusCode).to.equal(400);
    expect(long.json().error).to.include({ code: "context_length_exceeded", param: "prompt" });
    const many = await post(app, { ...REQUEST, max_tokens: 64 });
    expect(many.json().error).to.include({ code: "context_length_exceeded", param: "max_tokens" });
  });

  it("asks for what the context leaves where the request names no max_tokens", async () => {
    const prompt = "bees of the hive";
    const { length } = with_.engine.base.tokenizer.encode(prompt);
    const { accepts } = await demand({ model: "bees", prompt });
    expect(accepts[0]!.amount).to.equal(`${length * 1_000 + (65 - length) * 3_000}`);
  });

  it("charges nothing where the answer fails", async () => {
    const paid = await payment(await ceilingOf(REQUEST));
    await with_.engine.close();
    const response = await post(app, REQUEST, paid);
    expect(response.statusCode).to.equal(500);
    expect(response.json().error.code).to.equal("internal_error");
    expectNothingCharged();
  });

  it("refuses more requests than it can take, with 503", async () => {
    await app.close();
    app = createServer({ ...with_, maxWaiting: 1 });
    const paid = await payment(await ceilingOf(REQUEST));
    const responses = await Promise.all([post(app, REQUEST, paid), post(app, REQUEST, paid)]);
    expect(responses.map((r) => r.statusCode).sort()).to.deep.equal([200, 503]);
  });
});
