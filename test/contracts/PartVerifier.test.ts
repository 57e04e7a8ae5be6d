import { expect } from "chai";
import { chunkList, PARTIALS_PER_LEAF, partialsList } from "../../protocol/leaves.ts";
import {
  type Answers,
  answers,
  anyGarbageProves,
  type Committed,
  type CommittedPart,
  commit,
  EMPTY_PARTIALS,
  encode,
  openedChunk,
  openedEntry,
  openedPart,
  openedPartials,
  openedSample,
  openedWord,
  record,
  refutes,
  vector,
  verifiers,
} from "./answers.ts";
import { hash, loadFixture } from "./fixtures.ts";

const Rule = {
  Partial: 0,
  PartialCount: 1,
  PartialFill: 2,
  Score: 3,
  StandingScore: 4,
  RunningGross: 5,
  Share: 6,
  RunningPart: 7,
};
/** Contributions. */
const WIDTH = 3;
const CHUNKS = 17;
/** The row whose standing shares decide, and one whose gradient is zero. */
const [UNBOUND, ZERO_GRADIENT] = [2, 3];

const featureList = (of: Answers, column: number) => chunkList("features", of.features[column]!);

/** What shows part `position` by a rule; of Partial, at a chunk border. */
function evidenceOf(of: Answers, committed: Committed, rule: number, position: number, border = 0) {
  const [row, column] = [Math.floor(position / WIDTH), position % WIDTH];
  const blank = { others: [], samples: [], entries: [], partials: [], chunks: [], words: [] };
  const base = { rule, step: committed.step, part: openedPart(of, committed, position), ...blank };
  const [samples, entries] = [[openedSample(of, committed, row)], [openedEntry(of, committed, column)]];
  const part = of.parts[position]!;
  const leaves = (...places: number[]) => places.map((place) => openedPartials(part, place));
  const left = column === 0 ? [] : [openedPart(of, committed, position - 1)];
  const above = row === 0 ? [] : [openedPart(of, committed, position - WIDTH)];
  if (rule === Rule.RunningGross) return { ...base, others: left };
  if (rule === Rule.RunningPart) return { ...base, others: above };
  if (rule === Rule.Share) return { ...base, samples };
  if (rule === Rule.StandingScore) return { ...base, samples, entries };
  const leaf = Math.floor(border / PARTIALS_PER_LEAF);
  if (rule === Rule.Partial) {
    const partials = border > 0 && border % PARTIALS_PER_LEAF === 0 ? leaves(leaf, leaf - 1) : leaves(leaf);
    const feature = openedChunk("features", of.features[column]!, border);
    return {
      ...base,
      samples,
      entries,
      partials,
      chunks: [feature, openedChunk("gradients", of.gradients[row]!, border)],
    };
  }
  const words = [openedWord(featureList(of, column))];
  const partials = part.partials.count === 0 ? [] : leaves(part.partials.count - 1);
  return { ...base, samples, entries, words, partials };
}

async function honest() {
  const suite = await verifiers();
  const of = await answers(suite);
  const committed = commit(suite, of);
  await record(suite, of, committed);
  return { ...suite, of, committed };
}

type Honest = Awaited<ReturnType<typeof honest>>;

/** Whether the rule shows part `position` to be wrong in a posting in which it is changed, and nothing else. */
function provesChange(suite: Honest, rule: number, position: number, change: Partial<CommittedPart>, border?: number) {
  const of = { ...suite.of, parts: suite.of.parts.with(position, { ...suite.of.parts[position]!, ...change }) };
  const committed = commit(suite, of);
  return refutes(suite.partVerifier, committed.posting, evidenceOf(of, committed, rule, position, border));
}

/** The partial sums of a part with one of them changed, or more of them. */
function withSums({ sums }: CommittedPart, change: (sums: number[]) => void) {
  const changed = [...sums];
  change(changed);
  return { sums: changed, partials: partialsList(changed) };
}

