import { join } from "node:path";
import { expect } from "chai";
import type { Hex } from "viem";
import { type FactoryResult, restoreRun, runFactory } from "../../factory/index.ts";
import { Engine, trainAdapter } from "../../lm/index.ts";
import { type Row, rowsRoot } from "../../protocol/rows.ts";
import { codeOf, contribution, pairs, smallBase, withFolder } from "./fixtures.ts";

describe("restoring a run from its manifest", function () {
  this.timeout(120_000);
  const base = smallBase();
  const references = [{ question: "what is a reference?", answer: "a river" }];
  const rows = [pairs(24, "a"), pairs(20, "b", 40)];
  const byRoot = new Map<Hex, Row[]>(rows.map((each) => [rowsRoot(each), each]));
  let result: FactoryResult;
  before(() =>
    withFolder(async (dir) => {
      result = await runFactory({
        base,
        snapshot: {
          datanet: 1,
          block: 7,
          contributions: [
            contribution(
              1,
              rows[0]!,
              rows[0]!.map((_, i) => i % 7 !== 3),
            ),
            contribution(2, rows[1]!),
          ],
        },
        references,
        config: { rank: 2, alpha: 4, epochs: 2, batchSize: 8, learningRate: 0.05, sampleTokens: 1_500 },
        out: join(dir, "out"),
        threads: 1,
      });
    }),
  );

  it("gives the examples and options that train the same adapter", async () => {
    const restored = restoreRun(base, result.manifest, byRoot, references);
    expect(restored.selected).to.deep.equal(result.selected);
    expect(restored.references).to.deep.equal(result.references);
    expect(restored.training).to.deep.equal(result.training);
    const engine = await Engine.create(base, { threads: 1 });
    const examples = restored.selected.flatMap(({ trained }) => trained.examples);
    const { adapter } = await trainAdapter(engine, result.adapter.config, examples, restored.training);
    expect(adapter.params).to.deep.equal(result.adapter.params);
    await engine.close();
  });

  it("refuses another base, other references, missing rows and a manifest that names other rows", async () => {
    const { manifest } = result;
    const code = async (action: () => unknown) => (await codeOf(action)).code;
    const other = { ...manifest, base: `0x${"11".repeat(32)}` as const };
    expect(await code(() => restoreRun(base, other, byRoot, references))).to.equal("base-mismatch");
    expect(await code(() => restoreRun(base, manifest, byRoot))).to.equal("root-mismatch");
    expect(await code(() => restoreRun(base, manifest, new Map(), references))).to.equal("rows-missing");
    const [first, ...rest] = manifest.contributions;
    const swapped = { ...manifest, contributions: [{ ...first!, trained: [...first!.trained].reverse() }, ...rest] };
    expect(await code(() => restoreRun(base, swapped, byRoot, references))).to.equal("bad-manifest");
    const undropped = { ...manifest, contributions: [{ ...first!, dropped: [] }, ...rest] };
    expect(await code(() => restoreRun(base, undropped, byRoot, references))).to.equal("bad-manifest");
  });
});
