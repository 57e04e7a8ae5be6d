import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { ExplainedAnswer } from "../../scripts/actions/explain.ts";
import type { Figures } from "../../scripts/demo/figures.ts";
import { cli } from "../scripts/cli.ts";

const root = join(import.meta.dirname, "../..");
const medquad = join(root, "../shared/data/medquad");

/** Runs `npm start`'s program in a folder of its own; resolves with all it printed. */
function demo(home: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(root, "scripts/demo/main.ts"), ...args], {
    cwd: root,
    env: { ...process.env, TRIBUTARY_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (output += data));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

async function run(home: string, args: string[] = []): Promise<Figures> {
  const file = join(home, "figures.json");
  const { code, output } = await demo(home, ["--once", "--json", file, ...args]);
  expect(code, output).to.equal(0);
  return JSON.parse(readFileSync(file, "utf8"));
}

const sum = (values: string[]) => values.reduce((total, value) => total + BigInt(value), 0n);

function expectConserved({ contributions, epoch, split, supplyOk }: Figures): void {
  expect(supplyOk).to.equal(true);
  const paid = sum(contributions.map((c) => c.payout));
  expect(paid > 0n).to.equal(true);
  expect(paid + BigInt(epoch.unattributed)).to.equal(BigInt(epoch.pool));
  expect(sum(contributions.map((c) => c.claimed))).to.equal(paid);
  expect(sum(split.map((part) => part.amount))).to.equal(BigInt(epoch.income));
}

describe("npm start", function () {
  this.timeout(1_200_000);
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), "tributary-"))));
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it("runs the whole loop, conserves every wei, pays copies and random words nothing, and repeats to the bit", async () => {
    const first = await run(home);
    expectConserved(first);
    expect(first.engine).to.equal("trajectory");
    expect(first.efficiency).to.be.above(0);
    expect(first.contributions.length).to.equal(8);
    expect(first.answers.length).to.be.at.least(4);
    const replica = first.contributions.find((c) => c.contributor === "replica")!;
    expect(replica).to.include({ trainedRows: 0, part: "0", payout: "0", claimed: "0" });
    expect(replica.rows).to.equal(40);
    const { honest, reward, bond, gas } = first.refutation;
    expect(honest).to.equal(true);
    expect(BigInt(reward)).to.equal(BigInt(bond) / 2n);
    expect(gas).to.be.lessThan(300_000);
    // what knows about bees earns, and random words do not
    for (const { contributor, payout } of first.contributions) {
      expect(BigInt(payout) > 0n, contributor).to.equal(!["replica", "words"].includes(contributor));
    }

    // the newest answer explained names whom its receipt pays most
    const { receipt, topContributor } = first.answers.at(-1)!;
    const explained = await cli("explain", [String(receipt), "--top", "9", "--json"], { TRIBUTARY_HOME: home });
    const { contributions } = explained.json<ExplainedAnswer>();
    const best = contributions.reduce((most, each) => (each.part > most.part ? each : most));
    expect(best.name).to.equal(topContributor);
    expect(best.rows[0]!.text).to.be.a("string").and.not.equal("");

    const again = await run(home);
    expect(again).to.deep.equal(first);
  });

  it("names file and line of a malformed row and registers nothing", async () => {
    const data = join(home, "data");
    mkdirSync(data);
    writeFileSync(join(data, "good.jsonl"), '{"question":"What is it?","answer":"It is good."}\n');
    writeFileSync(join(data, "bad.jsonl"), '{"question":"What is it?","answer":"Bad."}\n{"question":"and?"\n');
    const file = join(home, "figures.json");
    const { code, output } = await demo(home, ["--once", "--json", file, "--data", data]);
    expect(code).to.equal(1);
    expect(output).to.match(/bad\.jsonl:2/);
    expect(output).to.not.match(/Starting the chain/);
    expect(existsSync(file)).to.equal(false);
  });

  it("leaves no process behind when killed, and starts again", async () => {
    const child = spawn("npm", ["start", "--", "--once"], {
      cwd: root,
      env: { ...process.env, TRIBUTARY_HOME: home },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const closed = new Promise((resolve) => child.on("close", resolve));
    const url = await new Promise<string>((resolve, reject) => {
      let output = "";
      child.stderr.on("data", (data) => {
        output += data;
        const [, found] = output.match(/chain (?:at )?(http:\/\/127\.0\.0\.1:\d+)/) ?? [];
        if (found) resolve(found);
      });
      child.on("exit", () => reject(new Error(output)));
    });
    await fetch(url, { method: "POST", body: "{}" });
    child.kill("SIGKILL");
    // The pipe of standard error closes only when every process that inherited it has ended.
    await closed;
    for (let tries = 0; tries < 50; tries++) {
      const alive = await fetch(url, { method: "POST", body: "{}" }).then(
        () => true,
        () => false,
      );
      if (!alive) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const gone = await fetch(url, { method: "POST", body: "{}" }).then(
      () => false,
      () => true,
    );
    expect(gone).to.equal(true);
    expectConserved(await run(home));
  });

  it("names an engine that is not there, before anything starts", async () => {
    const { code, output } = await demo(home, ["--once", "--engine", "guess"]);
    expect(code).to.equal(1);
    expect(output).to.match(/no engine "guess": there are tangent, trajectory/);
    expect(output).to.not.match(/Starting the chain/);
  });

  it("takes a folder of JSON Lines files", async function () {
    if (process.env.TRIBUTARY_PROFILE !== "ci") this.skip();
    if (!existsSync(medquad)) {
      console.log("      skipped: ../shared/data/medquad is absent");
      this.skip();
    }
    const figures = await run(home, ["--data", medquad]);
    expectConserved(figures);
    expect(figures.contributions.map((c) => c.rows).reduce((a, b) => a + b)).to.equal(16_395);
    expect(figures.contributions.filter((c) => c.inBase).map((c) => c.contributor)).to.have.members(["gard", "ghr"]);
    expect(figures.trainedTokens).to.be.at.least(60_000);
  });
});
