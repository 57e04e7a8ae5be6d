// Rebuilds every posting's payouts, and everybody's proofs, without any poster's bundle.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { openChain } from "../oracle/chain.ts";
import { payoutsList } from "../oracle/payouts.ts";
import { claimablePosting, type RebuiltPosting, rebuildLine } from "../oracle/rebuild.ts";
import { claimPlace, payoutLeaf } from "../protocol/leaves.ts";
import { connect } from "./lib/connection.ts";
import { UserError } from "./lib/errors.ts";
import { evidencePlaces, openEvidence } from "./lib/evidence.ts";
import { explain } from "./lib/explain.ts";
import { writeWhole } from "./lib/files.ts";
import { fail, print, toJson } from "./lib/output.ts";

const root = join(import.meta.dirname, "..");

interface Options {
  rpc?: string;
  deployment?: string;
  receipts?: string;
  artifacts?: string;
  base: string;
  out: string;
  json?: boolean;
}

function lineOf({ fromEpoch, toEpoch, payoutRoot, payouts, final, difference }: RebuiltPosting): string {
  const state = final ? "final" : "pending";
  const head = `epochs ${fromEpoch}–${toEpoch}, ${state}, ${payouts.length} payouts:`;
  if (difference === null) return `${head} equal to the chain's, payout root ${payoutRoot}`;
  return `${head} DIFFERS in ${difference.field}: rebuilt ${difference.rebuilt}, on chain ${difference.chain}`;
}

/** payouts.json, and proofs.jsonl with what `Rewards.claim` takes for every contributor, a line each. */
async function write(posting: RebuiltPosting, folder: string): Promise<void> {
  const { payouts, slot, id, payoutRoot, activatesAt, final } = posting;
  await mkdir(folder, { recursive: true });
  const entries = payouts.map(({ account, cumulative }, contributor) => ({ contributor, account, cumulative }));
  const text = toJson({ posting: id, payoutRoot, slot, activatesAt, final, payouts: entries });
  await writeWhole(join(folder, "payouts.json"), `${text}\n`);
  const list = payoutsList(payouts);
  const lines = entries.map(({ contributor, account, cumulative }) => {
    const place = claimPlace(slot, list.count, contributor).toString();
    const proof = list.proof(contributor);
    const leaf = payoutLeaf({ account, cumulative });
    return `${JSON.stringify({ contributor, account, cumulative: cumulative.toString(), place, leaf, proof })}\n`;
  });
  await writeWhole(join(folder, "proofs.jsonl"), lines.join(""));
}

async function main(options: Options): Promise<void> {
  const { json = false, out } = options;
  const { deployment, home, rpcUrl, provider } = await connect(options);
  provider.destroy();
  const client = await openChain(rpcUrl, deployment);
  const sources = openEvidence({ ...evidencePlaces(home, options), client, deployment });
  try {
    const onPosting = (posting: RebuiltPosting) => {
      if (!json) process.stdout.write(`${lineOf(posting)}\n`);
    };
    const postings = await rebuildLine({ client, deployment, sources, onPosting });
    const last = claimablePosting(postings) ?? postings.at(-1);
    if (last === undefined) throw new UserError("There is no posting on the chain yet.");
    await write(last, out);
    const equal = postings.every(({ difference }) => difference === null);
    const text = `${equal ? "Every payout root is the chain's." : "NOT what the chain says."} Payouts and proofs of epochs up to ${last.toEpoch} are in ${out}.`;
    const data = {
      equal,
      out,
      postings: postings.map(({ payouts, ...each }) => ({ ...each, payouts: payouts.length })),
    };
    print({ text, data }, json);
    if (!equal) process.exitCode = 1;
  } finally {
    await sources.close();
  }
}

const script = new Command("npm run rebuild --")
  .description("Rebuilds every payout and everybody's proof from the chain, the operators' logs and the artifacts.")
  .requiredOption("--from-chain", "from the events of the chain, not from a poster's bundle")
  .option("--rpc <url>", "node (default: TRIBUTARY_RPC, else the one in the deployment file)")
  .option("--deployment <file>", "deployment file (default: TRIBUTARY_DEPLOYMENT, else .tributary/deployment.json)")
  .option(
    "--receipts <place>",
    "an operator's store or opened logs: folder or URL (default: serving beside the deployment)",
  )
  .option("--artifacts <dir>", "folder of the versions' artifacts (default: artifacts beside the deployment file)")
  .option("--base <dir>", "base model", join(root, "models/base"))
  .option("--out <dir>", "where payouts.json and proofs.jsonl go", ".tributary/rebuilt")
  .option("--json", "print one JSON object: equal, out, postings")
  .parse();

const options = script.opts<Options>();
try {
  await main(options);
} catch (error) {
  fail(explain(error), options.json ?? false);
}
process.exit();
