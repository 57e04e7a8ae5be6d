import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { request as ask, createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { BUNDLE_FILES, bundleHashOf } from "../../../oracle/bundle.ts";
import { openChain } from "../../../oracle/chain.ts";
import { judgeApart } from "../../../oracle/watch/apart.ts";
import { Metrics, serveMetrics } from "../../../oracle/watch/metrics.ts";
import { isNodeTrouble } from "../../../oracle/watch/node-trouble.ts";
import { runWatcher } from "../../../oracle/watch/run.ts";
import type { Watcher } from "../../../oracle/watch/watcher.ts";
import { writeDeployment } from "../../../protocol/deployment.ts";
import { watchLine } from "../../../scripts/lib/watch-line.ts";
import { cli } from "../../scripts/cli.ts";
import { rejection } from "../fixtures.ts";
import { holder } from "../world.ts";
import { inflated, Line } from "./line.ts";

/** The node as seen through a door that can be shut. */
async function behindDoor(node: string, port = 0): Promise<Server> {
  const server = createServer((request, response) => {
    const { method, headers } = request;
    const through = ask(node, { method: method!, headers }, (answer) => answer.pipe(response));
    through.on("error", () => response.destroy());
    request.pipe(through);
  }).listen(port, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return server;
}
const portOf = (server: Server) => (server.address() as AddressInfo).port;
async function shut(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function until(what: () => boolean): Promise<void> {
  for (const start = performance.now(); !what() && performance.now() - start < 60_000; )
    await new Promise((resolve) => setTimeout(resolve, 20));
}

// one story, told step by step: each test goes on where the one before ended
describe("a watcher", function () {
  this.timeout(120_000);
  this.bail(true);
  let line: Line;
  let watcher: Watcher;
  let snapshot: string;
  let honest: Line["head"];

  before(async () => {
    line = await Line.start();
    watcher = line.watcher();
  });
  after(() => line?.stop());

  it("finds nothing before there is a posting", async () => {
    expect(await line.poll(watcher)).to.deep.equal([]);
    expect(watcher.open).to.deep.equal([]);
  });

  it("judges an honest posting right, in one line", async () => {
    const bundle = await line.epoch(true);
    const { id } = await line.post(bundle);
    const [report, ...more] = await line.poll(watcher);
    expect(more).to.deep.equal([]);
    expect(report).to.deep.include({
      id,
      verdict: "right",
      fromEpoch: bundle.posting.fromEpoch,
      toEpoch: bundle.posting.toEpoch,
      checked: { steps: 1, receipts: 2, scores: 4, payouts: 2 },
      reason: null,
      sent: null,
    });
    expect(watchLine(report!)).to.match(
      /^epochs? \d+(–\d+)? by 0xf39F…2266: right; 1 Till, 2 receipts and their signatures, 4 scores, 2 payouts; \d+ ms$/,
    );
    expect(await line.poll(watcher)).to.deep.equal([]);
  });

  it("keeps its place when it is started again", async () => {
    watcher = line.watcher();
    expect(await line.poll(watcher)).to.deep.equal([]);
  });

  it("finds a posting that inflates a payout, naming the first mismatch", async () => {
    snapshot = await line.world.chain.rpc<string>("evm_snapshot");
    honest = line.head;
    const bundle = await line.epoch(true);
    const { id } = await line.post(inflated(bundle));
    const [report, ...more] = await line.poll(watcher);
    expect(more).to.deep.equal([]);
    const { till, epoch, rootAfter } = bundle.steps[0]!.entry;
    expect(report).to.deep.include({ id, verdict: "wrong", sent: null });
    expect(report!.mismatch).to.deep.equal({
      list: `step of ${till} in epoch ${epoch}`,
      position: "rootAfter",
      expected: rootAfter,
      found: line.head!.posting.payoutRoot,
    });
    expect(watchLine(report!)).to.include(`: WRONG; step of ${till} in epoch ${epoch}, rootAfter: expected 0x`);
    expect(watcher.open.map((open) => open.id)).to.deep.equal([id]);
    expect(await line.poll(watcher)).to.deep.equal([]);
  });

  it("finds a bundle that speaks of other contracts", async () => {
    const bundle = await line.epoch(false);
    const { models, datanets } = bundle.addresses;
    await line.post({ ...bundle, addresses: { ...bundle.addresses, models: datanets } });
    const [report] = await line.poll(watcher);
    expect(report!.verdict).to.equal("wrong");
    expect(report!.mismatch).to.deep.equal({
      list: "addresses",
      position: "models",
      expected: models,
      found: datanets,
    });
  });

  it("follows the chain back, and judges what takes the place", async () => {
    await line.world.chain.rpc("evm_revert", [snapshot]);
    line.head = honest;
    expect(await line.poll(watcher)).to.deep.equal([]);
    expect(line.backs).to.have.length(1);
    expect(watcher.open).to.deep.equal([]);
    const { id } = await line.post(await line.epoch(false));
    const [report] = await line.poll(watcher);
    expect(report).to.deep.include({ id, verdict: "right" });
  });

  it("judges a posting again that another block of the same height holds", async () => {
    const bundle = await line.epoch(false);
    const snapshot = await line.world.chain.rpc("evm_snapshot");
    await line.post(bundle);
    expect(await line.poll(watcher)).to.have.length(1);
    const height = await line.world.client.getBlockNumber();
    await line.world.chain.rpc("evm_revert", [snapshot]);
    // in the other branch time passes otherwise, so the posting has another window and another id
    await line.world.warp(1_000n);
    const { id } = await line.post(bundle);
    while ((await line.world.client.getBlockNumber()) < height) await line.world.warp(1n);
    const [report, ...more] = await line.poll(watcher);
    expect(report).to.deep.include({ id, verdict: "right" });
    expect(more).to.deep.equal([]);
    expect(line.backs).to.have.length(2);
  });

  it("says once that a bundle is withheld, and judges it once it is there", async () => {
    const bundle = await line.epoch(true);
    const { hash, id } = await line.post(bundle);
    const [path, hidden] = [join(line.published, hash), join(line.folder, "hidden")];
    await rename(path, hidden);
    const [report] = await line.poll(watcher);
    expect(report).to.deep.include({ id, verdict: "withheld", reason: `there is no ${path}`, checked: null });
    expect(watchLine(report!)).to.include(": WITHHELD; there is no ");
    expect(await line.poll(watcher)).to.deep.equal([]);
    await rename(hidden, path);
    const [later] = await line.poll(watcher);
    expect(later).to.deep.include({ id, verdict: "right" });
    expect(watcher.open).to.deep.equal([]);
  });

  it("takes a bundle from a mirror where the poster's own place has none", async () => {
    const bundle = await line.epoch(false);
    const { hash } = await line.post(bundle);
    const mirror = join(line.folder, "mirror");
    await rename(line.published, mirror);
    const mirrored = line.watcher({ mirrors: [`${mirror}/`] });
    const [report] = await line.poll(mirrored);
    expect(report).to.include({ verdict: "right", directory: join(line.folder, "cache", hash) });
    await rename(mirror, line.published);
    watcher = line.watcher();
  });

  it("waits while the node is away, says so once, and goes on where it stood", async () => {
    let door = await behindDoor(line.world.chain.url);
    const port = portOf(door);
    const told: string[] = [];
    const abort = new AbortController();
    const metrics = new Metrics();
    const reports: string[] = [];
    const client = await openChain(`http://127.0.0.1:${port}`, line.world.deployment);
    const running = runWatcher(line.watcher({ client, metrics, onReport: ({ id }) => reports.push(id) }), {
      metrics,
      interval: 0.05,
      signal: abort.signal,
      onTrouble: () => told.push("away"),
      onRecovery: () => told.push("back"),
    });
    await shut(door);
    await until(() => metrics.value("node_failures_total") > 1);
    const { id } = await line.post(await line.epoch(false));
    door = await behindDoor(line.world.chain.url, port);
    await until(() => reports.length > 0);
    abort.abort();
    await running;
    await shut(door);
    expect(told).to.deep.equal(["away", "back"]);
    expect(reports).to.deep.equal([id]);
  });

  it("outlives a bundle that takes more memory than there is", async () => {
    const json = Buffer.from(`[${"[],".repeat(7_000_000)}[]]`);
    const files = BUNDLE_FILES.map((name, i) => ({ name, bytes: i === 0 ? json : Buffer.alloc(0) }));
    const bundleHash = bundleHashOf(files);
    const bomb = join(line.folder, "bomb");
    await mkdir(bomb);
    for (const { name, bytes } of files) await writeFile(join(bomb, name), bytes);
    const posting = { ...line.head!.posting, fromEpoch: 1n, toEpoch: 1n, bundleHash };
    const found = { id: bundleHash, entry: { posting, poster: holder.address, activatesAt: 0n }, uri: bomb, block: 1 };
    const { deployment, client, chain } = line.world;
    const fetch = { cache: join(line.folder, "cache"), folders: [line.folder] };
    const bounds = { rpcUrl: chain.url, megabytes: 100, seconds: 80 };
    const judgement = await judgeApart(found, { deployment, client, fetch }, bounds);
    const reason = "reading its bundle takes more than 100 MB of memory";
    expect(judgement).to.include({ id: bundleHash, verdict: "withheld", reason });
    const slow = await judgeApart(found, { deployment, client, fetch }, { ...bounds, seconds: 0.01 });
    expect(slow).to.include({ verdict: "withheld", reason: "reading its bundle takes longer than 0.01 s" });
    const away = judgeApart(found, { deployment, client, fetch }, { ...bounds, rpcUrl: "http://127.0.0.1:1" });
    expect(isNodeTrouble(await rejection(away))).to.equal(true);
  });

  it("reads only blocks that are old enough", async () => {
    const { id } = await line.post(await line.epoch(false));
    const cautious = line.watcher({ confirmations: 3 });
    expect(await line.poll(cautious)).to.deep.equal([]);
    await line.world.chain.rpc("anvil_mine", ["0x3"]);
    expect((await line.poll(cautious)).map((report) => report.id)).to.deep.equal([id]);
  });

  it("serves what it counted to Prometheus", async () => {
    const served = await serveMetrics(line.metrics, 0);
    try {
      const response = await fetch(served.url);
      expect(response.headers.get("content-type")).to.equal("text/plain; version=0.0.4; charset=utf-8");
      const text = await response.text();
      expect(text).to.match(/^# TYPE tributary_watch_postings_checked_total counter$/m);
      expect(text).to.match(/^tributary_watch_postings_wrong_total 2$/m);
      expect(text).to.match(/^tributary_watch_postings_withheld_total 1$/m);
      expect(text).to.match(/^tributary_watch_lag_blocks 3$/m);
      expect(text).to.match(/^tributary_watch_last_check_seconds \d/m);
      expect((await fetch(served.url.replace("metrics", "other"))).status).to.equal(404);
    } finally {
      await served.close();
    }
  });

  it("says on the command line what is right, and exits 1 where something is not", async () => {
    const path = join(line.folder, "deployment.json");
    writeDeployment({ ...line.world.deployment, rpcUrl: line.world.chain.url }, path);
    const state = join(line.folder, "cli.json");
    const run = (...more: string[]) => cli("watch", ["--deployment", path, "--state", state, "--once", ...more]);
    const right = await run();
    expect(right).to.include({ code: 0, stderr: "" });
    expect(right.stdout.trim().split("\n")).to.have.length(7);
    expect(await run()).to.include({ code: 0, stdout: "" });
    const { hash } = await line.post(inflated(await line.epoch(true)));
    const wrong = await run("--json");
    expect(wrong.code).to.equal(1);
    expect(wrong.json()).to.include({ verdict: "wrong", directory: join(line.folder, "watch", "bundles", hash) });
    // it is wrong still
    expect(await run()).to.include({ code: 1 });
    await rm(state);
    const from = await run("--from", String(await line.world.client.getBlockNumber()), "--max-seconds", "5");
    expect(from.stdout.trim().split("\n")).to.have.length(1);
  });

  it("refuses the state of another deployment, and a file that is none", async () => {
    const path = join(line.folder, "cli.json");
    const { addresses } = line.world.deployment;
    const other = { ...line.world.deployment, addresses: { ...addresses, attribution: addresses.rewards } };
    await line.poll(line.watcher({ statePath: path }));
    const refusal = async (changes: object) => {
      const error = await line
        .watcher({ statePath: path, ...changes })
        .poll()
        .catch((reason) => reason);
      return (error as Error).message;
    };
    expect(await refusal({ deployment: other })).to.include("is of the deployment");
    expect(await readFile(path, "utf8")).to.include(addresses.attribution);
    expect(await refusal({ statePath: join(line.published, "index.json") })).to.include("is no state of a watcher");
  });
});
