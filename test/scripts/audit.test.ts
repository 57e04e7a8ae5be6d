import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadDataset, loadReferences, runFactory } from "../../factory/index.ts";
import { loadBase } from "../../lm/index.ts";
import type { Audit } from "../../oracle/audit/audit.ts";
import { readFeatures } from "../../oracle/feature-file.ts";
import { indexOf } from "../../oracle/features.ts";
import { type Gauge, readGauge } from "../../oracle/gauge-file.ts";
import { cli } from "./cli.ts";

const root = join(import.meta.dirname, "../..");

describe("npm run audit, npm run features and npm run reproduce", function () {
  this.timeout(300_000);
  let folder: string;
  let data: string;
  let model: string;

  /** Two contributions of six rows, trained for two steps on the base that ships. */
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tributary-audit-"));
    data = join(folder, "data");
    model = join(folder, "model");
    mkdirSync(data);
    for (const topic of ["hives", "queens"]) {
      const rows = readFileSync(join(root, `data/builtin/${topic}.jsonl`), "utf8").split("\n");
      writeFileSync(join(data, `${topic}.jsonl`), rows.slice(0, 6).join("\n"));
    }
    const asked = JSON.parse(readFileSync(join(root, "data/builtin/questions.json"), "utf8")) as object[];
    writeFileSync(join(data, "questions.json"), JSON.stringify(asked.slice(0, 2)));
    const files = await loadDataset(data);
    await runFactory({
      base: await loadBase(join(root, "models/base")),
      snapshot: {
        datanet: 0,
        block: 1,
        contributions: files.map(({ root: committed, rows }, id) => {
          return { id, contributor: id, root: committed, rows, kept: rows.map(() => true) };
        }),
      },
      references: await loadReferences(join(data, "questions.json")),
      config: { epochs: 2, batchSize: 16, rank: 2, alpha: 4, learningRate: 0.1, engine: "tangent" },
      out: model,
      threads: 1,
    });
  });
  after(() => rmSync(folder, { recursive: true }));

  const audit = (...args: string[]) =>
    cli("audit", ["--model", model, "--data", data, "--cache", join(folder, "cache"), "--retrain", "2", ...args]);

  it("holds engines against retraining, and leaves report and plot beside the model", async () => {
    const { code, stdout } = await audit("--engines", "tangent,grad-dot", "--json");
    expect(code).to.equal(0);
    const report = JSON.parse(stdout) as Audit & { names: Record<string, string> };
    expect(report.names).to.deep.equal({ 0: "hives", 1: "queens" });
    expect(report.contributions).to.deep.equal([0, 1]);
    expect(report.answers).to.equal(2);
    const [tangent, gradDot] = report.engines;
    expect([tangent!.engine, gradDot!.engine]).to.deep.equal(["tangent", "grad-dot"]);
    expect(tangent!.shapley).to.be.above(0.99);
    expect(tangent!.efficiency.perAnswer).to.be.below(0.05);
    const { names: _, files, ...kept } = report as typeof report & { files: string[] };
    expect(JSON.parse(readFileSync(join(model, "audit.json"), "utf8"))).to.deep.equal(kept);
    expect(files).to.deep.equal(["audit.json", "audit.svg"]);
    const svg = readFileSync(join(model, "audit.svg"), "utf8");
    expect(svg.match(/<circle/g)).to.have.length(2 * 2 * 2); // engines, answers, contributions
  });

  it("prints tables, and can leave the subsets out", async () => {
    const { code, stdout } = await audit("--engines", "trajectory", "--no-subsets");
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/trajectory/)
      .and.match(/0 hives/)
      .and.match(/Smoothness/)
      .and.match(/audit\.svg/);
  });

  it("names an engine that is not there, a model that is none, and data that lacks rows", async () => {
    expect((await audit("--engines", "guess")).stderr).to.match(/There is no engine "guess": tangent, trajectory/);
    expect((await cli("audit", ["--model", folder])).stderr).to.match(/Error: .*manifest\.json cannot be read/);
    const { code, stderr } = await cli("audit", ["--model", model, "--references", join(data, "questions.json")]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/Error: the rows of contribution 0 .* are not in the data/);
  });

  it("gauges the model, and keeps its features with what was measured", async () => {
    const { code, stdout } = await cli("features", [model, "--data", data, "--json"]);
    expect(code, stdout).to.equal(0);
    const gauge = JSON.parse(stdout) as Gauge;
    expect(gauge).to.include({ engine: "tangent", unsmooth: null });
    expect(gauge.smoothness).to.be.above(0.95);
    expect(gauge.efficiency.total).to.be.below(0.05);
    const features = await readFeatures(join(model, "features"));
    expect(indexOf(features).list.root).to.equal(gauge.indexRoot);
    expect(gauge).to.deep.include(await readGauge(join(model, "features")));
  });

  it("computes no features of what Adam trained, or of an engine that is not there, and leaves nothing", async () => {
    rmSync(join(model, "features"), { recursive: true, force: true });
    const path = join(model, "manifest.json");
    const honest = readFileSync(path, "utf8");
    const errorOf = async (from: string, to: string) => {
      expect(honest).to.include(from);
      writeFileSync(path, honest.replace(from, to));
      const { code, stderr } = await cli("features", [model, "--data", data]);
      writeFileSync(path, honest);
      expect(code).to.equal(1);
      return stderr;
    };
    expect(await errorOf('"optimiser":"sgd"', '"optimiser":"adam"')).to.match(/cannot attribute what Adam trained/);
    expect(await errorOf('"engine":"tangent"', '"engine":"guess"')).to.match(/no engine "guess": there are tangent/);
    expect(await errorOf('"learningRate":0.1', '"learningRate":0.2')).to.match(/leads to another adapter/);
    expect(existsSync(join(model, "features"))).to.equal(false);
  });

  it("reproduces the model to the bit, and says where another one differs first", async () => {
    const equal = await cli("reproduce", [model, "--data", data, "--json"]);
    expect(equal.code).to.equal(0);
    expect(equal.json()).to.include({ equal: true, difference: null });
    const path = join(model, "manifest.json");
    const honest = readFileSync(path, "utf8");
    writeFileSync(path, honest.replace('"learningRate":0.1', '"learningRate":0.2'));
    const other = await cli("reproduce", [model, "--data", data]);
    writeFileSync(path, honest);
    expect(other.code).to.equal(1);
    expect(other.stdout).to.match(/DIFFERS, first at adapter: \S*lora_\w\.weight\[\d+\]/);
  });
});
