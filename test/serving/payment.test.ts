import { expect } from "chai";
import { type Hex, zeroHash } from "viem";
import { requestHash } from "../../protocol/receipt.ts";
import { channelId } from "../../protocol/voucher.ts";
import { PaymentError, type PaymentReason } from "../../serving/errors.ts";
import { checkAmount, checkPayment } from "../../serving/payment.ts";
import {
  AT,
  CHAIN_ID,
  CHANNELS,
  config,
  DAY,
  OPERATOR,
  PAYER,
  type PaymentChanges,
  payment,
  REQUEST,
  STRANGER,
  TILL,
  TOKEN,
} from "./fixtures.ts";

const TERMS = { ...AT, till: TILL, operator: OPERATOR.address, token: TOKEN, withdrawDelay: DAY };
const HASH = requestHash(REQUEST);

async function check(max: bigint, changes: PaymentChanges = {}) {
  return checkPayment(await payment(max, changes), TERMS, HASH);
}

async function expectRefused(changes: PaymentChanges, reason: PaymentReason, message?: RegExp) {
  const error = await check(100n, changes).then(
    () => new Error("it was accepted"),
    (thrown: unknown) => thrown as PaymentError,
  );
  expect(error).to.be.instanceOf(PaymentError);
  expect(error).to.include({ status: 402, reason });
  if (message) expect(error.message).to.match(message);
}

describe("checkPayment", () => {
  it("accepts a voucher of the payer", async () => {
    const paid = await check(100n);
    expect(paid).to.include({ channelId: channelId(config(), AT), voucherMax: 100n });
    expect(paid).to.not.have.property("requestSignature");
  });

  it("accepts a voucher of the payer's authorizer, and then only its", async () => {
    const changes = { config: { payerAuthorizer: STRANGER.address } };
    expect((await check(100n, { ...changes, signer: STRANGER })).voucherMax).to.equal(100n);
    await expectRefused(changes, "invalid_voucher_signature");
  });

  it("accepts a channel with a longer delay", async () => {
    expect((await check(1n, { config: { withdrawDelay: 2 * DAY } })).voucherMax).to.equal(1n);
  });

  it("takes the signature that binds the request", async () => {
    expect((await check(100n, { bind: REQUEST })).requestSignature).to.match(/^0x[0-9a-f]{130}$/);
  });

  it("refuses a stranger's signature", () => expectRefused({ signer: STRANGER }, "invalid_voucher_signature"));

  it("refuses a voucher signed for another chain", async () => {
    await expectRefused({ chainId: 1 }, "voucher_wrong_chain", /eip155:1;.*eip155:31337/);
    // As if it were for this chain: its channel's id tells.
    await expectRefused({ chainId: 1, network: `eip155:${CHAIN_ID}` }, "channel_id_mismatch");
    // With this chain's channel id, but signed under the other chain's domain.
    const other = await payment(100n, { chainId: 1, channelId: channelId(config(), AT) });
    const { signature } = other.payload.voucher;
    await expectRefused({ signature }, "invalid_voucher_signature", /for chain 31337/);
  });

  it("refuses a voucher for another amount than signed", async () => {
    const { signature } = (await payment(99n)).payload.voucher;
    await expectRefused({ signature }, "invalid_voucher_signature");
  });

  it("refuses the malleable twin of a good signature, which the contract would refuse too", async () => {
    const { signature } = (await payment(100n)).payload.voucher;
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, "0");
    const v = signature.endsWith("1b") ? "1c" : "1b";
    await expectRefused({ signature: `${signature.slice(0, 66)}${s}${v}` as Hex }, "invalid_voucher_signature");
  });

  it("refuses a channel to another receiver", () =>
    expectRefused({ config: { receiver: CHANNELS } }, "channel_wrong_receiver"));
  it("refuses a channel that another operator claims", () =>
    expectRefused({ config: { receiverAuthorizer: PAYER.address } }, "channel_wrong_authorizer"));
  it("refuses a channel in another token", () => expectRefused({ config: { token: TILL } }, "channel_wrong_token"));
  it("refuses a channel whose money can leave too soon", () =>
    expectRefused({ config: { withdrawDelay: DAY - 1 } }, "channel_delay_too_short"));
  it("refuses a foreign channel's id", () => expectRefused({ channelId: zeroHash }, "channel_id_mismatch"));

  it("refuses a binding by somebody else, or of another request", async () => {
    await expectRefused({ bind: REQUEST, bindSigner: STRANGER }, "invalid_request_signature");
    await expectRefused({ bind: { ...REQUEST, prompt: "the hive" } }, "invalid_request_signature");
  });

  const good = { channelConfig: config(), voucher: { channelId: zeroHash, maxClaimableAmount: "1", signature: "0x" } };
  const malformed: [string, object, RegExp][] = [
    ["no config", { voucher: good.voucher }, /channelConfig/],
    ["no voucher", { channelConfig: good.channelConfig }, /voucher/],
    ["a payer that is no address", { ...good, channelConfig: { ...config(), payer: "0x12" } }, /payer: not an address/],
    ["a delay that is no number", { ...good, channelConfig: { ...config(), withdrawDelay: "900" } }, /withdrawDelay/],
    ["a salt of another length", { ...good, channelConfig: { ...config(), salt: "0x00" } }, /salt/],
    ["a numeric amount", { ...good, voucher: { ...good.voucher, maxClaimableAmount: 1 } }, /maxClaimableAmount/],
    [
      "an amount past 128 bits",
      { ...good, voucher: { ...good.voucher, maxClaimableAmount: `${1n << 128n}` } },
      /maxClaimable/,
    ],
    ["a short signature", good, /voucher.signature/],
    [
      "an empty binding",
      { ...good, voucher: { ...good.voucher, signature: `0x${"00".repeat(65)}` }, requestSignature: "0x" },
      /requestSignature/,
    ],
  ];
  for (const [what, payload, message] of malformed) {
    it(`refuses a payload with ${what}`, () =>
      expectRefused({ raw: { payload: { type: "voucher", ...payload } } }, "invalid_payment_header", message));
  }
});

