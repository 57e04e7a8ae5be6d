import { expect } from "chai";
import { concat, id, keccak256, toBeHex } from "ethers";
import {
  type CompletionRequest,
  requestHash,
  responseHash,
  signRequest,
  verifyRequest,
} from "../../protocol/receipt.ts";
import { body, CHAIN, operator, payer, till } from "./fixtures.ts";

const request: CompletionRequest = { model: "tributary:1", prompt: "Why?", max_tokens: 8, stop: ["\n"] };

describe("request and response hashes", () => {
  it("hash the canonical JSON of the fields as sent", () => {
    expect(requestHash(request)).to.equal(id('{"max_tokens":8,"model":"tributary:1","prompt":"Why?","stop":["\\n"]}'));
  });

  it("do not see order, absent fields, nulls and other fields", () => {
    const same = {
      stop: ["\n"],
      max_tokens: 8,
      seed: undefined,
      top_p: null,
      user: "x",
      prompt: "Why?",
      model: "tributary:1",
    };
    expect(requestHash(same as unknown as CompletionRequest)).to.equal(requestHash(request));
  });

  it("see every field", () => {
    const changes: Partial<CompletionRequest>[] = [
      { model: "tributary:2" },
      { prompt: "Why ?" },
      { messages: [{ role: "user", content: "Why?" }] },
      { max_tokens: 9 },
      { temperature: 0 },
      { top_p: 1 },
      { seed: 0 },
      { stop: "\n" },
    ];
    const hashes = changes.map((change) => requestHash({ ...request, ...change }));
    expect(new Set([requestHash(request), ...hashes]).size).to.equal(changes.length + 1);
  });

  it("tell prompt tokens from answer tokens", () => {
    const words = [2, 7, 8, 1, 9].map((word) => toBeHex(word, 4));
    expect(responseHash([7, 8], [9])).to.equal(keccak256(concat(words)));
    expect(responseHash(Int32Array.of(7, 8), [9])).to.equal(responseHash([7, 8], [9]));
    expect(responseHash([7], [8, 9])).to.not.equal(responseHash([7, 8], [9]));
    expect(() => responseHash([-1], [])).to.throw("uint32");
  });
});

describe("request bindings", () => {
  const bound = { channelId: body.channelId, requestHash: requestHash(request) };

  it("verify for the payer, the request, the Till and the chain", async () => {
    const signature = await signRequest(payer, bound, CHAIN, till);
    expect(await verifyRequest(bound, signature, payer.address, CHAIN, till)).to.equal(true);
    expect(await verifyRequest(bound, signature, operator.address, CHAIN, till)).to.equal(false);
    expect(
      await verifyRequest({ ...bound, requestHash: body.requestHash }, signature, payer.address, CHAIN, till),
    ).to.equal(false);
    expect(await verifyRequest(bound, signature, payer.address, 1, till)).to.equal(false);
    expect(await verifyRequest(bound, signature, payer.address, CHAIN, payer.address)).to.equal(false);
    expect(await verifyRequest(bound, "0x", payer.address, CHAIN, till)).to.equal(false);
  });
});
