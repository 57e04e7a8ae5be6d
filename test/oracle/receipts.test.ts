import { expect } from "chai";
import { Mismatch } from "../../oracle/mismatch.ts";
import { checkReceipts, type ReceiptsContext } from "../../oracle/receipts.ts";
import { type Receipt, UNSIGNED } from "../../protocol/receipt.ts";
import { channelId } from "../../protocol/voucher.ts";
import { ADDRESSES, AT, address, channelOf, makeReceipts, operator, payers, rejection, signAll } from "./fixtures.ts";

const till = address(0xb1);

async function log(): Promise<{ receipts: Receipt[]; context: ReceiptsContext }> {
  const { receipts, channels } = await makeReceipts(till, 1, 100, [10n, 20n, 30n], { unbound: [1] });
  const context = {
    till,
    epoch: 100,
    model: 1,
    operator: operator.address,
    openToken: ADDRESSES.openToken,
    at: AT,
    channels,
    before: null,
  };
  return { receipts, context };
}

describe("checkReceipts", () => {
  it("passes a true sequence, and says where it ends", async () => {
    const { receipts, context } = await log();
    const sequence = await checkReceipts(receipts, context);
    expect(sequence).to.deep.include({ next: 3, running: 60n });
    expect([...sequence.charged.values()]).to.deep.equal([
      [
        [0n, 10n],
        [10n, 30n],
        [30n, 60n],
      ],
    ]);
  });

  it("goes on from the epoch before", async () => {
    const { receipts, context } = await log();
    const before = await checkReceipts(receipts, context);
    const more = await makeReceipts(till, 1, 101, [5n], { from: receipts.at(-1)! });
    const after = await checkReceipts(more.receipts, { ...context, epoch: 101, before });
    expect(after).to.deep.include({ next: 4, running: 65n });
    expect(before.next).to.equal(3);
    const again = checkReceipts(receipts, { ...context, before });
    expect((await rejection(again)).message).to.include("0.number: expected at least 3, found 0");
  });

  it("leaps over an epoch of which nothing is committed, but never goes back", async () => {
    const { receipts, context } = await log();
    const before = await checkReceipts(receipts, context);
    const silent = await makeReceipts(till, 1, 101, [5n], { from: receipts.at(-1)! });
    const later = await makeReceipts(till, 1, 102, [7n], { from: silent.receipts[0]! });
    const at = { ...context, epoch: 102, before };
    expect(await checkReceipts(later.receipts, at)).to.deep.include({ next: 5, running: 72n });
    const back = await signAll({ ...later.receipts[0]!, running: 66n }, 0);
    expect((await rejection(checkReceipts([back], at))).message).to.include(
      "0.running: expected at least 67, found 66",
    );
  });

  it("passes charges of a channel in another order than their numbers, as long as no wei is charged twice", async () => {
    const { receipts, context } = await log();
    const swapped = [
      { ...receipts[0]!, chargeBefore: 30n, chargeAfter: 40n },
      { ...receipts[1]!, chargeBefore: 0n, chargeAfter: 20n },
      { ...receipts[2]!, chargeBefore: 20n, chargeAfter: 20n, running: 30n },
    ];
    const all = await Promise.all(swapped.map((receipt) => signAll(receipt, 0)));
    expect(await checkReceipts(all, context)).to.deep.include({ next: 3, running: 30n });
    const inside = await signAll({ ...swapped[2]!, chargeBefore: 19n, chargeAfter: 19n }, 0);
    const error = await rejection(checkReceipts([...all.slice(0, 2), inside], context));
    expect(error.message).to.include("2.chargeBefore: expected at least 20, found 19");
  });

  it("passes an empty epoch", async () => {
    const { context } = await log();
    expect(await checkReceipts([], context)).to.deep.include({ next: 0, running: 0n });
  });

  // each signed anew by operator and payer: only the rule itself is broken
  const broken: [string, Partial<Receipt>, string][] = [
    ["a number that is skipped", { number: 3 }, "2.number: expected 2, found 3"],
    ["a running sum that does not add up", { running: 61n }, "2.running: expected 60, found 61"],
    ["another Till", { till: address(1) }, "2.till: expected"],
    ["another epoch", { epoch: 99 }, "2.epoch: expected 100, found 99"],
    ["another version", { model: 2 }, "2.model: expected 1, found 2"],
    [
      "a charge that overlaps another",
      { chargeBefore: 29n, chargeAfter: 59n },
      "2.chargeBefore: expected at least 30, found 29",
    ],
    [
      "a channel that is not in the log",
      { channelId: `0x${"09".repeat(32)}` },
      "2.channelId: expected a channel of the log",
    ],
    ["another payer", { payer: address(1) }, "2.payer: expected"],
  ];
  for (const [name, change, message] of broken) {
    it(`finds ${name}`, async () => {
      const { receipts, context } = await log();
      receipts[2] = await signAll({ ...receipts[2]!, ...change }, 0);
      const error = await rejection(checkReceipts(receipts, context));
      expect(error).to.be.instanceOf(Mismatch);
      expect(error.message).to.include(message);
    });
  }

  it("finds a voucher that does not cover the charge", async () => {
    const { receipts, context } = await log();
    receipts[2]!.voucherMax = 59n;
    expect((await rejection(checkReceipts(receipts, context))).message).to.include(
      "2.voucherMax: expected at least 60",
    );
  });

  for (const field of ["voucherSignature", "operatorSignature", "boundSignature"] as const) {
    it(`finds a wrong ${field}`, async () => {
      const { receipts, context } = await log();
      receipts[2]![field] = receipts[0]![field]!;
      const by = field === "operatorSignature" ? operator : payers[0]!;
      expect((await rejection(checkReceipts(receipts, context))).message).to.include(
        `2, ${field}: expected a signature by ${by.address}, found none`,
      );
    });
  }

  it("takes a receipt that its operator left unsigned, since the log's commit does not cover its signature", async () => {
    const { receipts, context } = await log();
    receipts[2]!.operatorSignature = UNSIGNED;
    expect((await checkReceipts(receipts, context)).next).to.equal(receipts.at(-1)!.number + 1);
  });

  it("finds a bound receipt without the payer's signature", async () => {
    const { receipts, context } = await log();
    delete receipts[0]!.boundSignature;
    expect((await rejection(checkReceipts(receipts, context))).message).to.include("0, boundSignature");
  });

  it("finds channels of another receiver or token", async () => {
    for (const change of [{ receiver: address(1) }, { token: address(1) }]) {
      const { receipts, context } = await log();
      const config = { ...channelOf(till, 0), ...change };
      const first = await signAll({ ...receipts[0]!, channelId: channelId(config, AT) }, 0);
      const error = await rejection(checkReceipts([first], { ...context, channels: [config] }));
      expect(error.message).to.match(/channel\.(receiver|token): expected/);
    }
  });
});