describe("checkAmount", () => {
  const FUNDS = { balance: 1000n, totalClaimed: 0n, withdrawing: 0n, withdrawRequestedAt: 0 };
  const held = (voucherMax: bigint) => ({ voucherMax, charged: 60n });
  const reason = (
    ...[max, record, charged, ceiling, funds]: [bigint, ReturnType<typeof held> | undefined, bigint, bigint, object?]
  ) => {
    try {
      checkAmount({ voucherMax: max }, record, charged, ceiling, { ...FUNDS, ...funds });
    } catch (error) {
      return (error as PaymentError).reason;
    }
    return "accepted";
  };

  it("accepts what covers the charges and the ceiling", () => {
    expect(reason(100n, undefined, 0n, 100n)).to.equal("accepted");
    expect(reason(160n, held(100n), 60n, 100n)).to.equal("accepted");
    expect(reason(500n, held(100n), 60n, 100n)).to.equal("accepted");
  });

  it("refuses a replay: the same voucher does not pay twice", () => {
    expect(reason(100n, held(100n), 60n, 100n)).to.equal("voucher_amount_too_low");
  });

  it("refuses less than is needed", () => {
    expect(reason(99n, undefined, 0n, 100n)).to.equal("voucher_amount_too_low");
    expect(reason(159n, held(100n), 60n, 100n)).to.equal("voucher_amount_too_low");
  });

  it("refuses less than was promised before", () => {
    expect(reason(499n, held(500n), 60n, 100n)).to.equal("voucher_amount_lowered");
  });

  it("accepts exactly what is needed below an earlier promise, as x402's stock clients sign it", () => {
    expect(reason(80n, held(100n), 60n, 20n)).to.equal("accepted");
    expect(reason(81n, held(100n), 60n, 20n)).to.equal("voucher_amount_lowered");
  });

  it("refuses a channel without enough money", () => {
    expect(reason(100n, undefined, 0n, 100n, { balance: 0n })).to.equal("channel_not_funded");
    expect(reason(100n, undefined, 0n, 100n, { balance: 99n })).to.equal("channel_insufficient_balance");
  });

  it("refuses a channel whose announced withdrawal undercuts the voucher", () => {
    expect(reason(100n, undefined, 0n, 100n, { withdrawing: 900n })).to.equal("accepted");
    expect(reason(100n, undefined, 0n, 100n, { withdrawing: 901n })).to.equal("channel_withdrawal_pending");
  });
});
