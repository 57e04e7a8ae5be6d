import { expect } from "chai";
import { zeroHash } from "viem";
import { MAX_ALL } from "../../oracle/epoch.ts";
import { chunkList, type SampleEntry } from "../../protocol/leaves.ts";
import {
  type Answers,
  answers,
  anyGarbageProves,
  type Committed,
  commit,
  EPOCH,
  encode,
  manyAnswers,
  openedEntry,
  openedPart,
  openedReceipt,
  openedSample,
  openedWord,
  record,
  refutes,
  vector,
  verifiers,
} from "./answers.ts";
import { hash, loadFixture } from "./fixtures.ts";

const Rule = { Position: 0, Taken: 1, Drawn: 2, Gradient: 3, Gross: 4, GradientCount: 5 };
const SEED = hash("seed") as `0x${string}`;
/** The row whose standing shares decide. */
const UNBOUND = 2;

/** Place of the receipt that a sample names. */
const placeOf = (of: Answers, position: number) =>
  of.receipts.findIndex(({ number }) => number === of.samples[position]!.receipt);

/** What shows sample `position` by a rule; of rules about a receipt, with the one at `place`. */
function evidenceOf(of: Answers, committed: Committed, rule: number, position: number, place = placeOf(of, position)) {
  const blank = { receipts: [], firsts: [], parts: [], entries: [], words: [] };
  const base = { rule, step: committed.step, sample: openedSample(of, committed, position), ...blank };
  const receipt = (at: number) => openedReceipt(of.receipts, committed.lists.receipts, at);
  const width = of.index.length;
  if (rule === Rule.Taken || rule === Rule.Gradient) return { ...base, receipts: [receipt(place)] };
  if (rule === Rule.Drawn) return { ...base, receipts: [receipt(place)], firsts: [receipt(0)] };
  if (rule === Rule.Gross) {
    return { ...base, parts: width === 0 ? [] : [openedPart(of, committed, position * width + width - 1)] };
  }
  if (rule !== Rule.GradientCount) return base;
  const feature = openedWord(chunkList("features", of.features[0]!));
  const gradient = of.gradients[position] ?? null;
  const none = { leaf: zeroHash, opening: { count: 0, position: 0, siblings: [] } };
  const word = gradient?.length ? openedWord(chunkList("gradients", gradient)) : none;
  return { ...base, entries: [openedEntry(of, committed, 0)], words: [feature, word] };
}

async function taken() {
  const suite = await verifiers();
  const of = await answers(suite);
  const committed = commit(suite, of);
  await record(suite, of, committed);
  return { ...suite, of, committed };
}

async function drawn() {
  const suite = await verifiers();
  const of = manyAnswers(suite, SEED);
  const committed = commit(suite, of);
  await record(suite, of, committed);
  await suite.facts.setSeed(EPOCH, SEED);
  return { ...suite, of, committed };
}

type Honest = Awaited<ReturnType<typeof taken>>;

/** Whether the rule shows sample `position` to be wrong in a posting in which it is changed, and nothing else. */
function provesChange(suite: Honest, rule: number, position: number, change: Partial<SampleEntry>, place?: number) {
  const of = { ...suite.of, samples: suite.of.samples.with(position, { ...suite.of.samples[position]!, ...change }) };
  const committed = commit(suite, of);
  return refutes(suite.sampleVerifier, committed.posting, evidenceOf(of, committed, rule, position, place));
}

