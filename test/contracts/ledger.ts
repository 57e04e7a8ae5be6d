// Two right postings on the chain, with all their lists: what proofs must not refute, and what breaches are made from.
import type { BaseContract } from "ethers";
import type { Address, Hex } from "viem";
import { assemble, type TillFacts } from "../../oracle/assemble.ts";
import type { Bundle } from "../../oracle/bundle.ts";
import type { FeatureSet } from "../../oracle/engine.ts";
import { drawSamples, type Settlement, settle } from "../../oracle/epoch.ts";
import { indexOf } from "../../oracle/features.ts";
import { settlementLists, stepsList } from "../../oracle/lists.ts";
import { addPayouts, payoutsList, perContributor } from "../../oracle/payouts.ts";
import { DOMAIN } from "../../protocol/domains.ts";
import {
  type IndexEntry,
  indexLeaf,
  type PayoutEntry,
  partialsList,
  type ResultEntry,
  type StepEntry,
} from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { type Receipt, receiptsList, totalOf } from "../../protocol/receipt.ts";
import type { IAttribution } from "../../types/index.ts";
import { makeReceipts, vector } from "../oracle/fixtures.ts";
import { contribute, scoreAll } from "./contributions.ts";
import {
  contributed,
  ethers,
  hash,
  impersonate,
  nextEpoch,
  open,
  parameter,
  passDeadline,
  post,
  SPLIT,
  type Suite,
  terms,
  time,
  ZERO,
} from "./fixtures.ts";

const DIMS = 1_030;

/** One step of a posting, with its lists. */
export interface LedgerStep {
  entry: StepEntry;
  model: number;
  settlement: Settlement;
  before: PayoutEntry[];
  after: PayoutEntry[];
}

/** A posting, the steps it commits to, and the posting before it. */
export interface Ledger {
  posting: IAttribution.PostingStruct;
  steps: LedgerStep[];
  parents: { entry: IAttribution.EntryStruct; place: number }[];
}

/** Place of a version's step: steps go by their Tills' addresses, which every change of a contract changes. */
export function placeOf({ steps }: Ledger, model: number): number {
  return steps.findIndex((step) => step.model === model);
}

/** [contributor, contribution] of each entry, in order. */
function featureSet(seed: number, entries: [number, number][]): FeatureSet {
  return {
    engine: "grad-dot",
    dims: DIMS,
    tensors: [{ name: "a", size: DIMS, exponent: -3 }],
    contributions: entries.map(([contributor, contribution]) => ({ contributor, contribution })),
    features: entries.map((_, c) => vector(seed + c, DIMS)),
    standing: entries.map((_, c) => BigInt(100_000_000 + c)),
  };
}

/**
 * Datanet 0 has contributions 0 and 3 of alice, 1 of bob, 2 of carol; Datanet 1 has contribution 4 of bob. The stranger is
 * registered and has none. Versions 0 and 1 are live on them, with a Till each.
 */
async function versions() {
  const suite = await contributed();
  const { datanets, models, revenue, stakeVault, timelock, developer, validator, member, alice, bob, stranger } = suite;
  await datanets.connect(developer).create("Wasps", "CC-BY-4.0", open(10), [member]);
  await contribute(suite, alice, { root: hash("rows 3"), rows: 20, bond: open(10) });
  await contribute(suite, bob, { datanet: 1, root: hash("rows 4"), rows: 20, bond: open(10) });
  for (const id of [3, 4]) await scoreAll(suite, id, [[member, 100]]);
  await datanets.connect(stranger).register();
  await stakeVault.connect(validator).stake(open(20_000));
  await time.increase(1);
  const sets = [
    featureSet(10, [
      [0, 0],
      [0, 3],
      [1, 1],
      [2, 2],
    ]),
    featureSet(20, [[1, 4]]),
  ];
  const governance = await impersonate(timelock);
  const tills: Address[] = [];
  for (const [model, set] of sets.entries()) {
    const indexRoot = indexOf(set).list.root;
    await models.connect(developer).propose({ ...(await terms(suite)), indexRoot, datanet: model }, open(5000), "");
    await models.connect(governance)["approve(uint256)"](model);
    await models.connect(developer).recordTrained(model, hash("manifest"), hash("adapter"), "");
    await models.connect(validator).recordEvaluation(model, 8000, hash("report"));
  }
  await time.increase(parameter("evaluationWindow"));
  for (const model of sets.keys()) {
    await models.goLive(model);
    await revenue.createTill(model);
    tills.push((await revenue.tillOf(model, suite.operator)) as Address);
  }
  await nextEpoch(suite);
  return { ...suite, sets, tills };
}

