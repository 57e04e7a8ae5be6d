import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type FactoryResult, loadDataset, loadReferences, runFactory } from "../../factory/index.ts";
import { Engine, formatPrompt, loadBase } from "../../lm/index.ts";
import { gaugedFeatures } from "../../oracle/audit/gate.ts";
import { openChain } from "../../oracle/chain.ts";
import { engineNamed } from "../../oracle/engines/index.ts";
import { writeFeatures } from "../../oracle/feature-file.ts";
import { readBundle } from "../../oracle/read-bundle.ts";
import { type Snapshot, takeSnapshot } from "../../oracle/snapshot.ts";
import { verifyBundle } from "../../oracle/verify.ts";
import { verifyOnChain } from "../../oracle/verify-chain.ts";
import type { Progress } from "../lib/progress.ts";
import { forgetServer, noteServer } from "../lib/server-url.ts";
import { runOf } from "../lib/version.ts";
import { type Chain, startChain } from "./chain.ts";
import { postAndRefute } from "./cheat.ts";
import { claimAll, paySplit, payTreasury, supplyOk } from "./collect.ts";
import { registerDatanet } from "./datanet.ts";
import type { AnswerFigures, Figures } from "./figures.ts";
import { fund, SPLIT, takeLive } from "./govern.ts";
import { type Ask, buyAnswers, type Market, openMarket, type Sale } from "./market.ts";
import { attributeAndPost, closeEpoch, passWindow, type Settled } from "./settle.ts";
import { accountsFor, createWorld, type World } from "./world.ts";

const root = join(import.meta.dirname, "../..");
const BUILT_IN = join(root, "data/builtin");
const BASE = join(root, "models/base");
/** Held-out perplexity that the version declares not to exceed, as a share of the base's, in percent. */
const TARGET = 95;
/** Attributes in one training whatever the number of contributions. */
const ENGINE = "trajectory";
/** Passes over the built-in Datanet, half the default: its 40 rows a contribution make about a hundred steps. */
const BUILT_IN_RUN = { epochs: 6 };
/** A run for tangents, which need a smooth one: one pass in small batches, an adapter that is large beside its steps. */
const SMOOTH_RUN = { rank: 16, alpha: 256, learningRate: 0.0035, epochs: 1, batchSize: 3, sampleTokens: 24_000 };
/** Questions asked per contribution where no list of questions comes with the data. */
const QUESTIONS_EACH = 2;
/** Words of a held-out plain text that are given to be continued. */
const BEGINNING = 8;

export interface DemoOptions {
  /** Folder of JSON Lines files, a contributor each; the built-in Datanet when absent. */
  data?: string;
  /** Where deployment, artifacts, bundles and the server's store are kept. */
  home: string;
  chainPort?: number;
  serverPort?: number;
  threads?: number;
  /** Name of the engine that attributes. */
  engine?: string;
  progress: Progress;
}

/** A finished run whose chain and server still stand. */
export interface Demo {
  figures: Figures;
  world: World;
  market: Market;
  /** Folder of the posting's bundle. */
  bundle: string;
  close(): Promise<void>;
}

