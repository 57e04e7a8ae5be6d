import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { type Hex, zeroHash } from "viem";
import type { Receipt } from "../../protocol/receipt.ts";
import { channelId } from "../../protocol/voucher.ts";
import { Store, StoreError } from "../../serving/store.ts";
import { AT, CHAIN_ID, config, PAYER, TILL } from "./fixtures.ts";

const SIGNATURE: Hex = `0x${"ab".repeat(65)}`;
const ID = channelId(config(), AT);
const ANSWER = { promptTokens: [1, 2, 3], answerTokens: [4, 0] };

function receipt(changes: Partial<Receipt> = {}): Receipt {
  return {
    number: 0,
    till: TILL,
    model: 0,
    channelId: ID,
    payer: PAYER.address,
    chargeBefore: 0n,
    chargeAfter: 40n,
    running: 40n,
    epoch: 7,
    requestHash: zeroHash,
    responseHash: zeroHash,
    bound: false,
    voucherMax: 100n,
    voucherSignature: SIGNATURE,
    operatorSignature: SIGNATURE,
    ...changes,
  };
}

describe("Store", () => {
  let folder: string;
  let store: Store;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tributary-store-"));
    store = new Store(join(folder, "deep", "serving.sqlite"));
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });
  const keep = (max: bigint) => store.keepVoucher(ID, config(), max, SIGNATURE, 0n);

  it("keeps the best voucher of a channel", () => {
    expect(keep(100n)).to.include({ voucherMax: 100n, charged: 0n });
    expect(keep(80n).voucherMax).to.equal(100n);
    expect(keep(120n).voucherMax).to.equal(120n);
    expect(store.channel(ID)!.config).to.deep.equal(config());
  });

  it("books receipt, charge and answer together", () => {
    keep(100n);
    store.append(receipt(), ANSWER);
    expect(store.channel(ID)!.charged).to.equal(40n);
    expect(store.next(TILL)).to.deep.equal({ number: 1, running: 40n });
    expect(store.receipts(TILL, 0, 10)).to.deep.equal({ receipts: [receipt()], channels: [config()] });
    const [served] = store.answers(TILL, 7);
    expect(Array.from(served!.promptTokens)).to.deep.equal([1, 2, 3]);
    expect(Array.from(served!.answerTokens)).to.deep.equal([4, 0]);
  });

  it("still has everything after it was opened again", () => {
    keep(100n);
    store.append(receipt(), ANSWER);
    store.close();
    store = new Store(join(folder, "deep", "serving.sqlite"));
    expect(store.next(TILL)).to.deep.equal({ number: 1, running: 40n });
    expect(store.channel(ID)!.charged).to.equal(40n);
  });

  it("gives the log of an epoch with its channels, and the epochs there are", () => {
    keep(100n);
    store.append(receipt(), ANSWER);
    store.append(receipt({ number: 1, chargeBefore: 40n, chargeAfter: 50n, running: 50n, epoch: 8 }), ANSWER);
    const log = store.log(TILL, 8, CHAIN_ID);
    expect(log).to.include({ chainId: CHAIN_ID, till: TILL, epoch: 8 });
    expect(log.receipts.map((r) => r.number)).to.deep.equal([1]);
    expect(log.channels).to.deep.equal([config()]);
    expect(store.epochs(TILL)).to.deep.equal([7, 8]);
    expect(store.log(TILL, 9, CHAIN_ID).receipts).to.deep.equal([]);
  });

  it("lists the channels that are charged", () => {
    keep(100n);
    expect(store.chargedChannels(TILL)).to.deep.equal([]);
    store.append(receipt(), ANSWER);
    expect(store.chargedChannels(TILL).map((c) => c.charged)).to.deep.equal([40n]);
  });

  const wrong: [string, Partial<Receipt>, RegExp][] = [
    ["skips a number", { number: 1 }, /next number is 0/],
    ["adds up wrongly", { running: 41n }, /running total must be 40/],
    ["gives money back", { chargeBefore: 50n, chargeAfter: 40n, running: 0n }, /negative/],
    ["charges more than the voucher covers", { chargeAfter: 101n, running: 101n }, /covers 100 only/],
    ["is of a channel without a voucher", { channelId: zeroHash }, /no voucher/],
  ];
  for (const [what, changes, message] of wrong) {
    it(`refuses a receipt that ${what}, and stores nothing of it`, () => {
      keep(100n);
      expect(() => store.append(receipt(changes), ANSWER)).to.throw(StoreError, message);
      expect(store.next(TILL)).to.deep.equal({ number: 0, running: 0n });
      expect(store.channel(ID)!.charged).to.equal(0n);
    });
  }

  it("refuses a charge that overlaps an earlier one", () => {
    keep(100n);
    store.append(receipt(), ANSWER);
    const again = receipt({ number: 1, chargeBefore: 39n, chargeAfter: 49n, running: 50n });
    expect(() => store.append(again, ANSWER)).to.throw(StoreError, /charged 40 already/);
  });

  it("lets nobody change or delete a receipt", () => {
    keep(100n);
    store.append(receipt(), ANSWER);
    const raw = new DatabaseSync(join(folder, "deep", "serving.sqlite"));
    expect(() => raw.exec("DELETE FROM receipts")).to.throw(/append-only/);
    expect(() => raw.exec("UPDATE receipts SET epoch = 1")).to.throw(/append-only/);
    raw.close();
  });
});