/** What a Till takes in in the running epoch. */
async function take({ openToken, payer }: Suite, till: Address, amount: bigint) {
  await openToken.connect(payer).transfer(till, amount);
  await (await ethers.getContractAt("Till", till)).sweep();
}

/** The operator's log of an epoch that is over. */
async function log(suite: Suite, till: Address, epoch: number, receipts: Receipt[]) {
  const { attribution, operator } = suite;
  await attribution
    .connect(operator)
    .commitLog(till, epoch, receiptsList(receipts).root, receipts.length, totalOf(receipts));
}

/**
 * An epoch in which Till 0 took 100 OPEN and Till 1 took 50, with a log of each; and the next one, in which Till 0 took 80,
 * and Till 1 took 30 of which no log tells. A posting of each.
 */
export async function ledger() {
  const suite = await versions();
  const { revenue, attribution, datanets, poster, tills, sets } = suite;
  const epoch = Number(await revenue.currentEpoch());
  const [till0, till1] = tills as [Address, Address];
  await take(suite, till0, open(100));
  await take(suite, till1, open(50));
  await nextEpoch(suite);
  const first = await makeReceipts(till0, 0, epoch, [open(40), open(29), open(30) + 1n], { unbound: [1] });
  const other = await makeReceipts(till1, 1, epoch, [open(20), open(30)], { payer: 1 });
  await log(suite, till0, epoch, first.receipts);
  await log(suite, till1, epoch, other.receipts);
  await take(suite, till0, open(80));
  await take(suite, till1, open(30));
  await nextEpoch(suite);
  const second = await makeReceipts(till0, 0, epoch + 1, [open(79)], { from: first.receipts.at(-1)! });
  await log(suite, till0, epoch + 1, second.receipts);
  await passDeadline(suite, BigInt(epoch + 1));
  for (const till of tills) for (const at of [epoch, epoch + 1]) await revenue.close(till, at);
  await attribution.connect(poster).depositBond(open(15_000));

  const facts = async (till: Address, at: number, { receipts }: { receipts: Receipt[] }): Promise<TillFacts> => {
    const { root, count, total } = await attribution.logOf(till, at);
    return {
      epoch: at,
      till,
      model: tills.indexOf(till),
      income: await revenue.income(till, at),
      pool: await revenue.poolOfTill(till, at),
      log: { root: root as Hex, count: Number(count), total },
      channels: [],
      receipts,
      seed: null,
      gradients: receipts.map(({ bound, number }) => (bound ? vector(number + 100, DIMS) : null)),
    };
  };
  const accounts: Address[] = [];
  for (let id = 0; id < Number(await datanets.contributorCount()); id++) {
    accounts.push((await datanets.accountOf(id)) as Address);
  }
  const none = { receipts: [] };
  const tillsOf = [
    [await facts(till0, epoch, first), await facts(till1, epoch, other)],
    [await facts(till0, epoch + 1, second), await facts(till1, epoch + 1, none)],
  ];
  const ledgers: Ledger[] = [];
  let payouts: PayoutEntry[] = [];
  let parents: Ledger["parents"] = [];
  let fromEpoch = Number(await attribution.FIRST_EPOCH());
  for (const [place, these] of tillsOf.entries()) {
    const bundle = assemble({
      chainId: 31337,
      block: 0,
      deployedAt: 0,
      addresses: {} as Bundle["addresses"],
      parent: (await attribution.head()) as Hex,
      fromEpoch,
      toEpoch: epoch + place,
      models: sets.map((features, model) => ({
        model,
        operator: suite.operator.address as Address,
        contributorsBps: Number(SPLIT.contributors),
        manifestHash: ZERO as Hex,
        datanet: model,
        snapshotBlock: 0,
        indexRoot: indexOf(features).list.root,
        features,
      })),
      payoutsBefore: payouts,
      accounts,
      tills: these,
    });
    const posting = { ...bundle.posting, bundleHash: hash("bundle") };
    const { entry } = await post(suite, posting);
    ledgers.push({ posting, steps: stepsOf(bundle, sets, accounts), parents });
    parents = [{ entry, place }];
    payouts = bundle.payoutsAfter;
    fromEpoch = epoch + place + 1;
  }
  const indexes = sets.map((set) => indexOf(set).entries);
  const { models } = suite;
  const verifiers = {
    stepVerifier: await ethers.deployContract("StepVerifier", [attribution, revenue, models]),
    resultVerifier: await ethers.deployContract("ResultVerifier", [revenue, models]),
    payoutVerifier: await ethers.deployContract("PayoutVerifier", [revenue, models, datanets]),
    indexVerifier: await ethers.deployContract("IndexVerifier", [models, datanets]),
  };
  return { ...suite, ...verifiers, epoch, indexes, accounts, first: ledgers[0]!, second: ledgers[1]! };
}

