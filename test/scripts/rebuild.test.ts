import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { writeDeployment } from "../../protocol/deployment.ts";
import { Line } from "../oracle/watch/line.ts";
import { cli } from "./cli.ts";

// one story, told step by step: each test goes on where the one before ended
describe("npm run rebuild", function () {
  this.timeout(240_000);
  this.bail(true);
  let line: Line;
  let out: string;
  let logs: string;
  const rebuild = (...more: string[]) => {
    const places = ["--deployment", join(line.folder, "deployment.json"), "--out", out, "--receipts", logs];
    return cli("rebuild", ["--from-chain", ...places, ...more]);
  };
  before(async () => {
    line = await Line.start();
    [out, logs] = [join(line.folder, "rebuilt"), join(line.folder, "logs")];
    await mkdir(logs);
    const { deployment, chain } = line.world;
    writeDeployment({ ...deployment, rpcUrl: chain.url }, join(line.folder, "deployment.json"));
  });
  after(() => line?.stop());

  it("says where there is nothing to rebuild", async () => {
    expect(await rebuild()).to.include({ code: 1, stderr: "Error: There is no posting on the chain yet.\n" });
  });

  it("writes the payouts of the line, and says that they are the chain's", async () => {
    const { id } = await line.post(await line.epoch(false));
    const result = await rebuild("--json");
    expect(result.code).to.equal(0);
    expect(result.json()).to.deep.include({ equal: true, out });
    const payouts = JSON.parse(await readFile(join(out, "payouts.json"), "utf8"));
    expect(payouts).to.deep.include({ posting: id, slot: 0, final: false, payouts: [] });
    expect(await readFile(join(out, "proofs.jsonl"), "utf8")).to.equal("");
  });

  it("names the artifact that it lacks", async () => {
    await line.post(await line.epoch(true));
    const { code, stdout, stderr } = await rebuild("--artifacts", logs);
    expect(code).to.equal(1);
    expect(stdout).to.match(/^epochs \d+–\d+, pending, 0 payouts: equal to the chain's, payout root 0x[0-9a-f]{64}\n$/);
    expect(stderr).to.match(/^Error: No artifact in .*logs has the manifest 0x0101/);
  });
});
