import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import { deploySuite } from "../../deploy/deploy.ts";
import { PARAMETER_SETS, parameterSet } from "../../deploy/parameters.ts";
import { httpProvider } from "../../deploy/provider.ts";
import { X402_CHANNELS } from "../../deploy/x402.ts";
import { readDeployment } from "../../protocol/deployment.ts";
import { type Chain, startChain } from "../../scripts/demo/chain.ts";
import { cli } from "./cli.ts";

describe("deploy", function () {
  this.timeout(180_000);
  let chain: Chain;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tributary-deploy-"));
    chain = await startChain({ accounts: 2 });
  });
  after(async () => {
    await chain.stop();
    rmSync(folder, { recursive: true });
  });
  const deploy = (out: string, args: string[], env = {}) =>
    cli("deploy", ["--network", "tests", "--rpc", chain.url, "--out", join(folder, out), ...args], env);

  it("prints and stores the addresses and the parameters", async () => {
    const { code, stdout, stderr } = await deploy("plain", ["--yes"]);
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
    const { addresses, parameters } = readDeployment(join(folder, "plain/deployment.json"));
    for (const [name, address] of Object.entries(addresses)) {
      expect(stdout).to.match(new RegExp(`${name} +${address}`));
      expect(await chain.rpc("eth_getCode", [address, "latest"])).not.to.equal("0x");
    }
    const { holder: _, ...local } = parameterSet("local");
    for (const [name, value] of Object.entries(local)) expect(parameters?.[name]).to.equal(String(value));
  });

  it("sends from a keystore, whose account the node does not hold", async () => {
    const wallet = Wallet.createRandom();
    const keystore = join(folder, "key.json");
    writeFileSync(keystore, wallet.encryptSync("pass"));
    await chain.rpc("anvil_setBalance", [wallet.address, "0xde0b6b3a7640000"]);
    const { code, stderr } = await deploy("signed", ["--keystore", keystore, "--yes"], { TRIBUTARY_PASSWORD: "pass" });
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
    expect(readDeployment(join(folder, "signed/deployment.json")).parameters?.holder).to.equal(wallet.address);
  });

  it("gives the supply to the holder that is named", async () => {
    const holder = Wallet.createRandom().address;
    const { code, json } = await deploy("holder", ["--holder", holder, "--json"]);
    expect(code).to.equal(0);
    expect(json<{ parameters: { holder: string } }>().parameters.holder).to.equal(holder);
  });

  it("takes single parameters in place of the set's", async () => {
    const { code, json } = await deploy("single", [
      "--json",
      "--set",
      "unbonding=7200",
      "postingBond=2000000000000000000",
    ]);
    expect(code).to.equal(0);
    const { parameters } = json<{ parameters: Record<string, string> }>();
    expect(parameters).to.include({ unbonding: "7200", postingBond: "2000000000000000000", stream: "3600" });
    const out = await deploy("bounds", ["--set", "unbonding=60", "--yes"]);
    expect(out.code).to.equal(1);
    expect(out.stderr).to.match(/Not deployed: .*ParameterOutOfBounds/s);
  });

  for (const set of PARAMETER_SETS) {
    it(`the ${set} set names every parameter, and the contracts take it`, async () => {
      // Accounts are known on a development chain alone; elsewhere the sender, or who is named, takes their place.
      const numbers = Object.entries(parameterSet("local")).filter(([, value]) => typeof value !== "string");
      const expected = set === "local" ? Object.keys(parameterSet("local")) : numbers.map(([name]) => name);
      expect(Object.keys(parameterSet(set))).to.have.members(expected);
      const { code, stderr } = await deploy(set, ["--parameters", set, "--yes"]);
      expect(stderr).to.equal("");
      expect(code).to.equal(0);
    });
  }

  it("takes up a deployment that broke off", async () => {
    const journal = join(folder, "journal");
    const node = httpProvider(chain.url);
    let asked = 0;
    const breaking = {
      async request(call: { method: string; params?: unknown[] }) {
        if (call.method === "eth_getTransactionReceipt" && ++asked > 4) throw new Error("the line is cut");
        return node.request(call);
      },
    };
    const failure = await deploySuite({ provider: breaking, journal }).then(
      () => "deployed",
      (reason: Error) => reason.message,
    );
    expect(failure).to.match(/the line is cut/);
    const read = (file: string) => JSON.parse(readFileSync(join(journal, file), "utf8")) as Record<string, string>;
    const first = read("deployed_addresses.json");
    expect(Object.keys(first)).to.have.length.above(0);
    const nonce = async () => Number(await chain.rpc("eth_getTransactionCount", [(await accounts())[0], "latest"]));
    const accounts = () => chain.rpc<string[]>("eth_accounts");
    const sent = await nonce();
    const { addresses, block } = await deploySuite({ rpcUrl: chain.url, journal });
    expect(await nonce()).to.be.above(sent);
    expect(read("deployed_addresses.json")).to.include(first);
    expect(await chain.rpc("eth_getCode", [addresses.openToken, `0x${(block - 1).toString(16)}`])).to.equal("0x");
    expect(addresses.openToken).to.equal(first["Tributary#OpenToken"]);

    // And once it is complete it sends nothing more, and tells the same.
    const after = await nonce();
    expect(await deploySuite({ rpcUrl: chain.url, journal })).to.deep.include({ addresses, block });
    expect(await nonce()).to.equal(after);
  });

  it("keeps no deployment where something else stands at x402's address, and goes on where x402 came later", async () => {
    const snapshot = await chain.rpc("evm_snapshot");
    const journal = join(folder, "later");
    await deploySuite({ rpcUrl: chain.url, journal });
    await chain.rpc("anvil_setCode", [X402_CHANNELS, "0x6000"]);
    const again = await deploySuite({ rpcUrl: chain.url, journal });
    expect(again.addresses.channels).not.to.equal(X402_CHANNELS);
    const failure = await deploySuite({ rpcUrl: chain.url }).then(
      () => "deployed",
      (reason: Error) => `${reason.name}: ${reason.message}`,
    );
    expect(failure).to.match(/^DeployError: what stands at 0x4020.* is not x402's batch settlement: getChannelId\(\)/);
    await chain.rpc("evm_revert", [snapshot]);
  });

  it("takes up a deployment to a chain that stays, and the check finds nothing wrong", async () => {
    const other = await startChain({ accounts: 2 });
    let receipts = 0;
    const line = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      if (body.includes("eth_getTransactionReceipt") && ++receipts > 4) return request.socket.destroy();
      const answer = await fetch(other.url, { method: "POST", headers: { "content-type": "application/json" }, body });
      response.end(await answer.text());
    });
    try {
      await other.rpc("anvil_setChainId", [4242]);
      await new Promise<void>((resolve) => line.listen(0, "127.0.0.1", resolve));
      const out = join(folder, "stays");
      const wallet = Wallet.createRandom();
      const keystore = join(folder, "stays.json");
      writeFileSync(keystore, wallet.encryptSync("pass"));
      const run = (rpc: string, ...args: string[]) =>
        cli("deploy", ["--network", "stays", "--rpc", rpc, "--out", out, "--keystore", keystore, "--yes", ...args], {
          TRIBUTARY_PASSWORD: "pass",
        });
      expect((await run(other.url)).stderr).to.match(/Chain 4242 is no development chain/);
      const cut = `http://127.0.0.1:${(line.address() as AddressInfo).port}`;
      expect((await run(cut, "--parameters", "test")).code).to.equal(1);
      expect(existsSync(join(out, "deployment.json"))).to.equal(false);
      const nonce = async () => Number(await other.rpc("eth_getTransactionCount", [wallet.address, "latest"]));
      const sent = await nonce();
      expect(sent).to.be.above(0);

      const resumed = await run(other.url, "--parameters", "test");
      expect(resumed.stderr).to.equal("");
      expect(resumed.code).to.equal(0);
      const deployment = readDeployment(join(out, "deployment.json"));
      expect(deployment).to.include({ chainId: 4242, block: 1 });
      // As many transactions as a deployment in one go takes: nothing was sent twice.
      expect(await nonce()).to.equal(27);
      const { code, stdout } = await cli("check", [
        "--deployment",
        join(out, "deployment.json"),
        "--parameters",
        "test",
      ]);
      expect(stdout).to.match(/ 0 faults\.\n$/);
      expect(code).to.equal(0);
    } finally {
      line.close();
      await other.stop();
    }
  });

  it("refuses the journal of another chain", async () => {
    const journal = join(folder, "foreign");
    await deploySuite({ rpcUrl: chain.url, journal });
    const other = await startChain({ accounts: 1 });
    try {
      const failure = await deploySuite({ rpcUrl: other.url, journal }).then(
        () => "deployed",
        (reason: Error) => `${reason.name}: ${reason.message}`,
      );
      expect(failure).to.match(/^DeployError: /);
    } finally {
      await other.stop();
    }
  });

  for (const [what, args, message] of [
    ["no node", ["--network", "x", "--rpc", "http://127.0.0.1:9"], /no node is running at http:\/\/127.0.0.1:9/],
    ["a network without a node", ["--network", "x"], /The node of x is not known: give it with --rpc URL/],
    ["a network's name that is a path", ["--network", "../x"], /"..\/x" is not a network's name/],
    ["what is no URL", ["--network", "x", "--rpc", "bees"], /"bees" is not a URL/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await cli("deploy", [...args]);
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
    });
  }

  for (const [what, args, message] of [
    ["an unknown parameter set", ["--parameters", "bees"], /no parameter set "bees": local, test, production/],
    ["a parameter that there is not", ["--set", "bees=1"], /There is no parameter "bees": holder, /],
    ["a parameter without a value", ["--set", "epoch"], /"epoch" is not NAME=VALUE/],
    ["a value that is none", ["--set", "epoch=soon"], /"soon" is not an address/],
    ["two senders", ["--account", Wallet.createRandom().address, "--keystore", "x"], /either --account or --keystore/],
    [
      "an account the node does not hold",
      ["--account", Wallet.createRandom().address],
      /node does not hold account 0x/,
    ],
    ["a holder that is no address", ["--holder", "bees"], /"bees" is not an address/],
  ] as const) {
    it(`refuses ${what}, and stores nothing`, async () => {
      const { code, stderr } = await deploy("bad", [...args]);
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
      expect(existsSync(join(folder, "bad/deployment.json"))).to.equal(false);
    });
  }
});
