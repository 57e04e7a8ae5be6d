import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parseEther } from "ethers";
import { runFactory } from "../../factory/index.ts";
import type { VersionFeatures } from "../../oracle/engine.ts";
import { writeFeatures } from "../../oracle/feature-file.ts";
import { buildFeatureSet, indexOf } from "../../oracle/features.ts";
import type { Gauge } from "../../oracle/gauge-file.ts";
import { rowsRoot } from "../../protocol/rows.ts";
import { stake } from "../../scripts/actions/stake.ts";
import { tinyBase } from "../serving/fixtures.ts";
import { cli } from "./cli.ts";
import { type Suite, startSuite } from "./suite.ts";

describe("propose", function () {
  this.timeout(120_000);
  let suite: Suite;
  let artifact: string;
  let features: VersionFeatures;
  let gauge: Gauge;
  before(async () => {
    suite = await startSuite();
    artifact = join(suite.folder, "artifact");
    const rows = Array.from({ length: 30 }, (_, i) => ({ question: `bee ${i}?`, answer: `hive ${i}.` }));
    const contribution = { id: 0, contributor: 0, root: rowsRoot(rows), rows, kept: rows.map(() => true) };
    const { adapter, manifest } = await runFactory({
      base: tinyBase(),
      snapshot: { datanet: 0, block: 1, contributions: [contribution] },
      config: { rank: 2, alpha: 4, epochs: 1, learningRate: 0.001, engine: "test" },
      out: artifact,
      threads: 1,
    });
    expect(manifest.adapter).to.equal(adapter.hash);
    const set = buildFeatureSet({
      engine: "test",
      layout: [{ name: "all", size: 4 }],
      contributions: [{ contributor: 0, contribution: 0, feature: Float32Array.of(1, 2, 3, 4) }],
      evaluation: [],
    });
    features = { ...set, nodes: [new Float32Array(set.dims)] };
    const efficiency = { total: 0.01, perAnswer: 0.02 };
    gauge = { engine: "test", indexRoot: indexOf(set).list.root, smoothness: null, efficiency, unsmooth: null };
    await writeFeatures(features, join(artifact, "features"), gauge);
  });
  after(() => suite.close());
  const propose = (...args: string[]) => cli("propose", args, { TRIBUTARY_DEPLOYMENT: suite.deploymentFile });
  const as = (role: keyof Suite["roles"]) => ["--account", suite.roles[role].address];
  const model = (...args: string[]) =>
    propose("model", artifact, "--price-in", "0.5", "--price-out", "2", ...as("developer"), ...args);
  const vote = (...args: string[]) => cli("vote", args, { TRIBUTARY_DEPLOYMENT: suite.deploymentFile });

  it("has nothing to show at first", async () => {
    expect((await propose("status")).stdout).to.match(/No version has been proposed yet/);
    expect((await propose("status", "0")).stderr).to.match(/There is no model 0: 0 have been proposed/);
  });

  it("wants stake before it takes a bond", async () => {
    const { code, stderr } = await model();
    expect(code).to.equal(1);
    expect(stderr).to.match(/Proposing takes 1000 OPEN of votes; 0x\w+ has 0 OPEN: stake first/);
    expect(await suite.connection.contracts.models.modelCount()).to.equal(0n);
  });

  it("refuses what was not gauged, is unsmooth, or is of another engine than the manifest's, and takes no bond", async () => {
    const folder = join(suite.folder, "refused");
    const refused = async (words: RegExp, ...write: [VersionFeatures, Gauge?]) => {
      await writeFeatures(write[0], folder, write[1]);
      const { code, stderr } = await model("--features", folder);
      expect(code).to.equal(1);
      expect(stderr).to.match(words);
    };
    await refused(/holds no gauge of these features/, features);
    await refused(/holds no gauge of these features/, features, { ...gauge, indexRoot: `0x${"1".repeat(64)}` });
    await refused(/is unsmooth and cannot be proposed: rough/, features, { ...gauge, unsmooth: "rough" });
    const other = { ...features, engine: "grad-dot" };
    await refused(/of the engine "grad-dot", the manifest names "test"/, other, { ...gauge, engine: "grad-dot" });
    expect(await suite.connection.contracts.models.modelCount()).to.equal(0n);
  });

  it("refuses what Adam trained, and an evaluation that is not the manifest's", async () => {
    const folder = join(suite.folder, "changed");
    cpSync(artifact, folder, { recursive: true });
    const attempt = () => propose("model", folder, "--price-in", "1", "--price-out", "1", ...as("developer"));
    const change = (file: string, from: string, to: string) => {
      const text = readFileSync(join(folder, file), "utf8");
      expect(text).to.include(from);
      writeFileSync(join(folder, file), text.replace(from, to));
    };
    change("manifest.json", '"optimiser":"sgd"', '"optimiser":"adam"');
    expect((await attempt()).stderr).to.match(/was trained by Adam: it can be explained/);
    change("evaluation.json", '"rows":', '"rows":1');
    expect((await attempt()).stderr).to.match(/evaluation\.json has the hash 0x\w+, its manifest says 0x/);
    expect(await suite.connection.contracts.models.modelCount()).to.equal(0n);
  });

  it("takes an artifact folder from proposal to live", async () => {
    const { connection, roles, wait } = suite;
    await stake(connection, roles.developer, parseEther("20000"));
    await stake(connection, roles.validator, parseEther("20000"));
    await wait(10);
    const proposed = await model("--json", "--operator", roles.operator.address, "--title", "bees");
    expect(proposed.code, proposed.stdout).to.equal(0);
    expect(proposed.json()).to.include({ model: "0" });
    expect((await propose("trained", "0", ...as("developer"))).stderr).to.match(
      /is proposed; for this it must be approved/,
    );
    await wait(61);
    await vote("cast", "0", "for", ...as("developer"));
    await wait(601);
    await vote("queue", "0");
    await wait(301);
    await vote("execute", "0");
    expect((await propose("trained", "0", ...as("stranger"))).stderr).to.match(
      /Only the version's developer can do that/,
    );
    expect((await propose("trained", "0", ...as("developer"))).stdout).to.match(/Model 0 is trained/);
    expect((await propose("evaluated", "0", artifact, ...as("stranger"))).stderr).to.match(/Only a validator/);
    const evaluated = await propose("evaluated", "0", artifact, ...as("validator"));
    expect(evaluated.stdout).to.match(/evaluated: perplexity [\d.]+\. It can go live from chain time \d+ on/);
    expect((await propose("live", "0")).stderr).to.match(/The evaluation's window is still open/);
    await wait(601);
    expect((await propose("live", "0")).stdout).to.match(/Model 0 is live/);
    expect((await propose("status")).stdout).to.match(/^0 {2}live +by 0x/);
    const status = (await propose("status", "0", "--json")).json<{ terms: Record<string, unknown> }>();
    expect(status.terms).to.include({ operator: roles.operator.address, priceIn: parseEther("0.5").toString() });
    const shown = await propose("status", "0");
    expect(shown.stdout)
      .to.match(/prices +0\.5 OPEN per 1,000 prompt tokens, 2 OPEN/)
      .and.match(/contributors 50 %/);
  });

  for (const [what, args, message] of [
    ["a split of another sum", ["--split", "1,2,3,4,5,6"], /adds up to 21 basis points/],
    ["a split of five", ["--split", "1,2,3,4,5"], /six shares/],
    ["a wrong target", ["--target", "good"], /not a perplexity/],
    ["a wrong operator", ["--operator", "bob"], /"bob" is not an address/],
    ["features that are not there", ["--features", "/nowhere"], /no features\.json/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await model(...args);
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
    });
  }

  it("refuses a folder that is no artifact, and prices that are none", async () => {
    const prices = ["--price-in", "1", "--price-out", "1"];
    expect((await propose("model", suite.folder, ...prices, ...as("developer"))).stderr).to.match(
      /manifest\.json cannot be read/,
    );
    expect((await model("--price-in", "free")).stderr).to.match(/"free" is not an amount/);
    expect((await propose("model", artifact)).stderr).to.match(/required option '--price-in/);
  });
});
