import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Address, Hex } from "viem";
import { decodeJson } from "../protocol/decode.ts";
import { channelConfigFromJson, receiptFromJson, receiptToJson } from "../protocol/log.ts";
import type { Receipt, ReceiptLog, ServedAnswer } from "../protocol/receipt.ts";
import type { ChannelConfig } from "../protocol/voucher.ts";

/** What the operator holds of a channel: its best voucher, and how much of it is charged. Amounts in wei. */
export interface ChannelRecord {
  channelId: Hex;
  config: ChannelConfig;
  voucherMax: bigint;
  voucherSignature: Hex;
  /** Cumulative charge. */
  charged: bigint;
}

/** The receipts and the channels contradict each other; nothing was stored. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

// Amounts are decimal text: they reach 128 bits, SQLite's integers 64.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS channels (
    channel TEXT PRIMARY KEY,
    till TEXT NOT NULL,
    config TEXT NOT NULL,
    voucherMax TEXT NOT NULL,
    voucherSignature TEXT NOT NULL,
    charged TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS channels_till ON channels (till);
  CREATE TABLE IF NOT EXISTS receipts (
    till TEXT NOT NULL,
    number INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    channel TEXT NOT NULL,
    receipt TEXT NOT NULL,
    promptTokens BLOB NOT NULL,
    answerTokens BLOB NOT NULL,
    PRIMARY KEY (till, number)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS receipts_epoch ON receipts (till, epoch, number);
  CREATE TRIGGER IF NOT EXISTS receipts_kept BEFORE DELETE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
  CREATE TRIGGER IF NOT EXISTS receipts_fixed BEFORE UPDATE ON receipts BEGIN SELECT RAISE(ABORT, 'receipts are append-only'); END;
`;

/** Channels, receipts and served tokens in one SQLite file. Every write is durable before it returns. */
export class Store {
  readonly #db: DatabaseSync;

  /** @param path the file, made where it is missing; ":memory:" for none */
  constructor(path: string) {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    this.#db = new DatabaseSync(path);
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
    this.#db.exec(SCHEMA);
  }

  channel(channelId: Hex): ChannelRecord | undefined {
    const row = this.#db.prepare("SELECT * FROM channels WHERE channel = ?").get(key(channelId));
    return row && channelOf(row);
  }

  /** The Till's channels that something was charged to. */
  chargedChannels(till: Address): ChannelRecord[] {
    const rows = this.#db.prepare("SELECT * FROM channels WHERE till = ? ORDER BY channel").all(key(till));
    return rows.map(channelOf).filter(({ charged }) => charged > 0n);
  }

