import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { VersionFeatures } from "../../oracle/engine.ts";
import { readFeatures, writeFeatures } from "../../oracle/feature-file.ts";
import { FeatureError, indexOf } from "../../oracle/features.ts";
import { readGauge } from "../../oracle/gauge-file.ts";
import { FormatError } from "../../protocol/decode.ts";
import { features, rejection, withFolder } from "./fixtures.ts";

/** Features at one node. */
function version(seed: number): VersionFeatures {
  const set = features(seed);
  return { ...set, nodes: [Float32Array.from({ length: set.dims }, (_, i) => seed + i / 8)] };
}

describe("feature files", () => {
  it("come back as they were, and leave nothing beside them", () =>
    withFolder(async (folder) => {
      const directory = join(folder, "features");
      await writeFeatures(version(1), directory);
      await writeFeatures(version(2), directory);
      expect(await readFeatures(directory)).to.deep.equal(version(2));
      expect(await readdir(folder)).to.deep.equal(["features"]);
    }));

  it("keep several nodes apart", () =>
    withFolder(async (folder) => {
      const directory = join(folder, "features");
      const nodes = [0, 1].map((node) => Float32Array.from({ length: 515 }, (_, i) => node - i / 3));
      await writeFeatures({ ...version(1), nodes }, directory);
      expect((await readFeatures(directory)).nodes).to.deep.equal(nodes);
    }));

  it("have a gauge beside them only where one was measured, and a damaged one is refused", () =>
    withFolder(async (folder) => {
      const directory = join(folder, "features");
      await writeFeatures(version(1), directory);
      expect(await readGauge(directory)).to.equal(null);
      const efficiency = { total: 0.01, perAnswer: 0.02 };
      const indexRoot = indexOf(version(1)).list.root;
      const gauge = { engine: "tangent", indexRoot, smoothness: null, efficiency, unsmooth: "rough" };
      await writeFeatures(version(1), directory, gauge);
      expect(await readGauge(directory)).to.deep.equal(gauge);
      const path = join(directory, "gauge.json");
      const whole = await readFile(path, "utf8");
      for (const damaged of [
        whole.slice(0, -9),
        whole.replace("0.01", '"0.01"'),
        whole.replace("gauge-1", "gauge-0"),
      ]) {
        await writeFile(path, damaged);
        expect(await rejection(readGauge(directory)), damaged).to.be.instanceOf(FormatError);
      }
    }));

  it("that are missing, changed or truncated are refused", () =>
    withFolder(async (folder) => {
      const directory = join(folder, "features");
      expect(await rejection(readFeatures(directory))).to.be.instanceOf(FeatureError);
      for (const name of ["features.bin", "nodes.bin"]) {
        await writeFeatures(version(1), directory);
        const path = join(directory, name);
        const bytes = await readFile(path);
        await writeFile(path, bytes.subarray(1));
        expect((await rejection(readFeatures(directory))).message).to.match(
          new RegExp(`^${name} .*truncated or changed`),
        );
        bytes[5]! ^= 1;
        await writeFile(path, bytes);
        expect((await rejection(readFeatures(directory))).message).to.match(
          new RegExp(`^${name} .*truncated or changed`),
        );
      }
    }));

  it("whose sizes do not add up are refused by place", () =>
    withFolder(async (folder) => {
      const directory = join(folder, "features");
      await writeFeatures(version(1), directory);
      const path = join(directory, "features.json");
      const text = await readFile(path, "utf8");
      for (const [from, to, place] of [
        ['"size":30', '"size":31', "tensors: 1031 elements in all, not 1030"],
        ['"standing":["500000000",', '"standing":[', "standing: 2 shares for 3"],
        ["tributary.features.v2", "tributary.features.v0", "format: not tributary.features.v2"],
        ['"nodes":{"count":1', '"nodes":{"count":3', "nodes: 1030 elements in 3 nodes of one size"],
      ] as const) {
        expect(text).to.include(from);
        await writeFile(path, text.replace(from, to));
        const error = await rejection(readFeatures(directory));
        expect(error).to.be.instanceOf(FormatError);
        expect(error.message).to.equal(place);
      }
    }));
});