export type LedgerSuite = Awaited<ReturnType<typeof ledger>>;

function stepsOf(bundle: Bundle, sets: FeatureSet[], accounts: Address[]): LedgerStep[] {
  let before = bundle.payoutsBefore;
  return bundle.steps.map(({ entry, model, receipts, gradients }) => {
    const { features, contributorsBps } = bundle.models[model]!;
    const draws = drawSamples(receipts, null);
    const settlement = settle({ receipts, draws, gradients, features, contributorsBps });
    const sums = perContributor(sets[model]!.contributions, settlement.payouts);
    const step = { entry, model, settlement, before, after: addPayouts(before, accounts, sums) };
    before = step.after;
    return step;
  });
}

/* EVIDENCE */

/** Where a leaf stands. */
export const openingOf = (list: List, position: number) => ({
  count: list.count,
  position,
  siblings: list.proof(position),
});

/** What stands for a list that is empty. */
export const NOWHERE = { count: 0, position: 0, siblings: [] };

export const openStep = (steps: { entry: StepEntry }[], i: number) => {
  const entries = steps.map(({ entry }) => entry);
  return { step: entries[i]!, opening: openingOf(stepsList(entries), i) };
};

export const openResult = ({ settlement }: { settlement: Settlement }, c: number) => ({
  result: settlement.results[c]!,
  opening: openingOf(settlementLists(settlement).results, c),
});

export const openPart = ({ settlement, entry }: LedgerStep, sample: number, c: number) => {
  const { partials, ...part } = settlement.parts[sample]![c]!;
  const opening = openingOf(settlementLists(settlement).parts, sample * entry.contributions + c);
  return { part: { ...part, partialsRoot: partialsList(partials).root }, opening };
};

export const openPayout = (entries: PayoutEntry[], position: number) => ({
  payout: entries[position]!,
  opening: openingOf(payoutsList(entries), position),
});

export const indexList = (entries: IndexEntry[]) => new List(DOMAIN.index, entries.map(indexLeaf));

export const openEntry = (entries: IndexEntry[], position: number) => ({
  entry: entries[position]!,
  opening: openingOf(indexList(entries), position),
});

/** The border of the index before the first entry of a contributor that is at least `contributor`. */
export const borderOf = (entries: IndexEntry[], contributor: number) => {
  const found = entries.findIndex((entry) => entry.contributor >= contributor);
  const at = found < 0 ? entries.length : found;
  return [at - 1, at].filter((i) => i >= 0 && i < entries.length).map((i) => openEntry(entries, i));
};

/** What nobody would call evidence. */
export const GARBAGE = [
  "0x",
  "0x00",
  `0x${"ff".repeat(64)}`,
  `0x${"00".repeat(2000)}`,
  ethers.concat(new Array(30).fill(ethers.id(""))),
];

/** Whether `evidence` refutes, asked in both ways; they must agree. */
export async function refutes(verifier: BaseContract, target: unknown, evidence: object): Promise<boolean> {
  const proves = verifier.getFunction("proves");
  const type = proves.fragment.inputs[1]!;
  const encoded = ethers.AbiCoder.defaultAbiCoder().encode([type], [evidence]);
  const answer = await verifier.getFunction("refutes").staticCall(target, encoded);
  if (answer !== (await proves.staticCall(target, evidence))) throw new Error("the two ways differ");
  return answer;
}

/** A posting whose steps are others, `changes` to it aside. */
export function withSteps(
  { posting }: Ledger,
  steps: { entry: StepEntry }[],
  changes: Partial<IAttribution.PostingStruct> = {},
): IAttribution.PostingStruct {
  return { ...posting, stepRoot: stepsList(steps.map(({ entry }) => entry)).root, ...changes };
}

/** The steps with one of them changed. */
export const changed = <S extends { entry: StepEntry }>(steps: S[], i: number, changes: Partial<StepEntry>): S[] =>
  steps.map((step, k) => (k === i ? { ...step, entry: { ...step.entry, ...changes } } : step));

/** The steps with other results in one of them. */
export function withResults(steps: LedgerStep[], i: number, results: ResultEntry[]): LedgerStep[] {
  const step = steps[i]!;
  const settlement = { ...step.settlement, results };
  const resultsRoot = settlementLists(settlement).results.root;
  return steps.map((other, k) => (k === i ? { ...step, settlement, entry: { ...step.entry, resultsRoot } } : other));
}
