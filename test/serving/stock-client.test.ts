import {
  decodePaymentRequiredHeader,
  decodePaymentResponseHeader,
  encodePaymentSignatureHeader,
} from "@x402/core/http";
import { BatchSettlementEvmScheme, InMemoryClientChannelStorage } from "@x402/evm/batch-settlement/client";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { createServer } from "../../serving/server.ts";
import { type Desk, desk, PAYER, post, REQUEST, TILL } from "./fixtures.ts";

// Where the canonical contract stands: stock clients know no other.
const CANONICAL = "0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003";

describe("x402's stock client", () => {
  let with_: Desk;
  let app: FastifyInstance;
  let client: BatchSettlementEvmScheme;
  beforeEach(async () => {
    with_ = { ...(await desk()), channels: CANONICAL };
    app = createServer(with_);
    client = stockClient();
  });
  afterEach(async () => {
    await app.close();
    await with_.engine.close();
    with_.store.close();
  });

  function stockClient() {
    const readContract = async () => [with_.chain.funds.balance, with_.chain.funds.totalClaimed];
    const signTypedData = (data: object) => PAYER.signTypedData(data as Parameters<typeof PAYER.signTypedData>[0]);
    const signer = { address: PAYER.address, signTypedData, readContract };
    return new BatchSettlementEvmScheme(signer as never, { storage: new InMemoryClientChannelStorage() });
  }

  /** Asks, pays and takes note of the answer, as the stock HTTP client does. */
  async function ask(request: object, scheme = client) {
    const demanded = await post(app, request);
    const required = decodePaymentRequiredHeader(demanded.headers["payment-required"] as string);
    const [accepted] = required.accepts;
    const { payload } = await scheme.createPaymentPayload(2, accepted!);
    const paymentPayload = { x402Version: 2, accepted: accepted!, payload };
    const headers = { "payment-signature": encodePaymentSignatureHeader(paymentPayload) };
    const response = await app.inject({ method: "POST", url: "/v1/completions", headers, body: request });
    const settled = response.headers["payment-response"] as string | undefined;
    const refused = response.headers["payment-required"] as string | undefined;
    const outcome = await scheme.schemeHooks.onPaymentResponse!({
      paymentPayload,
      requirements: accepted!,
      ...(settled === undefined ? {} : { settleResponse: decodePaymentResponseHeader(settled) }),
      ...(refused === undefined ? {} : { paymentRequired: decodePaymentRequiredHeader(refused) }),
    } as never);
    return { response, outcome };
  }

  it("pays, again and again, also where a ceiling is lower than what was left over", async () => {
    const stop = [..."abcdefghijklmnopqrstuvwxyz ,."].slice(0, 4);
    for (const request of [{ ...REQUEST, max_tokens: 40, stop }, REQUEST, { ...REQUEST, max_tokens: 1 }, REQUEST]) {
      const { response } = await ask(request);
      expect(response.statusCode, response.body).to.equal(200);
      expect(response.json().receipt).to.include({ till: TILL, bound: false, payer: PAYER.address });
    }
    expect(with_.store.next(TILL).number).to.equal(4);
  });

  it("finds back to the right amount where it has forgotten what it was charged", async () => {
    await ask(REQUEST);
    const forgetful = stockClient();
    const refused = await ask(REQUEST, forgetful);
    expect(refused.response.statusCode).to.equal(402);
    expect(refused.outcome).to.deep.equal({ recovered: true });
    expect((await ask(REQUEST, forgetful)).response.statusCode).to.equal(200);
  });

  it("is told to deposit on chain where its channel is empty", async () => {
    with_.chain.funds = { ...with_.chain.funds, balance: 0n };
    const { response } = await ask(REQUEST);
    expect(response.statusCode).to.equal(402);
    expect(response.json().error).to.include({ code: "unsupported_payload" });
    expect(response.json().error.message).to.match(/deposit into the channel on chain first/);
  });
});
