// Follows the chain, recomputes every posting, and refutes what is wrong.
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { openChain } from "../oracle/chain.ts";
import { Metrics, serveMetrics } from "../oracle/watch/metrics.ts";
import { ChainRefuter } from "../oracle/watch/refuter.ts";
import { runWatcher } from "../oracle/watch/run.ts";
import { type Report, Watcher } from "../oracle/watch/watcher.ts";
import { walletOf } from "./lib/account.ts";
import { connect } from "./lib/connection.ts";
import { evidencePlaces, openEvidence } from "./lib/evidence.ts";
import { explain } from "./lib/explain.ts";
import { positive, whole } from "./lib/numbers.ts";
import { fail } from "./lib/output.ts";
import { watchLine } from "./lib/watch-line.ts";

const root = join(import.meta.dirname, "..");

/** What checking may take beyond fetching. */
const CHECK_SECONDS = 600;

interface Options {
  rpc?: string;
  deployment?: string;
  account?: string;
  keystore?: string;
  once?: boolean;
  json?: boolean;
  from?: number;
  confirmations: number | "finalized";
  interval: number;
  mirror: string[];
  gateway?: string;
  folder: string[];
  cache?: string;
  state?: string;
  maxSeconds: number;
  maxBytes: number;
  maxMemory: number;
  metrics?: number;
  reexecute?: boolean;
  receipts?: string;
  artifacts?: string;
  base: string;
}

const confirmations = (text: string): number | "finalized" => (text === "finalized" ? text : whole(text));

function port(text: string): number {
  if (whole(text) > 65_535) throw new InvalidArgumentError("Not a port.");
  return Number(text);
}

const also = (text: string, before: string[]): string[] => [...before, text];

const jsonLine = (data: object): string =>
  JSON.stringify(data, (_, value) => (typeof value === "bigint" ? value.toString() : value));

async function main(options: Options): Promise<void> {
  const { json = false } = options;
  const connection = await connect(options);
  const { deployment, home, rpcUrl, provider } = connection;
  const client = await openChain(rpcUrl, deployment);
  const acts = options.account !== undefined || options.keystore !== undefined;
  const wallet = acts ? await walletOf(connection, options) : null;
  provider.destroy();
  const metrics = new Metrics();
  const served = options.metrics === undefined ? null : await serveMetrics(metrics, options.metrics);
  // Notes go to standard error, so that standard output has postings alone.
  const note = (text: string) => process.stderr.write(`${text}\n`);
  if (served !== null) note(`Metrics: ${served.url}`);
  const evidence = options.reexecute ? openEvidence({ ...evidencePlaces(home, options), client, deployment }) : null;
  let bad = 0;
  const onReport = (report: Report): void => {
    if ((report.verdict === "wrong" || report.verdict === "withheld") && report.sent === null) bad++;
    process.stdout.write(`${json ? jsonLine(report) : watchLine(report)}\n`);
  };
  const watcher = new Watcher({
    client,
    deployment,
    ...(wallet !== null && { refuter: new ChainRefuter({ client, wallet, deployment }) }),
    fetch: {
      cache: options.cache ?? join(home, "watch", "bundles"),
      folders: [home, ...options.folder],
      maxSeconds: options.maxSeconds,
      maxBytes: options.maxBytes,
      ...(options.gateway !== undefined && { gateway: options.gateway }),
    },
    mirrors: options.mirror,
    // An engine and a store do not cross to another process.
    ...(evidence !== null
      ? { reexecute: evidence }
      : { apart: { rpcUrl, megabytes: options.maxMemory, seconds: options.maxSeconds + CHECK_SECONDS } }),
    statePath: options.state ?? join(home, "watch", "state.json"),
    ...(options.from !== undefined && { fromBlock: options.from }),
    confirmations: options.confirmations,
    metrics,
    onReport,
    onBack: (block) => note(`The chain went back to block ${block}: what came after is checked again.`),
  });
  if (options.once) {
    while ((await watcher.poll()).more);
    if (bad > 0 || watcher.open.length > 0) process.exitCode = 1;
  } else {
    const abort = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());
    note(`Watching the postings of ${deployment.addresses.attribution} at ${rpcUrl}.`);
    await runWatcher(watcher, {
      metrics,
      interval: options.interval,
      signal: abort.signal,
      onTrouble: (error) => note(`The node does not answer, and is asked again: ${error.message.split("\n")[0]}`),
      onRecovery: () => note("The node answers again."),
    });
  }
  await served?.close();
  await evidence?.close();
}

const script = new Command("npm run watch --")
  .description("Follows the chain, recomputes every posting from its bundle, and prints one line for each.")
  .option("--rpc <url>", "node (default: TRIBUTARY_RPC, else the one in the deployment file)")
  .option("--deployment <file>", "deployment file (default: TRIBUTARY_DEPLOYMENT, else .tributary/deployment.json)")
  .option("--account <address>", "refutes and demands: an account that the node has unlocked")
  .option(
    "--keystore <file>",
    "refutes and demands: a V3 keystore; its password from TRIBUTARY_PASSWORD, else asked for",
  )
  .option("--once", "exit at the head of the chain: with 1 where a posting is wrong or withheld")
  .option("--from <block>", "block to begin with, where no place was kept (default: the deployment's)", whole)
  .option("--confirmations <n>", "blocks before the newest that counts, or: finalized", confirmations, 0)
  .option("--interval <seconds>", "seconds between looks at the chain", positive, 2)
  .option("--mirror <place>", "folder or URL that has bundles by their hash too; may be repeated", also, [])
  .option("--folder <dir>", "folder that bundles may be read from, beside the deployment's; may be repeated", also, [])
  .option("--gateway <url>", "IPFS gateway for ipfs:// URIs")
  .option("--max-seconds <n>", "seconds that fetching a bundle may take", positive, 60)
  .option("--max-bytes <n>", "bytes that a bundle may have", positive, 999_999_999)
  .option("--max-memory <n>", "megabytes that checking a posting may take", positive, 3_000)
  .option("--cache <dir>", "where fetched bundles are kept (default: watch/bundles beside the deployment file)")
  .option("--state <file>", "where the watcher keeps its place (default: watch/state.json beside the deployment file)")
  .option("--metrics <port>", "serve metrics for Prometheus on this loopback port", port)
  .option("--reexecute", "compute the gradients of the answers again too, from tokens and artifacts")
  .option("--receipts <place>", "for that: an operator's store or opened logs, folder or URL (default: serving)")
  .option("--artifacts <dir>", "for that: folder of the versions' artifacts (default: artifacts)")
  .option("--base <dir>", "for that: base model", join(root, "models/base"))
  .option("--json", "print one JSON object per posting and line")
  .parse();

const options = script.opts<Options>();
try {
  await main(options);
} catch (error) {
  fail(explain(error), options.json ?? false);
}
process.exit();