describe("SampleVerifier", () => {
  it("never refutes a right posting that takes all receipts", async () => {
    const { sampleVerifier, of, committed } = await loadFixture(taken);
    for (let position = 0; position < of.samples.length; position++) {
      for (const rule of Object.values(Rule)) {
        for (const place of of.receipts.keys()) {
          const evidence = evidenceOf(of, committed, rule, position, place);
          expect(await refutes(sampleVerifier, committed.posting, evidence), `${rule} of ${position}`).to.equal(false);
          expect(await sampleVerifier.proves(committed.posting, evidence)).to.equal(false);
        }
      }
    }
  });

  it("never refutes a right posting that draws receipts", async () => {
    const { sampleVerifier, of, committed } = await loadFixture(drawn);
    expect(of.samples).to.have.length(MAX_ALL);
    for (const position of [0, 1, 2, 1000, MAX_ALL - 1]) {
      const place = placeOf(of, position);
      for (const rule of Object.values(Rule)) {
        for (const at of [place, place - 1, place + 1, 0, of.receipts.length - 1]) {
          if (at < 0) continue;
          const evidence = evidenceOf(of, committed, rule, position, at);
          expect(await refutes(sampleVerifier, committed.posting, evidence), `${rule} of ${position}`).to.equal(false);
        }
      }
    }
  });

  it("refutes a sample whose number is not its position", async () => {
    const suite = await loadFixture(taken);
    for (const [position, sample] of [
      [0, 1],
      [3, 0],
      [4, 2 ** 50],
    ] as const) {
      expect(await provesChange(suite, Rule.Position, position, { sample })).to.equal(true);
    }
  });

  it("refutes a sample that is not the receipt at its position, at its charge", async () => {
    const suite = await loadFixture(taken);
    for (const position of [0, 2, 4]) {
      const { receipt, weight } = suite.of.samples[position]!;
      for (const change of [{ receipt: receipt + 1 }, { receipt: 0 }, { weight: weight + 1n }, { weight: 0n }]) {
        expect(await provesChange(suite, Rule.Taken, position, change, position)).to.equal(true);
        // where all receipts are taken nothing is drawn
        await suite.facts.setSeed(EPOCH, SEED);
        expect(await provesChange(suite, Rule.Drawn, position, change, position)).to.equal(false);
      }
      expect(await provesChange(suite, Rule.Taken, position, { weight: 1n }, (position + 1) % 5)).to.equal(false);
    }
  });

  it("refutes a sample that is not the receipt that the seed draws, at its part", async () => {
    const suite = await loadFixture(drawn);
    const changes: [position: number, change: (right: SampleEntry) => Partial<SampleEntry>][] = [
      [0, ({ receipt }) => ({ receipt: receipt + 1 })],
      [7, () => ({ receipt: 2 ** 40 })],
      [100, ({ weight }) => ({ weight: weight + 1n })],
      [MAX_ALL - 1, () => ({ weight: 0n })],
    ];
    const places = changes.map(([position]) => placeOf(suite.of, position));
    const samples = [...suite.of.samples];
    for (const [position, change] of changes)
      samples[position] = { ...samples[position]!, ...change(samples[position]!) };
    const of = { ...suite.of, samples };
    const committed = commit(suite, of);
    const show = (rule: number, position: number, place: number) =>
      refutes(suite.sampleVerifier, committed.posting, evidenceOf(of, committed, rule, position, place));
    for (const [i, [position]] of changes.entries()) {
      const place = places[i]!;
      expect(await show(Rule.Drawn, position, place)).to.equal(true);
      // receipts that the seed does not draw say nothing, and none stands where it would if all were taken
      for (const other of [place - 1, place + 1]) {
        if (of.receipts[other]) expect(await show(Rule.Drawn, position, other)).to.equal(false);
      }
      expect(await show(Rule.Taken, position, position)).to.equal(false);
    }
  });

  it("shows no draw without a seed, without charges, or from another than the first receipt", async () => {
    const suite = await loadFixture(drawn);
    const { facts, sampleVerifier, till } = suite;
    const of = { ...suite.of, samples: suite.of.samples.with(3, { ...suite.of.samples[3]!, weight: 1n }) };
    const committed = commit(suite, of);
    const evidence = evidenceOf(of, committed, Rule.Drawn, 3);
    const second = { ...evidence, firsts: [openedReceipt(of.receipts, committed.lists.receipts, 1)] };
    expect(await refutes(sampleVerifier, committed.posting, evidence)).to.equal(true);
    expect(await refutes(sampleVerifier, committed.posting, second)).to.equal(false);
    await facts.setSeed(EPOCH, zeroHash);
    expect(await refutes(sampleVerifier, committed.posting, evidence)).to.equal(false);
    await facts.setSeed(EPOCH, SEED);
    await facts.setLog(till, EPOCH, { root: committed.lists.receipts.root, count: of.receipts.length, total: 0 });
    expect(await refutes(sampleVerifier, committed.posting, evidence)).to.equal(false);
  });

  it("refutes a gradient of a receipt that is not bound, and none of one that is", async () => {
    const suite = await loadFixture(taken);
    const gradientRoot = suite.of.samples[0]!.gradientRoot;
    expect(await provesChange(suite, Rule.Gradient, UNBOUND, { gradientRoot })).to.equal(true);
    expect(await provesChange(suite, Rule.Gradient, 0, { gradientRoot: zeroHash })).to.equal(true);
    // what another receipt is says nothing
    expect(await provesChange(suite, Rule.Gradient, 0, { gradientRoot: zeroHash }, 1)).to.equal(false);
    expect(await provesChange(suite, Rule.Gradient, 1, { gradientRoot }, 1)).to.equal(false);
  });

  it("refutes a gross that is not the last running gross of the row", async () => {
    const suite = await loadFixture(taken);
    for (const position of [0, 3, 4]) {
      const { gross } = suite.of.samples[position]!;
      expect(await provesChange(suite, Rule.Gross, position, { gross: gross + 1n })).to.equal(true);
    }
    const { sampleVerifier, of } = suite;
    const wrong = { ...of, samples: of.samples.with(1, { ...of.samples[1]!, gross: 5n }) };
    const committed = commit(suite, wrong);
    for (const place of [3, 4, 8]) {
      const evidence = { ...evidenceOf(wrong, committed, Rule.Gross, 1), parts: [openedPart(wrong, committed, place)] };
      expect(await refutes(sampleVerifier, committed.posting, evidence)).to.equal(false);
    }
  });

  it("refutes a gross of standing shares that is not their unit", async () => {
    const suite = await loadFixture(taken);
    expect(await provesChange(suite, Rule.Gross, UNBOUND, { gross: 999_999_999n })).to.equal(true);
  });

  it("refutes a gross where there is no contribution", async () => {
    const suite = await loadFixture(taken);
    const gross = async (value: bigint) => {
      const of = {
        ...suite.of,
        index: [],
        parts: [],
        samples: suite.of.samples.with(0, { ...suite.of.samples[0]!, gross: value }),
      };
      const committed = commit(suite, of);
      return refutes(suite.sampleVerifier, committed.posting, evidenceOf(of, committed, Rule.Gross, 0));
    };
    expect(await gross(0n)).to.equal(false);
    expect(await gross(1n)).to.equal(true);
  });

  it("refutes a gradient that has not as many chunks as the features", async () => {
    const suite = await loadFixture(taken);
    for (const dims of [0, 10, 16 * 1020, 17 * 1020 + 1]) {
      const gradient = vector(5, dims);
      const samples = suite.of.samples.with(1, {
        ...suite.of.samples[1]!,
        gradientRoot: chunkList("gradients", gradient).root,
      });
      const of = { ...suite.of, samples, gradients: suite.of.gradients.with(1, gradient) };
      const committed = commit(suite, of);
      const evidence = evidenceOf(of, committed, Rule.GradientCount, 1);
      expect(await refutes(suite.sampleVerifier, committed.posting, evidence), `${dims}`).to.equal(true);
      for (const changes of [
        { entries: [openedEntry(of, committed, 1)] },
        { words: [evidence.words[1]!, evidence.words[0]!] },
        { words: [evidence.words[0]!, evidence.words[0]!] },
      ]) {
        const wrong = { ...evidence, ...changes };
        expect(await refutes(suite.sampleVerifier, committed.posting, wrong)).to.equal(false);
      }
    }
  });

  it("takes no step, sample or receipt that the posting does not commit", async () => {
    const suite = await loadFixture(taken);
    const { sampleVerifier, of, committed } = suite;
    const wrong = { ...of, samples: of.samples.with(1, { ...of.samples[1]!, weight: 1n }) };
    const lies = commit(suite, wrong);
    const evidence = evidenceOf(wrong, lies, Rule.Taken, 1);
    expect(await refutes(sampleVerifier, lies.posting, evidence)).to.equal(true);
    expect(await refutes(sampleVerifier, committed.posting, evidence)).to.equal(false);
    expect(await refutes(sampleVerifier, committed.posting, { ...evidence, step: committed.step })).to.equal(false);
    const receipt = { ...evidence.receipts[0]!, receipt: { ...evidence.receipts[0]!.receipt, number: 99 } };
    expect(await refutes(sampleVerifier, lies.posting, { ...evidence, receipts: [receipt] })).to.equal(false);
    for (const opening of [
      { ...evidence.sample.opening, position: 1 + 8 },
      { ...evidence.sample.opening, count: 6 },
      { ...evidence.sample.opening, siblings: evidence.sample.opening.siblings.slice(1) },
    ]) {
      const moved = { ...evidence, sample: { ...evidence.sample, opening } };
      expect(await refutes(sampleVerifier, lies.posting, moved)).to.equal(false);
    }
  });

  it("is not moved by garbage", async () => {
    const { sampleVerifier, facts, of, committed } = await loadFixture(taken);
    await facts.setSeed(EPOCH, SEED);
    const evidence = Object.values(Rule).map((rule) => encode(sampleVerifier, evidenceOf(of, committed, rule, 1)));
    const call = (bytes: string) => sampleVerifier.refutes(committed.posting, bytes);
    expect(await anyGarbageProves(call, evidence, 400)).to.equal(false);
    for (const bytes of ["0x", `0x${"ff".repeat(32)}`, `0x${"00".repeat(4096)}`]) {
      expect(await call(bytes).catch(() => false)).to.equal(false);
    }
  });
});
