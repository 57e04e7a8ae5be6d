import type { Address, Hex, PublicClient } from "viem";
import type { Deployment } from "../../protocol/deployment.ts";
import { type FetchOptions, fetchBundle } from "../fetch-bundle.ts";
import { Mismatch } from "../mismatch.ts";
import type { Sources } from "../prepare.ts";
import { BundleError, type ReadBundle, readBundle } from "../read-bundle.ts";
import { isVoid } from "../state.ts";
import { verifyBundle } from "../verify.ts";
import { checkAddresses, verifyOnChain } from "../verify-chain.ts";
import type { FoundPosting } from "./follow.ts";
import { isNodeTrouble } from "./node-trouble.ts";
import { reexecute } from "./reexecute.ts";

/** `void`: voided on chain before it was looked at. */
export type Verdict = "right" | "wrong" | "withheld" | "void";

/** What was recomputed of a posting. */
export interface Checked {
  steps: number;
  receipts: number;
  scores: number;
  payouts: number;
}

export interface Judgement {
  id: Hex;
  poster: Address;
  fromEpoch: number;
  toEpoch: number;
  verdict: Verdict;
  /** Null where the bundle could not be read. */
  checked: Checked | null;
  /** The first thing that is wrong, or why the bundle is not to be had. */
  reason: string | null;
  mismatch: Pick<Mismatch, "list" | "position" | "expected" | "found"> | null;
  /** What was computed again beyond integers, or why not; null where that was not asked for. */
  reexecution: string | null;
  milliseconds: number;
  /** Where the bundle lies, once it was fetched. */
  directory: string | null;
}

export interface JudgeOptions {
  client: PublicClient;
  deployment: Deployment;
  fetch: FetchOptions;
  /** Places (folders or URLs) under which bundles may lie by their hash, beside the poster's own. */
  mirrors?: readonly string[];
  /** Where answers and artifacts are, to compute gradients again. */
  reexecute?: Sources;
}

/** A posting of which nothing is known to be wrong. */
export function blankJudgement({ id, entry: { posting, poster } }: FoundPosting): Judgement {
  return {
    id,
    poster,
    fromEpoch: Number(posting.fromEpoch),
    toEpoch: Number(posting.toEpoch),
    verdict: "right",
    checked: null,
    reason: null,
    mismatch: null,
    reexecution: null,
    milliseconds: 0,
    directory: null,
  };
}

/**
 * Fetches a posting's bundle, recomputes it and compares it with the chain. Whatever the poster published, the answer is
 * a verdict: only failures of the node are thrown.
 */
export async function judge(found: FoundPosting, options: JudgeOptions): Promise<Judgement> {
  const started = performance.now();
  const judgement = blankJudgement(found);
  try {
    await check(found, options, judgement);
  } catch (error) {
    if (isNodeTrouble(error)) throw error;
    judgement.verdict = error instanceof BundleError ? "withheld" : "wrong";
    judgement.reason = error instanceof Error ? error.message : String(error);
    if (error instanceof Mismatch) {
      const { list, position, expected, found: value } = error;
      judgement.mismatch = { list, position, expected, found: value };
    }
  }
  judgement.milliseconds = Math.round(performance.now() - started);
  return judgement;
}

async function check(found: FoundPosting, options: JudgeOptions, judgement: Judgement): Promise<void> {
  const { client, deployment, mirrors = [] } = options;
  const { addresses, block: fromBlock } = deployment;
  const range = { addresses, fromBlock, toBlock: Number(await client.getBlockNumber()) };
  if (await isVoid(client, range, found.id)) {
    judgement.verdict = "void";
    return;
  }
  const { bundleHash } = found.entry.posting;
  const uris = [found.uri, ...mirrors.map((place) => `${place.replace(/\/+$/, "")}/${bundleHash}`)];
  judgement.directory = await fetchBundle(uris, bundleHash, options.fetch);
  const bundle = await readBundle(judgement.directory);
  judgement.checked = countsOf(bundle);
  checkAddresses(bundle, deployment);
  await verifyBundle(bundle);
  // Where to look is not the poster's to say.
  await verifyOnChain({ ...bundle, deployedAt: fromBlock }, client, () => {}, found.id);
  if (options.reexecute !== undefined) judgement.reexecution = await reexecute(bundle, options.reexecute);
}

function countsOf({ steps, payoutsAfter }: ReadBundle): Checked {
  const sum = (of: (step: ReadBundle["steps"][number]) => number) => steps.reduce((total, step) => total + of(step), 0);
  return {
    steps: steps.length,
    receipts: sum(({ receipts }) => receipts.length),
    scores: sum(({ scores }) => scores.reduce((total, row) => total + row.length, 0)),
    payouts: payoutsAfter.length,
  };
}