describe("PartVerifier", () => {
  it("never refutes a right posting", async () => {
    const { partVerifier, of, committed } = await loadFixture(honest);
    for (let position = 0; position < of.parts.length; position++) {
      const bound = Math.floor(position / WIDTH) !== UNBOUND;
      for (const rule of Object.values(Rule)) {
        if (rule === Rule.Partial && !bound) continue; // there is no gradient to show
        const borders =
          rule !== Rule.Partial ? [0] : position === 4 ? Array.from({ length: CHUNKS }, (_, i) => i) : [0, 16];
        for (const border of borders) {
          const evidence = evidenceOf(of, committed, rule, position, border);
          expect(await refutes(partVerifier, committed.posting, evidence), `${rule} of ${position}`).to.equal(false);
          expect(await partVerifier.proves(committed.posting, evidence)).to.equal(false);
        }
      }
    }
  });

  it("refutes a partial sum that is not the one before and the product of its chunks", async () => {
    const suite = await loadFixture(honest);
    for (const border of [0, 1, 15, 16]) {
      for (const by of [1, -1, 2 ** 40]) {
        const change = withSums(suite.of.parts[4]!, (sums) => (sums[border]! += by));
        expect(await provesChange(suite, Rule.Partial, 4, change, border), `${border} by ${by}`).to.equal(true);
        // the sum after it no longer follows either
        if (border < 16) expect(await provesChange(suite, Rule.Partial, 4, change, border + 1)).to.equal(true);
      }
    }
    const change = withSums(suite.of.parts[4]!, (sums) => (sums[3]! += 1));
    expect(await provesChange(suite, Rule.Partial, 4, change, 2)).to.equal(false);
  });

  it("refutes partial sums of another gradient or feature", async () => {
    const suite = await loadFixture(honest);
    const { samples, index, gradients, features } = suite.of;
    const other = vector(77);
    const gradientRoot = chunkList("gradients", other).root;
    const featureRoot = chunkList("features", other).root;
    for (const changed of [
      { gradients: gradients.with(0, other), samples: samples.with(0, { ...samples[0]!, gradientRoot }) },
      { features: features.with(1, other), index: index.with(1, { ...index[1]!, featureRoot }) },
    ]) {
      const of = { ...suite.of, ...changed };
      const committed = commit(suite, of);
      await record(suite, of, committed);
      const evidence = evidenceOf(of, committed, Rule.Partial, 1, 5);
      expect(await refutes(suite.partVerifier, committed.posting, evidence)).to.equal(true);
    }
  });

  it("refutes partial sums of another number than the feature has chunks", async () => {
    const suite = await loadFixture(honest);
    const { parts } = suite.of;
    const longer = withSums(parts[4]!, (sums) => sums.push(...new Array(16).fill(sums.at(-1))));
    const shorter = withSums(parts[4]!, (sums) => (sums.length = 16));
    const none = withSums(parts[4]!, (sums) => (sums.length = 0));
    for (const change of [longer, shorter, none]) {
      expect(await provesChange(suite, Rule.PartialCount, 4, change)).to.equal(true);
    }
  });

  it("refutes what fills up the last leaf of partial sums and is not zero", async () => {
    const suite = await loadFixture(honest);
    for (const place of [17, 20, 31]) {
      const change = withSums(suite.of.parts[4]!, (sums) => {
        while (sums.length < place) sums.push(0);
        sums[place] = -1;
      });
      expect(await provesChange(suite, Rule.PartialFill, 4, change)).to.equal(true);
      expect(await provesChange(suite, Rule.PartialCount, 4, change)).to.equal(false);
    }
  });

  it("refutes a score that is not the last partial sum", async () => {
    const suite = await loadFixture(honest);
    const { score, sums } = suite.of.parts[4]!;
    for (const wrong of [score + 1n, -score, 0n, BigInt(sums[15]!)]) {
      expect(await provesChange(suite, Rule.Score, 4, { score: wrong })).to.equal(true);
    }
  });

  it("refutes a standing score or partial sums that the index does not say", async () => {
    const suite = await loadFixture(honest);
    const position = UNBOUND * WIDTH + 1;
    const { score } = suite.of.parts[position]!;
    for (const wrong of [score - 1n, -score, 0n]) {
      expect(await provesChange(suite, Rule.StandingScore, position, { score: wrong })).to.equal(true);
    }
    const change = { sums: [0], partials: partialsList([0]) };
    expect(await provesChange(suite, Rule.StandingScore, position, change)).to.equal(true);
    expect(EMPTY_PARTIALS).to.equal(suite.of.parts[position]!.partials.root);
    // of a bound answer the index says nothing
    expect(await provesChange(suite, Rule.StandingScore, 4, { score: 7n })).to.equal(false);
  });

  it("refutes a running gross that is not the neighbour's and the score's size", async () => {
    const suite = await loadFixture(honest);
    for (const position of [3, 4, 5, UNBOUND * WIDTH]) {
      const { runningGross, score } = suite.of.parts[position]!;
      expect(await provesChange(suite, Rule.RunningGross, position, { runningGross: runningGross + 1n })).to.equal(
        true,
      );
      expect(await provesChange(suite, Rule.RunningGross, position, { score: -score })).to.equal(false);
      expect(await provesChange(suite, Rule.RunningGross, position, { score: score - 1n })).to.equal(true);
    }
  });

  it("refutes a part that is not the weighted share toward minus infinity", async () => {
    const suite = await loadFixture(honest);
    for (let position = 0; position < suite.of.parts.length; position++) {
      const { part } = suite.of.parts[position]!;
      for (const by of [1n, -1n, 10n ** 24n]) {
        expect(await provesChange(suite, Rule.Share, position, { part: part + by }), `${position}`).to.equal(true);
      }
    }
    expect(suite.of.parts.some(({ part }) => part < 0n)).to.equal(true);
    expect(suite.of.parts[ZERO_GRADIENT * WIDTH]!.part).to.equal(0n);
  });

  it("refutes a running part that is not the one above and its own", async () => {
    const suite = await loadFixture(honest);
    for (const position of [0, 2, 3, 14]) {
      const { runningPart, part } = suite.of.parts[position]!;
      expect(await provesChange(suite, Rule.RunningPart, position, { runningPart: runningPart + 1n })).to.equal(true);
      expect(await provesChange(suite, Rule.RunningPart, position, { part: part - 1n })).to.equal(true);
    }
  });

  it("takes no leaf of another place for the neighbour, the row or the column", async () => {
    const suite = await loadFixture(honest);
    const { partVerifier, of, committed } = suite;
    const at = (place: number) => openedPart(of, committed, place);
    const show = (rule: number, position: number, changes: object, border = 0) =>
      refutes(partVerifier, committed.posting, { ...evidenceOf(of, committed, rule, position, border), ...changes });
    for (const place of [0, 2, 5, 7, 8]) {
      expect(await show(Rule.RunningGross, 7, { others: [at(place)] })).to.equal(false);
      expect(await show(Rule.RunningPart, 7, { others: [at(place)] })).to.equal(false);
    }
    for (const row of [0, 2, 4]) {
      const samples = [openedSample(of, committed, row)];
      expect(await show(Rule.Share, 4, { samples })).to.equal(false);
      expect(await show(Rule.Partial, 4, { samples })).to.equal(false);
      expect(await show(Rule.Score, 4, { samples })).to.equal(false);
    }
    for (const column of [0, 2]) {
      const entries = [openedEntry(of, committed, column)];
      expect(await show(Rule.StandingScore, UNBOUND * WIDTH + 1, { entries })).to.equal(false);
      expect(await show(Rule.Score, 4, { entries, words: [openedWord(featureList(of, column))] })).to.equal(false);
      const chunks = [openedChunk("features", of.features[column]!, 0), openedChunk("gradients", of.gradients[1]!, 0)];
      expect(await show(Rule.Partial, 4, { entries, chunks })).to.equal(false);
      expect(await show(Rule.Partial, 4, { chunks })).to.equal(false);
    }
  });

  it("takes no chunk or partial sum of another place", async () => {
    const suite = await loadFixture(honest);
    const { partVerifier, of, committed } = suite;
    const [feature, gradient] = [of.features[1]!, of.gradients[1]!];
    const show = (border: number, changes: object) =>
      refutes(partVerifier, committed.posting, { ...evidenceOf(of, committed, Rule.Partial, 4, border), ...changes });
    const chunks = [openedChunk("features", feature, 2), openedChunk("gradients", gradient, 3)];
    expect(await show(2, { chunks })).to.equal(false);
    expect(await show(3, { chunks })).to.equal(false);
    expect(await show(2, { chunks: [chunks[1], chunks[0]] })).to.equal(false);
    for (const places of [[0], [0, 1], [1, 1]]) {
      const partials = places.map((place) => openedPartials(of.parts[4]!, place));
      expect(await show(16, { partials }).catch(() => false)).to.equal(false);
    }
    expect(await show(2, { partials: [openedPartials(of.parts[5]!, 0)] })).to.equal(false);
    // the chunk's 1,020 bytes and no others
    const long = { ...chunks[0]!, chunk: new Uint8Array([...chunks[0]!.chunk, 0]) };
    const short = { ...chunks[0]!, chunk: chunks[0]!.chunk.subarray(0, 1019) };
    for (const wrong of [long, short]) {
      expect(await show(2, { chunks: [wrong, openedChunk("gradients", gradient, 2)] })).to.equal(false);
    }
  });

  it("takes no step, part or partial sum that the posting does not commit", async () => {
    const suite = await loadFixture(honest);
    const { partVerifier, of, committed } = suite;
    const wrong = { ...of, parts: of.parts.with(4, { ...of.parts[4]!, part: 1n }) };
    const lies = commit(suite, wrong);
    const evidence = evidenceOf(wrong, lies, Rule.Share, 4);
    expect(await refutes(partVerifier, lies.posting, evidence)).to.equal(true);
    expect(await refutes(partVerifier, committed.posting, evidence)).to.equal(false);
    expect(await refutes(partVerifier, committed.posting, { ...evidence, step: committed.step })).to.equal(false);
    const siblings = evidence.part.opening.siblings.with(1, hash("sibling") as `0x${string}`);
    const part = { ...evidence.part, opening: { ...evidence.part.opening, siblings } };
    expect(await refutes(partVerifier, lies.posting, { ...evidence, part })).to.equal(false);
    for (const opening of [
      { ...evidence.part.opening, position: 4 + of.parts.length },
      { ...evidence.part.opening, position: 2n ** 63n },
      { ...evidence.part.opening, count: 16 },
    ]) {
      const moved = { ...evidence, part: { ...evidence.part, opening } };
      expect(await refutes(partVerifier, lies.posting, moved).catch(() => false)).to.equal(false);
    }
  });

  it("refutes nothing where there are no contributions", async () => {
    const suite = await loadFixture(honest);
    const committed = commit(suite, suite.of, { contributions: 0 });
    const evidence = evidenceOf(suite.of, committed, Rule.Share, 4);
    expect(await refutes(suite.partVerifier, committed.posting, evidence)).to.equal(false);
  });

  it("is not moved by garbage", async () => {
    const { partVerifier, of, committed } = await loadFixture(honest);
    const evidence = [
      ...Object.values(Rule).map((rule) => evidenceOf(of, committed, rule, 4, 1)),
      evidenceOf(of, committed, Rule.StandingScore, UNBOUND * WIDTH),
    ].map((each) => encode(partVerifier, each));
    const call = (bytes: string) => partVerifier.refutes(committed.posting, bytes);
    expect(await anyGarbageProves(call, evidence, 400)).to.equal(false);
    for (const bytes of ["0x", `0x${"ff".repeat(32)}`, `0x${"00".repeat(4096)}`]) {
      expect(await call(bytes).catch(() => false)).to.equal(false);
    }
  });
});
