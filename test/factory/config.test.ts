import { expect } from "chai";
import { DEFAULT_CONFIG, type FactoryConfig, resolveConfig } from "../../factory/index.ts";
import { codeOf } from "./fixtures.ts";

describe("resolveConfig", () => {
  it("puts overrides in place of the defaults", () => {
    expect(resolveConfig()).to.deep.equal(DEFAULT_CONFIG);
    expect(resolveConfig({ epochs: 2 })).to.deep.equal({ ...DEFAULT_CONFIG, epochs: 2 });
  });

  it("gives targets one order, so that equal configs have equal manifests", () => {
    expect(resolveConfig({ targets: ["v_proj", "q_proj"] }).targets).to.deep.equal(["q_proj", "v_proj"]);
  });

  for (const [key, value] of [
    ["rank", 0],
    ["epochs", 1.5],
    ["batchSize", -1],
    ["sampleTokens", Number.NaN],
    ["evaluationTokens", "many"],
    ["alpha", 0],
    ["learningRate", Number.POSITIVE_INFINITY],
    ["momentum", 1],
    ["warmup", -0.1],
    ["seed", -1],
    ["seed", 2 ** 32],
    ["targets", []],
    ["targets", ["o_proj"]],
    ["targets", ["q_proj", "q_proj"]],
    ["targets", "q_proj"],
    ["optimiser", "lion"],
    ["engine", ""],
    ["engine", 3],
    ["learning_rate", 1],
  ] as [string, unknown][]) {
    it(`refuses ${key} ${JSON.stringify(value)} by its name`, async () => {
      const { code, message } = await codeOf(() => resolveConfig({ [key]: value } as Partial<FactoryConfig>));
      expect(code).to.equal("bad-config");
      expect(message).to.include(key);
    });
  }
});
