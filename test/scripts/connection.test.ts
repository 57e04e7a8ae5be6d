import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import { freePort } from "../../scripts/demo/chain.ts";
import { cli } from "./cli.ts";
import { type Suite, startSuite } from "./suite.ts";

const STRANGER = "0x000000000000000000000000000000000000dEaD";

describe("every script", function () {
  this.timeout(120_000);
  let suite: Suite;
  let folder: string;
  before(async () => {
    suite = await startSuite();
    folder = mkdtempSync(join(tmpdir(), "tributary-cli-"));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await suite.close();
  });
  const at = (extra: Record<string, string> = {}) => ({ TRIBUTARY_DEPLOYMENT: suite.deploymentFile, ...extra });

  for (const script of ["claim", "contribute", "stake", "vote", "propose", "pay"]) {
    it(`${script} has --help`, async () => {
      const { code, stdout } = await cli(script, ["--help"]);
      expect(code).to.equal(0);
      expect(stdout).to.match(new RegExp(`^Usage: ${script} `));
    });
  }

  it("says where there is no deployment", async () => {
    const { code, stderr } = await cli("vote", ["list"], { TRIBUTARY_DEPLOYMENT: join(folder, "none.json") });
    expect(code).to.equal(1);
    expect(stderr).to.match(/^Error: .*none\.json: start a chain with "npm start"/);
    expect(stderr.trim().split("\n")).to.have.length(1);
  });

  it("says where the deployment file is broken", async () => {
    const file = join(folder, "broken.json");
    writeFileSync(file, "{");
    const { code, stderr } = await cli("vote", ["list", "--deployment", file]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/broken\.json is not JSON/);
  });

  it("says where no node is running", async () => {
    const rpc = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await cli("vote", ["list", "--rpc", rpc], at());
    expect(code).to.equal(1);
    expect(stderr).to.contain(`No node is running at ${rpc}: start one with \`npm start\``);
  });

  it("says the same as JSON with --json", async () => {
    const rpc = `http://127.0.0.1:${await freePort()}`;
    const result = await cli("vote", ["list", "--json", "--rpc", rpc], at());
    expect(result.code).to.equal(1);
    expect(result.json<{ error: string }>().error).to.match(/No node is running/);
  });

  it("says where it is no node that answers", async () => {
    const server = createServer((_, response) => response.end("{}")).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const rpc = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, stderr } = await cli("vote", ["list", "--rpc", rpc], at());
    server.close();
    expect(code).to.equal(1);
    expect(stderr).to.match(/not an Ethereum node/);
    expect((await cli("vote", ["list", "--rpc", "bees"], at())).stderr).to.match(/"bees" is not a URL/);
  });

  it("says where the node is on another chain", async () => {
    const file = join(folder, "other.json");
    const deployment = JSON.parse(readFileSync(suite.deploymentFile, "utf8"));
    writeFileSync(file, JSON.stringify({ ...deployment, chainId: 1 }));
    const { code, stderr } = await cli("vote", ["list", "--deployment", file]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/wrong chain: the deployment is on chain 1, the node on chain 31337/);
  });

  it("says where the chain does not hold the contracts", async () => {
    const file = join(folder, "moved.json");
    const deployment = JSON.parse(readFileSync(suite.deploymentFile, "utf8"));
    deployment.addresses.models = STRANGER;
    writeFileSync(file, JSON.stringify(deployment));
    expect((await cli("vote", ["list", "--deployment", file])).stderr).to.match(/does not hold the contracts/);
  });

  it("takes the node from TRIBUTARY_RPC", async () => {
    const { code } = await cli("vote", ["list"], at({ TRIBUTARY_RPC: suite.chain.url }));
    expect(code).to.equal(0);
  });

  it("wants to know who acts, and lists the accounts there are", async () => {
    const { code, stderr } = await cli("stake", ["5"], at());
    expect(code).to.equal(1);
    expect(stderr).to.match(/--account ADDRESS or --keystore FILE/);
    expect(stderr).to.contain(suite.roles.developer.address);
  });

  it("knows no account that the node does not hold", async () => {
    const { code, stderr } = await cli("stake", ["5", "--account", STRANGER], at());
    expect(code).to.equal(1);
    expect(stderr).to.match(/No such account: the node at .* does not hold 0x0+dEaD/);
  });

  it("refuses what is no address", async () => {
    expect((await cli("stake", ["5", "--account", "bob"], at())).stderr).to.match(/"bob" is not an address/);
  });

  it("acts by a keystore", async () => {
    const wallet = Wallet.createRandom();
    const file = join(folder, "key.json");
    writeFileSync(file, wallet.encryptSync("honey"));
    const status = ["status", "--json", "--keystore", file];
    const good = await cli("stake", status, at({ TRIBUTARY_PASSWORD: "honey" }));
    expect(good.json()).to.include({ account: wallet.address, staked: "0" });
    expect((await cli("stake", status, at({ TRIBUTARY_PASSWORD: "wax" }))).json().error).to.match(
      /password of .* is wrong/,
    );
    expect((await cli("stake", status, at())).json().error).to.match(/TRIBUTARY_PASSWORD/);
    expect((await cli("stake", [...status, "--account", STRANGER], at())).code).to.equal(0);
    const both = ["add", "5", "--keystore", file, "--account", STRANGER];
    expect((await cli("stake", both, at())).stderr).to.match(/either --account or --keystore/);
  });

  it("says where a keystore is missing or none", async () => {
    const missing = ["status", "--keystore", join(folder, "nothing.json")];
    expect((await cli("stake", missing, at())).stderr).to.match(/cannot be read/);
    const file = join(folder, "text.json");
    writeFileSync(file, "hello");
    const wrong = ["status", "--keystore", file];
    expect((await cli("stake", wrong, at({ TRIBUTARY_PASSWORD: "x" }))).stderr).to.match(/not a V3 keystore/);
  });
});