  /**
   * Keeps a voucher unless a better one of its channel is held, and returns the best.
   * @param charged the cumulative charge to begin with, where the channel is new here
   */
  keepVoucher(channelId: Hex, config: ChannelConfig, max: bigint, signature: Hex, charged: bigint): ChannelRecord {
    return this.#transaction(() => {
      const known = this.channel(channelId);
      if (!known) {
        this.#db
          .prepare("INSERT INTO channels VALUES (?, ?, ?, ?, ?, ?)")
          .run(key(channelId), key(config.receiver), JSON.stringify(config), `${max}`, signature, `${charged}`);
      } else if (max > known.voucherMax) {
        this.#db
          .prepare("UPDATE channels SET voucherMax = ?, voucherSignature = ? WHERE channel = ?")
          .run(`${max}`, signature, key(channelId));
      }
      return this.channel(channelId)!;
    });
  }

  /** Number and running total that the Till's next receipt builds on. */
  next(till: Address): { number: number; running: bigint } {
    const last = this.#db
      .prepare("SELECT receipt FROM receipts WHERE till = ? ORDER BY number DESC LIMIT 1")
      .get(key(till));
    if (!last) return { number: 0, running: 0n };
    const { number, running } = receiptOf(last);
    return { number: number + 1, running };
  }

  /**
   * Appends a receipt with its answer and books its charge, in one transaction. Throws {@link StoreError} unless it
   * continues the Till's sequence and its channel's charges, within the voucher held.
   */
  append(receipt: Receipt, answer: Omit<ServedAnswer, "receipt">): void {
    this.#transaction(() => {
      const { number, running } = this.next(receipt.till);
      const channel = this.channel(receipt.channelId);
      const charge = receipt.chargeAfter - receipt.chargeBefore;
      const wrong = (what: string): never => {
        throw new StoreError(`receipt ${receipt.number} of ${receipt.till}: ${what}`);
      };
      if (receipt.number !== number) wrong(`the next number is ${number}`);
      if (charge < 0n) wrong("its charge is negative");
      if (receipt.running !== running + charge) wrong(`its running total must be ${running + charge}`);
      if (!channel) return wrong("no voucher of its channel is held");
      if (receipt.chargeBefore < channel.charged) wrong(`its channel is charged ${channel.charged} already`);
      if (receipt.chargeAfter > channel.voucherMax) wrong(`the voucher held covers ${channel.voucherMax} only`);
      this.#db
        .prepare("INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?)")
        .run(
          key(receipt.till),
          receipt.number,
          receipt.epoch,
          key(receipt.channelId),
          JSON.stringify(receiptToJson(receipt)),
          tokenBytes(answer.promptTokens),
          tokenBytes(answer.answerTokens),
        );
      this.#db
        .prepare("UPDATE channels SET charged = ? WHERE channel = ?")
        .run(`${receipt.chargeAfter}`, key(receipt.channelId));
    });
  }

  /** Up to `limit` receipts of a Till from number `from` on, with the configs of their channels. */
  receipts(till: Address, from: number, limit: number): { receipts: Receipt[]; channels: ChannelConfig[] } {
    const receipts = this.#db
      .prepare("SELECT receipt FROM receipts WHERE till = ? AND number >= ? ORDER BY number LIMIT ?")
      .all(key(till), from, limit)
      .map(receiptOf);
    return { receipts, channels: this.#channelsOf(receipts) };
  }

  /** A Till's receipts of one epoch, as the operator publishes and commits them. */
  log(till: Address, epoch: number, chainId: number): ReceiptLog {
    const receipts = this.#db
      .prepare("SELECT receipt FROM receipts WHERE till = ? AND epoch = ? ORDER BY number")
      .all(key(till), epoch)
      .map(receiptOf);
    return { chainId, till, epoch, receipts, channels: this.#channelsOf(receipts) };
  }

  /** Epochs in which the Till has receipts, in order. */
  epochs(till: Address): number[] {
    const rows = this.#db.prepare("SELECT DISTINCT epoch FROM receipts WHERE till = ? ORDER BY epoch").all(key(till));
    return rows.map((row) => row.epoch as number);
  }

  /** The tokens behind a Till's receipts of one epoch. Private: they are the payers' prompts and answers. */
  answers(till: Address, epoch: number): ServedAnswer[] {
    const rows = this.#db
      .prepare("SELECT number, promptTokens, answerTokens FROM receipts WHERE till = ? AND epoch = ? ORDER BY number")
      .all(key(till), epoch);
    return rows.map((row) => ({
      receipt: row.number as number,
      promptTokens: tokensOf(row.promptTokens as Uint8Array),
      answerTokens: tokensOf(row.answerTokens as Uint8Array),
    }));
  }

  close(): void {
    this.#db.close();
  }

  #channelsOf(receipts: Receipt[]): ChannelConfig[] {
    const ids = new Set(receipts.map(({ channelId }) => channelId));
    return [...ids].map((id) => this.channel(id)!.config);
  }

  #transaction<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}

/** Addresses and hashes are compared as lower case, however they were written. */
function key(hex: Hex): string {
  return hex.toLowerCase();
}

function channelOf(row: Record<string, unknown>): ChannelRecord {
  return {
    channelId: row.channel as Hex,
    config: channelConfigFromJson(decodeJson(row.config as string, "channel")),
    voucherMax: BigInt(row.voucherMax as string),
    voucherSignature: row.voucherSignature as Hex,
    charged: BigInt(row.charged as string),
  };
}

function receiptOf(row: Record<string, unknown>): Receipt {
  return receiptFromJson(decodeJson(row.receipt as string, "receipt"));
}

// Little-endian int32, whatever the machine.
function tokenBytes(tokens: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * tokens.length));
  for (let i = 0; i < tokens.length; i++) view.setInt32(4 * i, tokens[i]!, true);
  return new Uint8Array(view.buffer);
}

function tokensOf(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getInt32(4 * i, true));
}