/** Runs the loop once, from rows to claims. On failure nothing is left running. */
export async function runDemo(options: DemoOptions): Promise<Demo> {
  const { home, progress, threads } = options;
  const { step } = progress;
  const method = engineNamed(options.engine ?? ENGINE);
  const run = method.name === "tangent" ? SMOOTH_RUN : options.data ? {} : BUILT_IN_RUN;
  const data = options.data ?? BUILT_IN;
  const files = await loadDataset(data); // every line of every file is checked before anything starts
  const references = options.data ? [] : await loadReferences(join(BUILT_IN, "questions.json"));
  const inBase = await baseRoots();
  const base = await loadBase(BASE);
  for (const name of ["deployment.json", "server.json", "artifacts", "bundles", "channels", "serving", "watch"]) {
    rmSync(join(home, name), { recursive: true, force: true });
  }

  const stack: (() => Promise<unknown>)[] = [];
  const close = async () => {
    while (stack.length) await stack.pop()!();
  };
  try {
    const chain: Chain = await step(
      "Starting the chain",
      () => startChain({ accounts: accountsFor(files.length), ...(options.chainPort && { port: options.chainPort }) }),
      ({ url }) => `chain at ${url}`,
    );
    stack.push(chain.stop);
    const world = await step("Deploying the suite", () => createWorld(chain, files.length, home));
    await step("Handing out and staking OPEN", () => fund(world));
    const { datanet, block } = await step(
      "Registering contributions",
      (report) => registerDatanet(world, options.data ? basename(options.data) : "beekeeping", files, report),
      ({ ids }) => `${ids.length} contributions, ${files.reduce((sum, { rows }) => sum + rows.length, 0)} rows`,
    );

    const at = {
      datanets: world.deployment.addresses.datanets,
      datanet: Number(datanet),
      fromBlock: world.deployment.block,
      block,
    };
    const rowsByRoot = new Map(files.map(({ root, rows }) => [root, rows]));
    const snapshot = await step(
      "Taking the snapshot",
      async () => takeSnapshot(await openChain(chain.url, world.deployment), at, rowsByRoot),
      ({ contributions }) =>
        `${contributions.reduce((sum, { repeats }) => sum + repeats.length, 0)} repeated rows dropped`,
    );
    const artifact = join(home, "artifacts", "expert");
    const trained = await step(
      "Fine-tuning the adapter",
      (report) =>
        runFactory({
          base,
          snapshot,
          references,
          config: { ...run, engine: method.name },
          out: artifact,
          ...(threads && { threads }),
          onProgress: ({ stage, done, total, loss }) =>
            report(done, total, stage === "train" ? `loss ${loss?.toFixed(3)}` : "evaluating"),
        }),
      ({ evaluation: { all } }) =>
        `held-out perplexity ${perplexity(all.milliPerplexity!.base)} → ${perplexity(all.milliPerplexity!.tuned)}`,
    );
    const engine = await Engine.create(base, threads ? { threads } : {});
    stack.push(() => engine.close());
    const { features, gauge } = await step(
      "Computing features",
      async (report) => {
        const finished = runOf(engine, trained.adapter, trained);
        const found = await gaugedFeatures({ ...finished, onProgress: report }, method);
        await writeFeatures(found.features, join(artifact, "features"), found.gauge);
        return found;
      },
      ({ gauge: { engine: name, efficiency } }) =>
        `${name}: scores are within ${(100 * efficiency.perAnswer).toFixed(1)} % of what fine-tuning gained, answer by answer`,
    );
    const { milliPerplexity } = trained.evaluation.all;
    // down: a stricter target
    const target = Math.floor((milliPerplexity!.base * TARGET) / 100);
    const model = await step("Proposing, voting, going live", () =>
      takeLive(world, artifact, join(artifact, "features"), target),
    );
    const market = await step(
      "Opening the server",
      () =>
        openMarket(world, engine, {
          model,
          artifacts: join(home, "artifacts"),
          store: join(home, "serving", "store.sqlite"),
          ...(options.serverPort !== undefined && { port: options.serverPort }),
        }),
      ({ server }) => server.url,
    );
    stack.push(market.close);
    noteServer(world, market.server.url);
    stack.push(async () => forgetServer(world));
    const asks = references.length ? references.map(({ question }) => ask(question)) : heldOutAsks(snapshot, trained);
    const sales = await step(
      "Selling answers",
      (report) => buyAnswers(world, market, asks, report),
      (sold) => `${sold.length} answers paid by voucher over HTTP`,
    );
    const epoch = await step("Closing the epoch", () => closeEpoch(world, market));
    const income = await world.contracts.revenue.income(market.till, epoch);
    const settled = await step(
      "Attributing and posting",
      (report) =>
        attributeAndPost(
          world,
          market,
          { epoch, engine, adapter: trained.adapter, features, bundles: join(home, "bundles") },
          report,
        ),
      ({ posted }) => `slot ${posted.slot}`,
    );
    await step(
      "Verifying the bundle",
      async () => {
        let checks = 0;
        const bundle = await readBundle(settled.path);
        await verifyBundle(bundle, () => checks++);
        await verifyOnChain(bundle, await openChain(chain.url, world.deployment), () => checks++);
        return checks;
      },
      (checks) => `${checks} checks, as \`npm run verify\` makes them`,
    );
    const refutation = await step(
      "Refuting a dishonest posting",
      () => postAndRefute(world, settled, home),
      ({ gas }) => `one transaction, ${gas} gas`,
    );
    const pool = await world.contracts.revenue.poolOf(epoch);
    const rewardsBefore = await world.contracts.token.balanceOf(world.deployment.addresses.rewards);
    const unattributed = await step("Letting the window pass", () => passWindow(world, settled.posted));
    const rewardsAfter = await world.contracts.token.balanceOf(world.deployment.addresses.rewards);
    const claims = await step("Claiming", (report) => claimAll(world, settled, report));
    const split = await paySplit(world, market.till);
    split.push({
      recipient: "contributors",
      basisPoints: SPLIT.contributors,
      amount: pool.toString(),
      account: world.deployment.addresses.rewards,
      balanceBefore: rewardsBefore.toString(),
      balanceAfter: rewardsAfter.toString(),
    });
    await payTreasury(world);

    const [{ results }] = settled.bundle.steps as [Settled["bundle"]["steps"][number]];
    const { contributions } = features;
    const figures: Figures = {
      engine: features.engine,
      efficiency: gauge.efficiency.perAnswer,
      contributions: snapshot.contributions.map(({ id, account, root, rows }, i) => ({
        id,
        contributor: files[i]!.name,
        account,
        rows: rows.length,
        trainedRows: trained.selected[i]!.trained.rows.length,
        inBase: inBase.has(root),
        part: results[contributions.findIndex(({ contribution }) => contribution === id)]!.total.toString(),
        payout: settled.bundle.payoutsAfter[trained.selected[i]!.contributor]!.cumulative.toString(),
        ...claims[i]!,
      })),
      split,
      epoch: {
        number: epoch,
        income: income.toString(),
        pool: pool.toString(),
        unattributed: unattributed.toString(),
      },
      refutation,
      hashes: {
        base: base.hash,
        adapter: trained.adapter.hash,
        manifest: trained.manifestHash,
        indexRoot: (await world.contracts.models.termsOf(model)).indexRoot,
        payoutRoot: settled.bundle.posting.payoutRoot,
        bundle: settled.bundleHash,
      },
      answers: sales.map((sale) =>
        answerFigures(
          sale,
          settled,
          files.map(({ name }) => name),
          features.contributions,
        ),
      ),
      trainedTokens: trained.manifest.training.tokens,
      perplexity: {
        base: perplexity(milliPerplexity!.base),
        tuned: perplexity(milliPerplexity!.tuned),
      },
      supplyOk: await supplyOk(world),
    };
    return { figures, world, market, bundle: settled.path, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const perplexity = (milli: number) => milli / 1000;

/** Roots of the files that the base was trained on, as its card lists them. */
async function baseRoots(): Promise<Set<string>> {
  const { files } = JSON.parse(await readFile(join(BASE, "training.json"), "utf8")) as { files: { root: string }[] };
  return new Set(files.map(({ root }) => root));
}

const ask = (question: string): Ask => ({ question, prompt: formatPrompt(question) });

/** Questions of held-out rows, some of each contribution, in turn; of a plain text its beginning, to be continued. */
function heldOutAsks({ contributions }: Snapshot, { selected }: FactoryResult): Ask[] {
  return Array.from({ length: QUESTIONS_EACH }, (_, turn) =>
    contributions.flatMap(({ rows }, i) => {
      const row = rows[selected[i]!.heldOut.rows[turn] ?? -1];
      if (row === undefined) return [];
      if ("question" in row) return [ask(row.question)];
      const prompt = row.text.split(" ").slice(0, BEGINNING).join(" ");
      return [{ question: `${prompt} …`, prompt }];
    }),
  ).flat();
}

function answerFigures(
  { question, text, payer, usage, charged, receipt }: Sale,
  { bundle }: Settled,
  names: string[],
  index: readonly { contribution: number }[],
): AnswerFigures {
  const [step] = bundle.steps;
  const sample = step!.samples.findIndex(({ receipt: number }) => number === receipt.number);
  const parts = step!.parts[sample] ?? [];
  const top = parts.reduce((best, part, i) => (part > (parts[best] ?? 0n) ? i : best), -1);
  return {
    question,
    answer: text,
    payer,
    tokens: { prompt: usage.prompt_tokens, completion: usage.completion_tokens },
    charge: charged.toString(),
    receipt: receipt.number,
    topContributor: top < 0 ? null : names[index[top]!.contribution]!,
  };
}
