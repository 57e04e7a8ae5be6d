import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { type FactoryResult, loadArtifact, readManifest, runFactory } from "../../factory/index.ts";
import { makeBase } from "../../lm/index.ts";
import { codeOf, contribution, pairs, smallBase, withFolder } from "./fixtures.ts";

const base = smallBase();

// one artifact, copied for each test
const withArtifact = (change: (dir: string, result: FactoryResult) => Promise<void>) =>
  withFolder(async (dir) => {
    const result = await runFactory({
      base,
      snapshot: { datanet: 1, block: 7, contributions: [contribution(1, pairs(12, "a"))] },
      config: { rank: 2, alpha: 4, epochs: 1, learningRate: 0.05 },
      out: join(dir, "out"),
      threads: 1,
    });
    await change(result.dir, result);
  });

const replace = async (path: string, from: string | RegExp, to: string) => {
  const text = await readFile(path, "utf8");
  expect(text.replace(from, to)).to.not.equal(text);
  await writeFile(path, text.replace(from, to));
};

describe("loadArtifact", () => {
  it("accepts what the factory wrote, wherever it lies", () =>
    withArtifact(async (dir, { manifestHash }) => {
      const moved = `${dir}-moved`;
      await cp(dir, moved, { recursive: true });
      expect((await loadArtifact(moved, base, manifestHash)).manifestHash).to.equal(manifestHash);
    }));

  it("refuses a manifest that is not the one expected", () =>
    withArtifact(async (dir, { manifestHash }) => {
      await replace(join(dir, "manifest.json"), '"block":7', '"block":8');
      const { code, message } = await codeOf(() => loadArtifact(dir, base, manifestHash));
      expect(code).to.equal("hash-mismatch");
      expect(message).to.include("manifest.json").and.to.include(manifestHash);
    }));

  it("refuses an evaluation other than the manifest's", () =>
    withArtifact(async (dir) => {
      await replace(join(dir, "evaluation.json"), /"rows":\d+/, '"rows":9');
      const { code, message } = await codeOf(() => loadArtifact(dir, base));
      expect(code).to.equal("hash-mismatch");
      expect(message).to.include("evaluation.json");
    }));

  it("refuses an adapter other than the manifest's", () =>
    withArtifact(async (dir) => {
      const path = join(dir, "adapter", "adapter_model.safetensors");
      const bytes = await readFile(path);
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(path, bytes);
      const { code, message } = await codeOf(() => loadArtifact(dir, base));
      expect(code).to.equal("hash-mismatch");
      expect(message).to.include("adapter");
    }));

  it("refuses another base", () =>
    withArtifact(async (dir) => {
      const other = makeBase({ ...base, weights: base.weights.map((value) => value * 2) });
      expect((await codeOf(() => loadArtifact(dir, other))).code).to.equal("base-mismatch");
    }));

  it("refuses an adapter that does not fit the base, naming what does not fit", () =>
    withArtifact(async (dir) => {
      await replace(join(dir, "adapter", "adapter_config.json"), '"r": 2', '"r": 4');
      const { code, message } = await codeOf(() => loadArtifact(dir, base));
      expect(code).to.equal("adapter-mismatch");
      expect(message).to.include("lora_A");
    }));

  it("refuses a truncated adapter, and one that is not there", () =>
    withArtifact(async (dir) => {
      const path = join(dir, "adapter", "adapter_model.safetensors");
      await writeFile(path, (await readFile(path)).subarray(0, 100));
      expect((await codeOf(() => loadArtifact(dir, base))).code).to.equal("adapter-mismatch");
      await rm(path);
      expect((await codeOf(() => loadArtifact(dir, base))).code).to.equal("adapter-mismatch");
    }));
});

describe("readManifest", () => {
  for (const [name, content] of [
    ["what is not JSON", "{"],
    ["what is no object", "null"],
    ["another format", '{"format":"other"}'],
    ["JSON that is not canonical", '{ "format": "tributary-manifest-1" }'],
    ["fields that are missing", '{"format":"tributary-manifest-1"}'],
    ["invalid UTF-8", Buffer.from([0x22, 0xff, 0x22])],
  ] as const) {
    it(`refuses ${name}`, () =>
      withFolder(async (dir) => {
        await writeFile(join(dir, "manifest.json"), content);
        const { code, message } = await codeOf(() => readManifest(dir));
        expect(code).to.equal("bad-manifest");
        expect(message).to.include("manifest.json");
      }));
  }

  it("refuses a folder without one", async () => {
    expect((await codeOf(() => readManifest("/nowhere"))).code).to.equal("bad-manifest");
  });
});
