import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import {
  type Artifact,
  type Contribution,
  inputsOf,
  loadArtifact,
  reproduce,
  runFactory,
} from "../../factory/index.ts";
import { hashedJson } from "../../factory/manifest.ts";
import { codeOf, contribution, pairs, smallBase, withFolder } from "./fixtures.ts";

const base = smallBase();
const REFERENCES = [{ question: "what is a reference?", answer: "a river" }];
const CONTRIBUTIONS: Contribution[] = [contribution(1, pairs(12, "a")), contribution(2, pairs(8, "b"))];
CONTRIBUTIONS[1]!.kept = CONTRIBUTIONS[1]!.kept.map((_, row) => row !== 3); // a dropped copy
const rows = new Map(CONTRIBUTIONS.map((made) => [made.root, made.rows]));

const train = (dir: string): Promise<Artifact> =>
  runFactory({
    base,
    snapshot: { datanet: 1, block: 7, contributions: CONTRIBUTIONS },
    references: REFERENCES,
    config: { rank: 2, alpha: 4, epochs: 1, batchSize: 8, learningRate: 0.05 },
    out: join(dir, "out"),
    threads: 2,
  });

const again = (artifact: Artifact) =>
  reproduce(base, artifact, inputsOf(artifact.manifest, rows, REFERENCES), { threads: 1 });

/** The artifact with some of its manifest changed, as whoever publishes it could do. */
async function altered(dir: string, change: (manifest: Artifact["manifest"]) => void): Promise<Artifact> {
  const { manifest } = await train(dir);
  change(manifest);
  await writeFile(join(dir, "out", "manifest.json"), hashedJson(manifest).bytes);
  return loadArtifact(join(dir, "out"), base);
}

describe("reproduce", () => {
  it("finds an honest artifact equal to the bit", () =>
    withFolder(async (dir) => expect(await again(await train(dir))).to.equal(null)));

  it("names the parameter of an adapter that was not trained so", () =>
    withFolder(async (dir) => {
      const artifact = await train(dir);
      artifact.adapter.params[70]! += 1;
      const difference = (await again(artifact))!;
      expect(difference.where).to.match(/^adapter: .*lora_\w\.weight\[\d+\]$/);
      expect(difference.expected).to.equal(Math.fround((difference.found as number) + 1));
    }));

  it("names rows that the rule would not have taken", () =>
    withFolder(async (dir) => {
      const artifact = await altered(dir, ({ contributions }) => contributions[0]!.trained.reverse());
      expect((await again(artifact))!.where).to.match(/^contributions\.0\.trained\.0$/);
    }));

  it("names other kernels", () =>
    withFolder(async (dir) => {
      const artifact = await altered(dir, ({ software }) => (software.kernels = `0x${"ab".repeat(32)}`));
      expect((await again(artifact))!.where).to.equal("software.kernels");
    }));

  it("names an evaluation that was not measured", () =>
    withFolder(async (dir) => {
      const artifact = await train(dir);
      artifact.evaluation.all.milliPerplexity!.tuned -= 1;
      expect((await again(artifact))!.where).to.equal("evaluation.all.milliPerplexity.tuned");
    }));

  it("refuses data without the rows of a contribution, and other references", () =>
    withFolder(async (dir) => {
      const { manifest } = await train(dir);
      const missing = await codeOf(() => inputsOf(manifest, new Map(), REFERENCES));
      expect(missing.code).to.equal("rows-missing");
      expect((await codeOf(() => inputsOf(manifest, rows, []))).code).to.equal("root-mismatch");
    }));
});
