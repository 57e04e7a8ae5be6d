import { expect } from "chai";
import { Decoder, decodeJson, FormatError } from "../../protocol/decode.ts";
import { logFromJson, logToJson, receiptFromJson, receiptToJson } from "../../protocol/log.ts";
import type { ReceiptLog } from "../../protocol/receipt.ts";
import type { ChannelConfig } from "../../protocol/voucher.ts";
import { CHAIN, operator, payer, signed, till } from "./fixtures.ts";

const channel: ChannelConfig = {
  payer: payer.address,
  payerAuthorizer: payer.address,
  receiver: till,
  receiverAuthorizer: operator.address,
  token: operator.address,
  withdrawDelay: 900,
  salt: `0x${"07".repeat(32)}`,
};

describe("receipt logs as JSON", () => {
  it("come back as they were", async () => {
    const unbound = await signed();
    const bound = { ...(await signed({ bound: true, number: 4 })), boundSignature: unbound.operatorSignature };
    const log: ReceiptLog = { chainId: CHAIN, till, epoch: 490_000, receipts: [unbound, bound], channels: [channel] };
    const back = logFromJson(decodeJson(JSON.stringify(logToJson(log)), "log"));
    expect(back).to.deep.equal(log);
  });

  const bad: [string, unknown, string][] = [
    ["number", -1, "-1 is not between"],
    ["number", 1.5, "not an integer"],
    ["till", "0x12", "not an address"],
    ["channelId", "0x12", "1 bytes, not 32"],
    ["channelId", undefined, "not hex"],
    ["chargeBefore", 10, "not a decimal string"],
    ["chargeBefore", "010", "not a decimal string"],
    ["running", (2n ** 128n).toString(), "does not fit 128 bits"],
    ["chargeAfter", "9", "below chargeBefore"],
    ["bound", "yes", "not true or false"],
    ["bound", true, "boundSignature: not hex"],
    ["operatorSignature", "0x", "0 bytes, not 65"],
  ];
  for (const [field, value, reason] of bad) {
    it(`name the place where ${field} is ${String(value).slice(0, 20)}`, async () => {
      const json = { ...receiptToJson(await signed()), [field]: value };
      expect(() => receiptFromJson(new Decoder(json, "receipts[2]")))
        .to.throw(FormatError, reason)
        .with.property("message")
        .that.matches(/^receipts\[2\]\./);
    });
  }

  it("are refused where they are no object, no list, or no JSON", () => {
    expect(() => logFromJson(new Decoder([], "log"))).to.throw(FormatError, "log: not an object");
    expect(() => logFromJson(new Decoder({ chainId: 1, till, epoch: 0, receipts: {} }, ""))).to.throw(
      FormatError,
      "receipts: not an array",
    );
    expect(() => decodeJson("{", "the log")).to.throw(FormatError, "the log is not JSON");
  });
});
