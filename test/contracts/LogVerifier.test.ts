import { expect } from "chai";
import { zeroAddress, zeroHash } from "viem";
import { type Receipt, receiptsList, signRequest, totalOf } from "../../protocol/receipt.ts";
import { type ChannelConfig, channelId, signVoucher } from "../../protocol/voucher.ts";
import {
  AUTHORIZER,
  answers,
  anyGarbageProves,
  CHAIN,
  channelOf,
  EPOCH,
  encode,
  MODEL,
  openedReceipt,
  PAYERS,
  signer,
  type Verifiers,
  verifiers,
} from "./answers.ts";
import { otherForms } from "./batches.ts";
import { hash, loadFixture } from "./fixtures.ts";

const Rule = {
  Count: 0,
  Foreign: 1,
  Charge: 2,
  Number: 3,
  Running: 4,
  Total: 5,
  Channel: 6,
  Covered: 7,
  Voucher: 8,
  Request: 9,
  Overlap: 10,
  Order: 11,
};
type Hex = `0x${string}`;
type Log = { root: Hex; count: number; total: bigint };

/** The receipts of an epoch's log; the receipts of an epoch before. */
async function logged() {
  const suite = await verifiers();
  const { receipts, channels: configs } = await answers(suite);
  const before = receipts.slice(0, 2).map((receipt, i) => ({
    ...receipt,
    number: 20 + i,
    epoch: EPOCH - 3,
    chargeBefore: i === 0 ? 0n : 2_000n,
    chargeAfter: i === 0 ? 40n : 2_500n,
    running: 4_000n + BigInt(i) * 500n,
  }));
  await commitLog(suite, before, EPOCH - 3);
  await commitLog(suite, receipts);
  return { ...suite, receipts, configs, before };
}

type Logged = Awaited<ReturnType<typeof logged>>;

function commitLog(
  { facts, till }: Verifiers,
  receipts: readonly Receipt[],
  epoch = EPOCH,
  changes: Partial<Log> = {},
) {
  const log = { root: receiptsList(receipts).root, count: receipts.length, total: totalOf(receipts), ...changes };
  return facts.setLog(till, epoch, log);
}

interface Shown {
  receipts?: readonly Receipt[];
  places?: number[];
  /** Of the log with the second receipt. */
  other?: readonly Receipt[];
  otherEpoch?: number;
  configs?: ChannelConfig[];
}

function evidenceOf(
  rule: number,
  { receipts = [], places = [], other = receipts, otherEpoch = EPOCH, configs = [] }: Shown,
) {
  const opened = places.map((place, i) => {
    const source = i === 0 ? receipts : other;
    return openedReceipt(source, receiptsList(source), place);
  });
  return { rule, receipts: opened, otherEpoch, configs };
}

const show = (suite: Logged, rule: number, shown: Shown, epoch = EPOCH) =>
  suite.logVerifier.refutes(suite.till, epoch, encode(suite.logVerifier, evidenceOf(rule, shown)));

/** Whether a rule shows the log with receipt `place` changed to be wrong. */
async function provesChange(suite: Logged, rule: number, place: number, change: Partial<Receipt>, places = [place]) {
  const receipts = suite.receipts.with(place, { ...suite.receipts[place]!, ...change });
  await commitLog(suite, receipts);
  return show(suite, rule, { receipts, places, configs: [suite.configs[place % 2]!] });
}

/** A receipt with a voucher and, if it is bound, a request signed by somebody. */
async function backed(suite: Logged, receipt: Receipt, by: ReturnType<typeof signer>, promised = receipt.voucherMax) {
  const voucher = { channelId: receipt.channelId, maxClaimableAmount: promised };
  const voucherSignature = await signVoucher(by, voucher, suite.domain);
  if (!receipt.bound) return { ...receipt, voucherSignature };
  return { ...receipt, voucherSignature, boundSignature: await signRequest(by, receipt, CHAIN, suite.till) };
}

