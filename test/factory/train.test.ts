import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import {
  type Contribution,
  type FactoryOptions,
  type FactoryResult,
  loadArtifact,
  runFactory,
} from "../../factory/index.ts";
import { Engine, trainAdapter } from "../../lm/index.ts";
import { keccakHex } from "../../protocol/hash.ts";
import { codeOf, contribution, pairs, smallBase, trainedBase, withFolder } from "./fixtures.ts";

const base = smallBase();
const QUICK = { rank: 2, alpha: 4, epochs: 2, batchSize: 8, learningRate: 0.05 };
const REFERENCES = [{ question: "what is a reference?", answer: "a river" }];

const experts = () => [contribution(1, pairs(24, "a")), contribution(2, pairs(20, "b", 40))];

const run = (dir: string, contributions: Contribution[] = experts(), rest: Partial<FactoryOptions> = {}) =>
  runFactory({
    base,
    snapshot: { datanet: 1, block: 7, contributions },
    references: REFERENCES,
    config: QUICK,
    out: join(dir, "out"),
    threads: 2,
    ...rest,
  });

describe("runFactory", () => {
  it("writes adapter, evaluation and manifest, and returns what it wrote", () =>
    withFolder(async (dir) => {
      const { manifest, manifestHash, evaluation, adapter, selected, losses } = await run(dir);
      expect(await readdir(dir)).to.deep.equal(["out"]);
      expect((await readdir(join(dir, "out"))).sort()).to.deep.equal(["adapter", "evaluation.json", "manifest.json"]);
      expect(keccakHex(await readFile(join(dir, "out", "manifest.json")))).to.equal(manifestHash);
      expect(keccakHex(await readFile(join(dir, "out", "evaluation.json")))).to.equal(manifest.evaluation);
      expect(manifest.base).to.equal(base.hash);
      expect(manifest.adapter).to.equal(adapter.hash);
      expect(manifest.contributions.map(({ trained }) => trained)).to.deep.equal(
        selected.map(({ trained }) => trained.rows),
      );
      expect(manifest.training.steps).to.equal(losses.length);
      expect(manifest.references.rows).to.equal(1);
      expect(evaluation.references!.rows).to.equal(1);
      const loaded = await loadArtifact(join(dir, "out"), base, manifestHash);
      expect(loaded.manifest).to.deep.equal(manifest);
      expect(loaded.evaluation).to.deep.equal(evaluation);
      expect(loaded.adapter.params).to.deep.equal(adapter.params);
    }));

  it("tells how it trained, so that the adapter can be trained again", () =>
    withFolder(async (dir) => {
      const { adapter, selected, training } = await run(dir);
      const engine = await Engine.create(base, { threads: 1 });
      const examples = selected.flatMap(({ trained }) => trained.examples);
      const again = await trainAdapter(engine, adapter.config, examples, training);
      expect(again.adapter.params).to.deep.equal(adapter.params);
      await engine.close();
    }));

  it("learns: held-out rows become likelier", () =>
    withFolder(async (dir) => {
      const { evaluation, losses } = await run(dir, undefined, { config: { ...QUICK, epochs: 20, learningRate: 0.5 } });
      expect(evaluation.all.logProb.tuned).to.be.above(evaluation.all.logProb.base);
      expect(losses.at(-1)).to.be.below(losses[0]!);
    }));

  it("gives the same bits again, and whatever the number of threads", () =>
    withFolder(async (dir) => {
      const first = await run(dir);
      const again = await run(dir, undefined, { out: join(dir, "again") });
      const single = await run(dir, undefined, { out: join(dir, "single"), threads: 1 });
      for (const other of [again, single]) {
        expect(other.adapter.hash).to.equal(first.adapter.hash);
        expect(other.manifestHash).to.equal(first.manifestHash);
      }
    }));

  it("gives other bits for another seed", () =>
    withFolder(async (dir) => {
      const first = await run(dir);
      const other = await run(dir, undefined, { out: join(dir, "other"), config: { ...QUICK, seed: 2 } });
      expect(other.adapter.hash).to.not.equal(first.adapter.hash);
    }));

  it("trains the same adapter whether dropped rows are there or not", () =>
    withFolder(async (dir) => {
      const [a, b] = experts() as [Contribution, Contribution];
      const copies = [...b.rows, ...a.rows.slice(0, 9)];
      const kept = copies.map((_, i) => i < b.rows.length);
      const copyOnly = contribution(
        3,
        [...a.rows],
        a.rows.map(() => false),
      );
      const without = await run(dir, [a, b]);
      const padded = await run(dir, [a, contribution(2, copies, kept), copyOnly], { out: join(dir, "padded") });
      expect(padded.adapter.hash).to.equal(without.adapter.hash);
      expect(padded.manifestHash).to.not.equal(without.manifestHash);
      const [, second, third] = padded.manifest.contributions;
      expect(second!.dropped).to.deep.equal(Array.from({ length: 9 }, (_, i) => b.rows.length + i));
      expect(third).to.deep.include({ trained: [], heldOut: [], tokens: 0 });
      expect(padded.evaluation.contributions[2]!.milliPerplexity).to.equal(null);
    }));

  it("reports each step with its loss, then the evaluation", () =>
    withFolder(async (dir) => {
      const seen: string[] = [];
      const { losses } = await run(dir, undefined, {
        onProgress: ({ stage, done, total, loss }) => {
          if (seen.at(-1) !== stage) seen.push(stage);
          if (stage === "train") expect(loss).to.be.a("number");
          expect(done).to.be.within(1, total);
        },
      });
      expect(seen).to.deep.equal(["train", "evaluate"]);
      expect(losses.every(Number.isFinite)).to.equal(true);
    }));

  const leavesNothing = async (dir: string, action: () => Promise<FactoryResult>) => {
    const error = await codeOf(action);
    expect(await readdir(dir)).to.deep.equal([]);
    return error;
  };

  it("names a loss that is no number any more, and writes nothing", () =>
    withFolder(async (dir) => {
      const config = { ...QUICK, learningRate: 1e300 };
      expect((await leavesNothing(dir, () => run(dir, undefined, { config }))).code).to.equal("diverged");
    }));

  it("names a run that blew up but ended in numbers, and writes nothing", () =>
    withFolder(async (dir) => {
      const rest = { base: await trainedBase(), config: { ...QUICK, learningRate: 1e6 } };
      const error = await leavesNothing(dir, () => run(dir, undefined, rest));
      expect(error.code).to.equal("diverged");
      expect(error.message).to.match(/[1-9]\d*\.\d\d nats more/);
    }));

  it("refuses data without any row to train on, and writes nothing", () =>
    withFolder(async (dir) => {
      expect((await leavesNothing(dir, () => run(dir, []))).code).to.equal("no-contributions");
      const dropped = pairs(3, "a");
      const contributions = [
        contribution(
          1,
          dropped,
          dropped.map(() => false),
        ),
      ];
      expect((await leavesNothing(dir, () => run(dir, contributions))).code).to.equal("all-rows-dropped");
    }));

  it("writes nothing when it is cancelled while training or evaluating", () =>
    withFolder(async (dir) => {
      for (const stage of ["train", "evaluate"]) {
        const stop = new AbortController();
        let thrown: unknown;
        await run(dir, undefined, {
          signal: stop.signal,
          onProgress: (progress) => progress.stage === stage && stop.abort(new Error("enough")),
        }).catch((error: unknown) => (thrown = error));
        expect(thrown).to.have.property("message", "enough");
        expect(await readdir(dir)).to.deep.equal([]);
      }
    }));

  it("refuses a folder that holds files, before any work, and leaves it as it is", () =>
    withFolder(async (dir) => {
      await writeFile(join(dir, "mine.txt"), "precious");
      expect((await codeOf(() => run(dir, undefined, { out: dir }))).code).to.equal("output-exists");
      expect((await codeOf(() => run(dir, undefined, { out: join(dir, "mine.txt") }))).code).to.equal("output-exists");
      expect(await readdir(dir)).to.deep.equal(["mine.txt"]);
    }));
});
