// A posting with one wrong leaf, field or length, committed all the same.
import { getAddress, type Hex, toHex, zeroHash } from "viem";
import { Random } from "../../lm/index.ts";
import type { PostingFields } from "../../oracle/bundle.ts";
import { settlementLists, stepsList } from "../../oracle/lists.ts";
import { payoutsList } from "../../oracle/payouts.ts";
import type { Published, PublishedStep } from "../../oracle/refute/context.ts";
import { chunkList, type PayoutEntry } from "../../protocol/leaves.ts";

export interface Mutant {
  /** The list and field that are changed, for all mutants that differ in the place alone. */
  kind: string;
  /** Which one it is. */
  name: string;
  posting: PostingFields;
  published: Published;
}

/** A step that may be changed. */
type Draft = { -readonly [K in keyof PublishedStep]: PublishedStep[K] };
type Record_ = Record<string, unknown>;

const LISTS = ["samples", "parts", "results", "payouts"] as const;

/** A copy that shares the vectors, which nothing changes. */
function copy(published: Published): { payoutsBefore: readonly PayoutEntry[]; steps: Draft[] } {
  const steps = published.steps.map(({ gradients, ...step }): Draft => ({ ...structuredClone(step), gradients }));
  return { payoutsBefore: published.payoutsBefore, steps };
}

/** Another value of the same kind. */
export function other(value: unknown, random: Random): unknown {
  const by = [1, -1, 1 + random.below(1_000)][random.below(3)]!;
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + by < 0 ? value + 1 : value + by;
  // what was not negative may have no sign to lose
  if (typeof value === "bigint") return value >= 0n && value + BigInt(by) < 0n ? value + 1n : value + BigInt(by);
  const text = value as string;
  const digits = Array.from({ length: text.length - 2 }, () => random.below(16).toString(16)).join("");
  return text.length === 42 ? getAddress(`0x${digits}`) : `0x${digits}`;
}

/** Other partial sums, now and then of another length. */
function otherPartials(partials: readonly number[], random: Random): number[] {
  const at = random.below(partials.length + 1);
  if (at < partials.length) return partials.map((sum, i) => (i === at ? sum + 1 + random.below(9) : sum));
  if (random.below(2) === 0) return [...partials, 1 + random.below(9)];
  return partials.length > 16 ? partials.slice(0, 16) : [...partials, ...Array<number>(16).fill(3)];
}

/** Commits what the lists now hold, as a poster would: the roots follow, up to the posting. */
function commit(posting: PostingFields, draft: { steps: Draft[] }, changed: number | null): PostingFields {
  for (const [i, step] of draft.steps.entries()) {
    if (changed !== i) continue;
    const lists = settlementLists({ ...step, parts: [step.parts] } as never);
    step.entry = {
      ...step.entry,
      samplesRoot: lists.samples.root,
      partsRoot: lists.parts.root,
      resultsRoot: lists.results.root,
      rootAfter: payoutsList(step.payouts).root,
    };
    const next = draft.steps[i + 1];
    if (next !== undefined) next.entry = { ...next.entry, rootBefore: step.entry.rootAfter };
  }
  const last = draft.steps.at(-1)?.entry;
  // the chain itself checks the pool, and that no more is distributed
  const distributed = last === undefined ? 0n : last.runningPaid;
  return {
    ...posting,
    stepRoot: stepsList(draft.steps.map(({ entry }) => entry)).root,
    payoutRoot: last?.rootAfter ?? posting.payoutRoot,
    distributed: distributed > posting.pool ? posting.pool : distributed,
  };
}

/** Every field of every leaf of every list, changed `variants` times; lists of other lengths; other steps; other sums. */
export function* mutants(
  posting: PostingFields,
  honest: Published,
  variants: number,
  seed: number,
): Generator<Mutant, void> {
  const random = new Random(seed);
  const changed = (kind: string, name: string, step: number | null, change: (draft: Draft[]) => void): Mutant => {
    const draft = copy(honest);
    change(draft.steps);
    return { kind, name, posting: commit(posting, draft, step), published: draft };
  };
  for (const [i, step] of honest.steps.entries()) {
    for (const list of LISTS) {
      for (const [position, entry] of step[list].entries()) {
        for (const [field, value] of Object.entries(entry)) {
          for (let v = 0; v < variants; v++) {
            const to = field === "partials" ? otherPartials(value, random) : other(value, random);
            yield changed(`${list}.${field}`, `step ${i}, ${list} ${position}, ${field}, ${v}`, i, (draft) => {
              (draft[i]![list][position] as unknown as Record_)[field] = to;
            });
          }
        }
      }
      yield* lengths(list, i, step[list], (kind, entries) =>
        changed(kind, `step ${i}, ${kind}`, i, (draft) => {
          draft[i]![list] = entries as never;
        }),
      );
    }
    yield* gradients(honest, i, changed);
    for (const [field, value] of Object.entries(step.entry)) {
      for (let v = 0; v < variants; v++) {
        const to = other(value, random);
        yield changed(`steps.${field}`, `step ${i}, ${field}, ${v}`, null, (draft) => {
          draft[i]!.entry = { ...draft[i]!.entry, [field]: to };
        });
      }
    }
    yield changed("steps, one left out", `step ${i} left out`, null, (draft) => draft.splice(i, 1));
    yield changed("steps, one twice", `step ${i} twice`, null, (draft) => draft.splice(i, 0, draft[i]!));
  }
  for (const field of ["payoutRoot", "distributed"] as const) {
    const wrong = { ...posting, [field]: field === "distributed" ? posting.distributed - 1n : random32(random) };
    yield { kind: `posting.${field}`, name: field, posting: wrong, published: honest };
  }
}

function* lengths(
  list: string,
  step: number,
  entries: readonly unknown[],
  make: (kind: string, entries: readonly unknown[]) => Mutant,
): Generator<Mutant, void> {
  if (entries.length === 0) return;
  yield make(`${list}, one less`, entries.slice(0, -1));
  // a stranger's place: it has an account of its own
  const more = list === "payouts" ? { account: getAddress(toHex(step + 9, { size: 20 })), cumulative: 0n } : entries[0];
  yield make(`${list}, one more`, [...entries, more]);
}

/** Gradients that should not be there, or are not there, or are of another length. */
function* gradients(
  honest: Published,
  i: number,
  changed: (kind: string, name: string, step: number, change: (draft: Draft[]) => void) => Mutant,
): Generator<Mutant, void> {
  for (const [j, { gradientRoot }] of honest.steps[i]!.samples.entries()) {
    const vectors: (Int8Array | null)[] =
      gradientRoot === zeroHash ? [new Int8Array(5)] : [null, new Int8Array(30_000)];
    for (const vector of vectors) {
      const root: Hex = vector === null ? zeroHash : chunkList("gradients", vector).root;
      const kind = vector === null ? "no gradient" : gradientRoot === zeroHash ? "a gradient" : "a longer gradient";
      yield changed(`samples, ${kind}`, `step ${i}, sample ${j}, ${kind}`, i, (draft) => {
        draft[i]!.samples = draft[i]!.samples.map((sample, k) =>
          k === j ? { ...sample, gradientRoot: root } : sample,
        );
        draft[i]!.gradients = draft[i]!.gradients.map((found, k) => (k === j ? vector : found));
      });
    }
  }
}

function random32(random: Random): Hex {
  return toHex(Uint8Array.from({ length: 32 }, () => random.below(256)));
}