describe("LogVerifier", () => {
  it("never refutes a right log", async () => {
    const suite = await loadFixture(logged);
    const { receipts, before, configs } = suite;
    for (const rule of Object.values(Rule)) {
      expect(await show(suite, rule, {})).to.equal(false);
      for (const [place] of receipts.entries()) {
        for (const [other] of receipts.entries()) {
          for (const config of configs) {
            const shown = { receipts, places: [place, other], configs: [config] };
            expect(await show(suite, rule, shown), `${rule} of ${place}, ${other}`).to.equal(false);
          }
        }
        for (const [earlier] of before.entries()) {
          const shown = { receipts, places: [place, earlier], other: before, otherEpoch: EPOCH - 3, configs };
          expect(await show(suite, rule, shown), `${rule} of ${place}, earlier ${earlier}`).to.equal(false);
        }
      }
    }
    const evidence = evidenceOf(Rule.Total, { receipts, places: [0, 4] });
    expect(await suite.logVerifier.proves(suite.till, EPOCH, evidence)).to.equal(false);
  });

  it("never refutes a log of nothing, or none at all", async () => {
    const suite = await loadFixture(logged);
    expect(await show(suite, Rule.Count, {}, EPOCH + 1)).to.equal(false);
    await commitLog(suite, []);
    expect(await show(suite, Rule.Count, {})).to.equal(false);
    for (const rule of Object.values(Rule)) {
      const shown = { receipts: suite.receipts, places: [0, 1], configs: suite.configs };
      expect(await show(suite, rule, shown)).to.equal(false);
      expect(await show(suite, rule, shown, EPOCH + 1)).to.equal(false);
    }
  });

  it("refutes root, count and total that are not those of one log", async () => {
    const suite = await loadFixture(logged);
    const { receipts } = suite;
    const shown = { receipts, places: [2] };
    await commitLog(suite, receipts, EPOCH, { count: 6 });
    expect(await show(suite, Rule.Count, shown)).to.equal(true);
    expect(await show(suite, Rule.Count, {})).to.equal(false);
    for (const wrong of [{ count: 1 }, { total: 1n }, { root: zeroHash, count: 1 }, { root: zeroHash, total: 1n }]) {
      await commitLog(suite, [], EPOCH, wrong);
      expect(await show(suite, Rule.Count, {})).to.equal(true);
    }
    await commitLog(suite, receipts, EPOCH, { count: 0 });
    expect(await show(suite, Rule.Count, {})).to.equal(true);
    expect(await show(suite, Rule.Count, shown)).to.equal(true);
  });

  it("refutes a receipt of another model or epoch", async () => {
    const suite = await loadFixture(logged);
    for (const change of [{ model: MODEL + 1 }, { epoch: EPOCH + 1 }, { epoch: EPOCH - 1 }]) {
      expect(await provesChange(suite, Rule.Foreign, 1, change)).to.equal(true);
    }
  });

  it("refutes a receipt that charges less than nothing", async () => {
    const suite = await loadFixture(logged);
    const { chargeBefore } = suite.receipts[2]!;
    expect(await provesChange(suite, Rule.Charge, 2, { chargeAfter: chargeBefore - 1n })).to.equal(true);
    expect(await provesChange(suite, Rule.Charge, 2, { chargeAfter: chargeBefore })).to.equal(false);
  });

  it("refutes neighbours whose numbers do not rise by 1", async () => {
    const suite = await loadFixture(logged);
    for (const number of [29, 30, 32, 2 ** 40]) {
      expect(await provesChange(suite, Rule.Number, 1, { number }, [0, 1])).to.equal(true);
      expect(await provesChange(suite, Rule.Number, 1, { number }, [0, 2])).to.equal(false);
    }
  });

  it("refutes neighbours whose running amounts do not rise by the charge", async () => {
    const suite = await loadFixture(logged);
    const { running } = suite.receipts[3]!;
    for (const wrong of [running + 1n, running - 1n, 0n, 2n ** 128n - 1n]) {
      expect(await provesChange(suite, Rule.Running, 3, { running: wrong }, [2, 3])).to.equal(true);
      expect(await provesChange(suite, Rule.Running, 3, { running: wrong }, [3, 4])).to.equal(true);
      expect(await provesChange(suite, Rule.Running, 3, { running: wrong }, [1, 3])).to.equal(false);
    }
  });

  it("refutes a total that is not the sum of the charges", async () => {
    const suite = await loadFixture(logged);
    const { receipts } = suite;
    const total = totalOf(receipts);
    for (const wrong of [total + 1n, total - 1n, 0n]) {
      await commitLog(suite, receipts, EPOCH, { total: wrong });
      expect(await show(suite, Rule.Total, { receipts, places: [0, 4] })).to.equal(true);
      for (const places of [
        [1, 4],
        [0, 3],
      ]) {
        expect(await show(suite, Rule.Total, { receipts, places })).to.equal(false);
      }
    }
    const one = receipts.slice(0, 1);
    await commitLog(suite, one);
    expect(await show(suite, Rule.Total, { receipts: one, places: [0, 0] })).to.equal(false);
    await commitLog(suite, one, EPOCH, { total: 699n });
    expect(await show(suite, Rule.Total, { receipts: one, places: [0, 0] })).to.equal(true);
  });

  it("refutes a receipt on a channel of another receiver, token or payer", async () => {
    const suite = await loadFixture(logged);
    const right = channelOf(suite, PAYERS[0]!.address);
    const elsewhere = signer(9).address;
    for (const config of [
      { ...right, receiver: elsewhere },
      { ...right, token: elsewhere },
      { ...right, payer: elsewhere },
    ]) {
      const receipts = suite.receipts.with(0, { ...suite.receipts[0]!, channelId: channelId(config, suite.domain) });
      await commitLog(suite, receipts);
      expect(await show(suite, Rule.Channel, { receipts, places: [0], configs: [config] })).to.equal(true);
      // another channel says nothing about the receipt
      expect(await show(suite, Rule.Channel, { receipts, places: [0], configs: [right] })).to.equal(false);
      expect(await show(suite, Rule.Channel, { receipts, places: [2], configs: [config] })).to.equal(false);
    }
  });

  it("refutes a voucher that promises less than the channel's charge", async () => {
    const suite = await loadFixture(logged);
    const { chargeAfter } = suite.receipts[1]!;
    expect(await provesChange(suite, Rule.Covered, 1, { voucherMax: chargeAfter - 1n })).to.equal(true);
    expect(await provesChange(suite, Rule.Covered, 1, { voucherMax: chargeAfter })).to.equal(false);
  });

  it("refutes a voucher that the channel's signer has not signed", async () => {
    const suite = await loadFixture(logged);
    const [own, authorized] = [suite.receipts[0]!, suite.receipts[1]!];
    const { short, high } = otherForms(own.voucherSignature);
    for (const change of [
      await backed(suite, own, AUTHORIZER),
      await backed(suite, own, PAYERS[0]!, own.voucherMax - 1n),
      { voucherMax: own.voucherMax + 1n },
      { voucherSignature: "0x" as Hex },
      { voucherSignature: short as Hex },
      { voucherSignature: high as Hex },
      { voucherSignature: `${own.voucherSignature}00` as Hex },
      { voucherSignature: `0x${"00".repeat(65)}` as Hex },
    ]) {
      expect(await provesChange(suite, Rule.Voucher, 0, change)).to.equal(true);
    }
    // whom the channel names signs, and not its payer
    expect(await provesChange(suite, Rule.Voucher, 1, await backed(suite, authorized, AUTHORIZER))).to.equal(false);
    expect(await provesChange(suite, Rule.Voucher, 1, await backed(suite, authorized, PAYERS[1]!))).to.equal(true);
    // a signature stands in the log by its hash: no other can be shown in its place
    const { receipts, configs } = suite;
    await commitLog(suite, receipts);
    const forged = receipts.with(0, { ...own, voucherSignature: `0x${"11".repeat(65)}` });
    expect(await show(suite, Rule.Voucher, { receipts: forged, places: [0], configs })).to.equal(false);
  });

  it("refutes a bound request that the channel's signer has not signed, and a signature of one that is not bound", async () => {
    const suite = await loadFixture(logged);
    const [own, authorized] = [suite.receipts[0]!, suite.receipts[1]!];
    for (const change of [
      { boundSignature: (await backed(suite, own, AUTHORIZER)).boundSignature! },
      { requestHash: hash("another request") as Hex },
      { boundSignature: own.voucherSignature },
      { boundSignature: "0x" as Hex },
    ]) {
      expect(await provesChange(suite, Rule.Request, 0, change)).to.equal(true);
    }
    const { boundSignature } = await backed(suite, authorized, PAYERS[1]!);
    expect(await provesChange(suite, Rule.Request, 1, { boundSignature: boundSignature! })).to.equal(true);
    expect(await provesChange(suite, Rule.Request, 2, { boundSignature: own.boundSignature! })).to.equal(true);
    expect(await provesChange(suite, Rule.Request, 2, { bound: true })).to.equal(true);
  });

  it("refutes receipts that charge the same wei of a channel", async () => {
    const suite = await loadFixture(logged);
    const { chargeBefore, chargeAfter } = suite.receipts[0]!; // 40 to 740; receipt 2 follows it
    for (const [from, to, overlaps] of [
      [chargeAfter - 1n, chargeAfter + 10n, true],
      [chargeBefore, chargeAfter, true],
      [chargeBefore + 1n, chargeAfter - 1n, true],
      [0n, chargeBefore + 1n, true],
      [chargeAfter, chargeAfter + 10n, false],
      [0n, chargeBefore, false],
      [chargeAfter, chargeAfter, false],
    ] as const) {
      const change = { chargeBefore: from, chargeAfter: to };
      for (const places of [
        [0, 2],
        [2, 0],
      ]) {
        expect(await provesChange(suite, Rule.Overlap, 2, change, places), `${from} to ${to}`).to.equal(overlaps);
      }
      // another channel's wei are others
      expect(await provesChange(suite, Rule.Overlap, 2, change, [2, 1])).to.equal(false);
      // and a receipt is no other than itself
      expect(await provesChange(suite, Rule.Overlap, 2, change, [2, 2])).to.equal(false);
    }
  });

  it("refutes a receipt that charges wei of a channel which an earlier log has charged", async () => {
    const suite = await loadFixture(logged);
    const { receipts, before } = suite;
    const wrong = before.with(0, { ...before[0]!, chargeAfter: 41n });
    await commitLog(suite, wrong, EPOCH - 3);
    const shown = { receipts, places: [0, 0], other: wrong, otherEpoch: EPOCH - 3 };
    expect(await show(suite, Rule.Overlap, shown)).to.equal(true);
    // nothing that a later log says makes an earlier one wrong
    const turned = { receipts: wrong, places: [0, 0], other: receipts, otherEpoch: EPOCH };
    expect(await show(suite, Rule.Overlap, turned, EPOCH - 3)).to.equal(false);
    // nor does a log that does not stand
    await suite.facts.voidLog(suite.till, EPOCH - 3);
    expect(await show(suite, Rule.Overlap, shown)).to.equal(false);
  });

  it("refutes a receipt that does not come after those of an earlier log", async () => {
    const suite = await loadFixture(logged);
    const { receipts, before } = suite;
    const { running } = receipts[0]!;
    for (const [change, wrong] of [
      [{ number: 30 }, true],
      [{ number: 31 }, true],
      [{ number: 29 }, false],
      [{ running }, true],
      [{ running: running - 699n }, true],
      [{ running: running - 700n }, false],
    ] as const) {
      const earlier = before.with(1, { ...before[1]!, ...change });
      await commitLog(suite, earlier, EPOCH - 3);
      const shown = { receipts, places: [0, 1], other: earlier, otherEpoch: EPOCH - 3 };
      expect(await show(suite, Rule.Order, shown)).to.equal(wrong);
      const turned = { receipts: earlier, places: [1, 0], other: receipts };
      expect(await show(suite, Rule.Order, turned, EPOCH - 3)).to.equal(false);
    }
    // within a log the neighbours tell
    expect(await show(suite, Rule.Order, { receipts, places: [0, 1] })).to.equal(false);
  });

  it("shows of a void log what it was void for", async () => {
    const suite = await loadFixture(logged);
    const change = { chargeBefore: 41n, chargeAfter: 700n };
    expect(await provesChange(suite, Rule.Overlap, 2, change, [0, 2])).to.equal(true);
    await suite.facts.voidLog(suite.till, EPOCH);
    const receipts = suite.receipts.with(2, { ...suite.receipts[2]!, ...change });
    expect(await show(suite, Rule.Overlap, { receipts, places: [0, 2] })).to.equal(true);
    expect(await show(suite, Rule.Overlap, { receipts: suite.receipts, places: [0, 2] })).to.equal(false);
  });

  it("takes no receipt that the log does not hold", async () => {
    const suite = await loadFixture(logged);
    const { receipts, before, configs } = suite;
    const wrong = receipts.with(0, {
      ...receipts[0]!,
      epoch: 1,
      number: 1,
      running: 1n,
      chargeAfter: 0n,
      voucherMax: 0n,
    });
    const shown = { receipts: wrong, places: [0, 1], configs: [{ ...configs[0]!, payerAuthorizer: zeroAddress }] };
    for (const rule of Object.values(Rule)) expect(await show(suite, rule, shown)).to.equal(false);
    const foreign = {
      receipts,
      places: [0, 1],
      other: before.with(1, { ...before[1]!, number: 99 }),
      otherEpoch: EPOCH - 3,
    };
    expect(await show(suite, Rule.Order, foreign)).to.equal(false);
  });

  it("is not moved by garbage", async () => {
    const { logVerifier, till, receipts, before, configs } = await loadFixture(logged);
    const earlier = { other: before, otherEpoch: EPOCH - 3 };
    const evidence = Object.values(Rule).map((rule) =>
      encode(logVerifier, evidenceOf(rule, { receipts, places: [0, 1], configs, ...(rule > 9 && earlier) })),
    );
    const call = (bytes: string) => logVerifier.refutes(till, EPOCH, bytes);
    expect(await anyGarbageProves(call, evidence, 400)).to.equal(false);
    for (const bytes of ["0x", `0x${"ff".repeat(32)}`, `0x${"00".repeat(4096)}`]) {
      expect(await call(bytes).catch(() => false)).to.equal(false);
    }
  });
});
