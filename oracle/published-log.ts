import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Address } from "viem";
import { type Decoder, decodeJson } from "../protocol/decode.ts";
import { canonicalJson } from "../protocol/json.ts";
import { logFromJson, logToJson, MAX_RECEIPTS } from "../protocol/log.ts";
import type { ReceiptLog, ServedAnswer } from "../protocol/receipt.ts";
import { fetchBytes } from "./fetch-bundle.ts";

const MAX_TOKENS = 1_000_000;

/** A Till's epoch as its operator opens it to whoever recomputes: the log, and the tokens of its bound answers. */
export interface OpenedLog {
  log: ReceiptLog;
  answers: ServedAnswer[];
}

/** Name of its file in a published folder. */
export const logName = (till: Address, epoch: number): string => `${till.toLowerCase()}-${epoch}.json`;

/** Writes an opened log into `folder`, whole or not at all. */
export async function writeOpenedLog({ log, answers }: OpenedLog, folder: string): Promise<void> {
  const name = logName(log.till, log.epoch);
  const opened = answers.map(({ receipt, promptTokens, answerTokens }) => ({
    receipt,
    promptTokens: Array.from(promptTokens),
    answerTokens: Array.from(answerTokens),
  }));
  const temporary = join(folder, `.${name}.${process.pid}.tmp`);
  await writeFile(temporary, `${canonicalJson({ log: logToJson(log), answers: opened })}\n`);
  await rename(temporary, join(folder, name));
}

/**
 * Reads an opened log from a folder or below a URL; null where there is none. Throws BundleError where it cannot be fetched,
 * FormatError where it is malformed.
 */
export async function readOpenedLog(place: string, till: Address, epoch: number): Promise<OpenedLog | null> {
  const name = logName(till, epoch);
  const bytes = /^https?:/.test(place)
    ? await fetchBytes(`${place.replace(/\/+$/, "")}/${name}`)
    : await readFile(join(place, name)).catch(() => null);
  if (bytes === null) return null;
  const root = decodeJson(bytes.toString("utf8"), name);
  const answers = root
    .field("answers")
    .items(MAX_RECEIPTS)
    .map((answer) => ({
      receipt: answer.field("receipt").integer(),
      promptTokens: tokensOf(answer.field("promptTokens")),
      answerTokens: tokensOf(answer.field("answerTokens")),
    }));
  return { log: logFromJson(root.field("log")), answers };
}

function tokensOf(from: Decoder): Int32Array {
  return Int32Array.from(from.items(MAX_TOKENS).map((token) => token.integer(0, 2 ** 31 - 1)));
}
