import { expect } from "chai";
import { hashTypedData } from "viem";
import { type ReceiptBody, receiptDigest, requestTypedData } from "../../protocol/receipt.ts";
import { ethers } from "./fixtures.ts";

const CHAIN = 31337;
const word = (text: string) => ethers.id(text) as `0x${string}`;
const account = (text: string) => ethers.getAddress(`0x${ethers.id(text).slice(26)}`) as `0x${string}`;

describe("ReceiptHashes", () => {
  it("gives the digests that operators and payers sign", async () => {
    const harness = await ethers.deployContract("ReceiptHashesHarness");
    const till = account("till");
    for (const bound of [false, true]) {
      const body: ReceiptBody = {
        number: 2 ** 40,
        till,
        model: 7,
        channelId: word("channel"),
        payer: account("payer"),
        chargeBefore: 2n ** 100n,
        chargeAfter: 2n ** 127n + 1n,
        running: 2n ** 128n - 1n,
        epoch: 29_000_000,
        requestHash: word("request"),
        responseHash: word("response"),
        bound,
      };
      expect(await harness.digest(till, body)).to.equal(receiptDigest(body, CHAIN));
      const request = requestTypedData(body, CHAIN, till);
      expect(await harness.requestDigest(till, body.channelId, body.requestHash)).to.equal(hashTypedData(request));
    }
  });
});
