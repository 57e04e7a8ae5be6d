import type { Case, JudgedStep, Proof } from "./context.ts";
import { openedPart, openedResult, openedStep, proof, withLeft } from "./openings.ts";

/** `ResultVerifier.Rule`. */
const RULE = { total: 0, runningPaid: 1, stepPaid: 2 } as const;
const BPS = 10_000n;

function prove(
  rule: keyof typeof RULE,
  evidence: { steps: object[]; results: object[]; parts?: object[] },
  what: string,
) {
  return proof("ResultVerifier", { ...evidence, rule: RULE[rule] }, what);
}

/** Every rule of the results that a posting breaks. */
export function proveResults(of: Case): Proof[] {
  return of.steps.flatMap((step) => [...proveTotals(of, step), ...provePaid(of, step), ...proveStepPaid(of, step)]);
}

/** R is the running part of the column's last row. */
function proveTotals(of: Case, step: JudgedStep): Proof[] {
  const { entry, results, parts, name } = step;
  return results.flatMap(({ total }, c) => {
    const position = (entry.samples - 1) * entry.contributions + c;
    const last = entry.samples === 0 ? null : parts[position];
    // a list of parts that ends before is found by its count
    if (last === undefined || total === (last?.runningPart ?? 0n)) return [];
    const evidence = {
      steps: [openedStep(of, step.position)],
      results: [openedResult(step, c)],
      parts: last === null ? [] : [openedPart(step, position)],
    };
    return [prove("total", evidence, `${name}, result ${c}: ${total}, not ${last?.runningPart ?? 0n}`)];
  });
}

/** Each contribution is paid its positive total's share, and no more. */
function provePaid(of: Case, step: JudgedStep): Proof[] {
  const { results, model, name } = step;
  if (model === null) return [];
  return results.flatMap(({ total, runningPaid }, c) => {
    // rounded down, as the payouts are
    const paid = total > 0n ? (total * BigInt(model.contributorsBps)) / BPS : 0n;
    const expected = (results[c - 1]?.runningPaid ?? 0n) + paid;
    if (runningPaid === expected) return [];
    const evidence = {
      steps: [openedStep(of, step.position)],
      results: (c === 0 ? [0] : [c - 1, c]).map((at) => openedResult(step, at)),
    };
    return [prove("runningPaid", evidence, `${name}, result ${c}: paid up to here ${runningPaid}, not ${expected}`)];
  });
}

/** A step distributes what its last result says. */
function proveStepPaid(of: Case, step: JudgedStep): Proof[] {
  const { entry, results, known, position, name } = step;
  if (!known.results) return [];
  const expected = (of.steps[position - 1]?.entry.runningPaid ?? 0n) + (results.at(-1)?.runningPaid ?? 0n);
  if (entry.runningPaid === expected) return [];
  const last = results.length === 0 ? [] : [openedResult(step, results.length - 1)];
  const what = `${name}: running sum of what is paid ${entry.runningPaid}, not ${expected}`;
  return [prove("stepPaid", { steps: withLeft(of, position), results: last }, what)];
}
