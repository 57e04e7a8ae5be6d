import { DOMAIN } from "../../protocol/domains.ts";
import { List } from "../../protocol/list.ts";
import type { TillFacts } from "../assemble.ts";
import { MAX_ALL } from "../epoch.ts";
import { payoutsList } from "../payouts.ts";
import { type Case, type JudgedStep, type Proof, stepKey } from "./context.ts";
import { anyLeaf, openedStep, proof, withLeft } from "./openings.ts";

/** `StepVerifier.Rule`. */
const RULE = {
  order: 0,
  unearned: 1,
  absent: 2,
  before: 3,
  end: 4,
  pool: 5,
  runningPool: 6,
  log: 7,
  contributions: 8,
  samples: 9,
  count: 10,
} as const;

/** `StepVerifier.List`. */
const LISTS = { samples: 0, parts: 1, results: 2 } as const;

/** Root of a list of receipts without any. */
const NO_RECEIPTS = new List(DOMAIN.receipts, []).root;

type Evidence = Partial<{ steps: object[]; till: string; epoch: number; parents: object[]; list: number }> &
  Partial<ReturnType<typeof anyLeaf>>;

function prove(rule: keyof typeof RULE, evidence: Evidence, what: string): Proof {
  return proof("StepVerifier", { ...evidence, rule: RULE[rule] }, what);
}

/** Every rule of the steps that a posting breaks. */
export function proveSteps(of: Case): Proof[] {
  return [...of.steps.flatMap((step) => proveStep(of, step)), ...proveAbsent(of), ...proveEnd(of)];
}

function proveStep(of: Case, step: JudgedStep): Proof[] {
  const { entry, position, name, till } = step;
  const proofs: Proof[] = [];
  const steps = [openedStep(of, position)];
  const breaks = (rule: keyof typeof RULE, what: string, evidence: Evidence = { steps }): void => {
    proofs.push(prove(rule, evidence, `${name}: ${what}`));
  };
  const left = of.steps[position - 1]?.entry;
  const neighbours = { steps: withLeft(of, position) };
  if (left !== undefined && stepKey(left.epoch, left.till) >= stepKey(entry.epoch, entry.till)) {
    breaks("order", "not above the step before it", neighbours);
  }
  const before = left?.rootAfter ?? rootOfParent(of);
  if (entry.rootBefore !== before) {
    breaks("before", `payout root before ${entry.rootBefore}, not ${before}`, {
      ...neighbours,
      parents: position === 0 ? parents(of) : [],
    });
  }
  const runningPool = (left?.runningPool ?? 0n) + entry.pool;
  if (entry.runningPool !== runningPool) {
    breaks("runningPool", `running sum of pools ${entry.runningPool}, not ${runningPool}`, neighbours);
  }
  const inside = entry.epoch >= of.posting.fromEpoch && entry.epoch <= of.posting.toEpoch;
  if (till === null || !inside) breaks("unearned", "no income in an epoch of the posting");
  else proofs.push(...proveOfTill(of, step, till));
  proofs.push(...proveCounts(of, step));
  return proofs;
}

/** What the chain says of the Till in that epoch. */
function proveOfTill(of: Case, { entry, position, name, model }: JudgedStep, { pool, log }: TillFacts): Proof[] {
  const proofs: Proof[] = [];
  const steps = [openedStep(of, position)];
  if (entry.pool !== pool) proofs.push(prove("pool", { steps }, `${name}: pool ${entry.pool}, not ${pool}`));
  const receiptsRoot = BigInt(log.root) === 0n ? NO_RECEIPTS : log.root;
  if (entry.receiptsRoot !== receiptsRoot || entry.receipts !== log.count) {
    proofs.push(prove("log", { steps }, `${name}: not the ${log.count} receipts of the log`));
  }
  const drawn = log.total === 0n ? 0 : MAX_ALL;
  const samples = entry.receipts > MAX_ALL ? drawn : entry.receipts;
  if (entry.samples !== samples) {
    proofs.push(prove("samples", { steps }, `${name}: ${entry.samples} samples, not ${samples}`));
  }
  const contributions = model?.index.list.count ?? entry.contributions;
  if (model !== null && entry.contributions !== contributions) {
    const what = `${name}: ${entry.contributions} contributions, not ${contributions}`;
    proofs.push(prove("contributions", { steps, ...anyLeaf(model.index.list) }, what));
  }
  return proofs;
}

/** Lists that are not as long as their step says. */
function proveCounts(of: Case, { entry, position, name, lists, known }: JudgedStep): Proof[] {
  const steps = [openedStep(of, position)];
  const expected = {
    samples: entry.samples,
    parts: entry.samples * entry.contributions,
    results: entry.contributions,
  };
  return (Object.keys(LISTS) as (keyof typeof LISTS)[])
    .filter((list) => known[list] && lists[list].count !== expected[list])
    .map((list) => {
      const what = `${name}: ${lists[list].count} ${list}, not ${expected[list]}`;
      return prove("count", { steps, list: LISTS[list], ...anyLeaf(lists[list]) }, what);
    });
}

/** Tills with income that have no step. */
function proveAbsent(of: Case): Proof[] {
  const keys = of.steps.map(({ entry }) => stepKey(entry.epoch, entry.till));
  const there = new Set(keys);
  return of.facts.tills
    .filter(({ epoch, till, income }) => income > 0n && !there.has(stepKey(epoch, till)))
    .flatMap(({ epoch, till }) => {
      const key = stepKey(epoch, till);
      const gap = keys.findIndex((left, i) => left < key && (keys[i + 1] ?? key + 1n) > key);
      const places = gap < 0 ? [0] : [gap, gap + 1];
      const steps = places.filter((place) => place < keys.length).map((place) => openedStep(of, place));
      return [prove("absent", { steps, till, epoch }, `no step of ${till} in epoch ${epoch}`)];
    });
}

/** What the posting itself says, against its last step. */
function proveEnd(of: Case): Proof[] {
  const { posting, steps } = of;
  const last = steps.at(-1)?.entry ?? { rootAfter: rootOfParent(of), runningPool: 0n, runningPaid: 0n };
  const same =
    posting.payoutRoot === last.rootAfter &&
    posting.pool === last.runningPool &&
    posting.distributed === last.runningPaid;
  if (same) return [];
  const evidence = steps.length === 0 ? { parents: parents(of) } : { steps: [openedStep(of, steps.length - 1)] };
  return [prove("end", evidence, "the posting's payout root and sums are not those of its last step")];
}

function rootOfParent({ parent }: Case): string {
  return parent?.entry.posting.payoutRoot ?? payoutsList([]).root;
}

function parents({ parent }: Case): object[] {
  return parent === null ? [] : [parent];
}
