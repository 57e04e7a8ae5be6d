import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { Contract, id, JsonRpcProvider, toBeHex, Wallet, ZeroAddress, ZeroHash } from "ethers";
import { buildProduction } from "../../bench/gas/production.ts";
import { deploySuite } from "../../deploy/deploy.ts";
import { X402_CHANNELS } from "../../deploy/x402.ts";
import { type Deployment, readDeployment } from "../../protocol/deployment.ts";
import { checkDeployment } from "../../scripts/actions/check.ts";
import { type Chain, freePort, startChain } from "../../scripts/demo/chain.ts";
import { interfaceOf } from "../../scripts/lib/connection.ts";
import { cli } from "./cli.ts";

const root = join(import.meta.dirname, "../..");
const stranger = Wallet.createRandom().address;

describe("check", function () {
  this.timeout(240_000);
  let folder: string;
  let file: string;
  let chain: Chain;
  let provider: JsonRpcProvider;
  let deployment: Deployment;
  let other: Deployment;
  let snapshot: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tributary-check-"));
    file = join(folder, "deployment.json");
    chain = await startChain({ accounts: 2 });
    deployment = await deploySuite({ rpcUrl: chain.url, out: file });
    other = await deploySuite({ rpcUrl: chain.url });
    provider = new JsonRpcProvider(chain.url, chain.chainId, { staticNetwork: true, cacheTimeout: -1 });
  });
  beforeEach(async () => (snapshot = await chain.rpc("evm_snapshot")));
  afterEach(() => chain.rpc("evm_revert", [snapshot]));
  after(async () => {
    provider.destroy();
    await chain.stop();
    rmSync(folder, { recursive: true });
  });

  const check = (...args: string[]) => cli("check", ["--deployment", file, ...args]);
  /** The faults of a deployment file that differs so from the right one. */
  const faults = async (changes: Partial<Deployment["addresses"]> = {}, rest: Partial<Deployment> = {}) =>
    (await checkDeployment(provider, { ...deployment, ...rest, addresses: { ...deployment.addresses, ...changes } }))
      .faults;
  const store = (contract: keyof Deployment["addresses"], slot: number, value: bigint | string) =>
    chain.rpc("anvil_setStorageAt", [deployment.addresses[contract], toBeHex(slot, 32), toBeHex(value, 32)]);
  /** Calls the timelock as itself: what a captured or hostile admin could have done. */
  const asTimelock = async (name: string, ...args: unknown[]) => {
    const { timelock } = deployment.addresses;
    await chain.rpc("anvil_setBalance", [timelock, "0xde0b6b3a7640000"]);
    await chain.rpc("anvil_impersonateAccount", [timelock]);
    const contract = new Contract(timelock, interfaceOf("OpenTimelock"), await provider.getSigner(timelock));
    await (await contract.getFunction(name)(...args)).wait();
  };

  it("finds nothing wrong with a deployment to a bare anvil, and shows what stands there", async () => {
    const { code, stdout } = await check();
    expect(stdout).to.match(/ 0 faults\.\n$/);
    expect(code).to.equal(0);
    for (const address of Object.values(deployment.addresses)) expect(stdout).to.include(address);
    expect(stdout)
      .to.match(/votingPeriod +600\n/)
      .and.match(/PROPOSER_ROLE +0x/);
    expect(stdout).to.include("ok     revenue.attribution() is attribution\n");
  });

  it("finds nothing wrong with a deployment to hardhat node", async () => {
    const port = await freePort();
    const hardhat = join(root, "node_modules/hardhat/dist/src/cli.js");
    const args = [hardhat, "node", "--hostname", "127.0.0.1", "--port", String(port)];
    const node = spawn(process.execPath, args, { cwd: root, stdio: "ignore" });
    try {
      const rpcUrl = `http://127.0.0.1:${port}`;
      const up = () =>
        fetch(rpcUrl, { method: "POST", body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' }).then(
          ({ ok }) => ok,
          () => false,
        );
      while (!(await up())) await sleep(200);
      const out = join(folder, "hardhat");
      const deployed = await cli("deploy", ["--network", "hardhat", "--rpc", rpcUrl, "--out", out, "--yes"]);
      expect(deployed.stderr).to.equal("");
      const { code, stdout } = await cli("check", ["--deployment", join(out, "deployment.json")]);
      expect(stdout).to.match(/ 0 faults\.\n$/);
      expect(code).to.equal(0);
    } finally {
      node.kill();
    }
  });

  it("finds nothing wrong with a suite on x402's own channels, and tells another chain's from them", async () => {
    // Our Channels stand in for x402's: whose code it is does not matter, what it answers does.
    const code = await provider.getCode(deployment.addresses.channels);
    await chain.rpc("anvil_setCode", [X402_CHANNELS, code]);
    const onX402 = await deploySuite({ rpcUrl: chain.url });
    expect(onX402.addresses.channels).to.equal(X402_CHANNELS);
    const report = await checkDeployment(provider, onX402);
    expect(report.faults).to.deep.equal([]);
    expect(report.passed).to.include(
      `channels at ${X402_CHANNELS} answers as x402's batch settlement, for this chain and address`,
    );
    expect(report.passed)
      .to.include("till.CHANNELS() is channels")
      .and.include("permitCollector.CHANNELS() is channels");
    await chain.rpc("anvil_setCode", [X402_CHANNELS, await provider.getCode(deployment.addresses.openToken)]);
    const { faults } = await checkDeployment(provider, onX402);
    expect(faults).to.include("channels: getChannelId() tells nothing, unlike x402's batch settlement");
  });

  it("finds nothing wrong with the production parameters", async () => {
    const production = await deploySuite({ rpcUrl: chain.url, set: "production" });
    expect((await checkDeployment(provider, production)).faults).to.deep.equal([]);
  });

  it("tells the production build from the default one", async function () {
    this.timeout(900_000); // it may have to be built
    buildProduction();
    const env = { TRIBUTARY_BUILD: "build/production" };
    const out = join(folder, "production");
    const args = ["--network", "production", "--rpc", chain.url, "--out", out, "--yes"];
    expect((await cli("deploy", args, env)).stderr).to.equal("");
    const stored = ["--deployment", join(out, "deployment.json")];
    const right = await cli("check", stored, env);
    expect(right.stdout).to.match(/ 0 faults\.\n$/);
    expect(right.code).to.equal(0);
    const wrong = await cli("check", [...stored, "--json"]);
    expect(wrong.code).to.equal(1);
    const { faults } = wrong.json<{ faults: string[] }>();
    // Every contract, and the Till, and nothing but their code.
    expect(faults).to.have.length(Object.keys(deployment.addresses).length + 1);
    for (const fault of faults) expect(fault).to.match(/the code at .* is not that of this build's|has not the code/);
  });

  it("exits 1 on a fault, and prints it", async () => {
    await asTimelock("grantRole", id("PROPOSER_ROLE"), stranger);
    const { code, stdout } = await check();
    expect(code).to.equal(1);
    expect(stdout).to.include(`FAULT  timelock: ${stranger} has PROPOSER_ROLE, and should not\n`);
    const report = (await check("--json")).json<{ ok: boolean; faults: string[]; roles: Record<string, string[]> }>();
    expect(report.ok).to.equal(false);
    expect(report.faults).to.have.length(1);
    expect(report.roles.PROPOSER_ROLE).to.include(stranger);
  });

  it("another's admin of the timelock", async () => {
    await asTimelock("grantRole", ZeroHash, stranger);
    expect(await faults()).to.deep.equal([`timelock: ${stranger} has DEFAULT_ADMIN_ROLE, and should not`]);
  });

  it("a role that was granted and taken back is none", async () => {
    await asTimelock("grantRole", id("CANCELLER_ROLE"), stranger);
    await asTimelock("revokeRole", id("CANCELLER_ROLE"), stranger);
    expect(await faults()).to.deep.equal([]);
  });

  it("a governor that lost its role, and execution that is not open", async () => {
    const { governor } = deployment.addresses;
    await asTimelock("revokeRole", id("PROPOSER_ROLE"), governor);
    await asTimelock("revokeRole", id("EXECUTOR_ROLE"), ZeroAddress);
    expect(await faults()).to.deep.equal([
      `timelock: ${governor} has not PROPOSER_ROLE`,
      "timelock: not everyone has EXECUTOR_ROLE",
    ]);
  });

  it("a wiring that is sealed to another contract", async () => {
    const slot = await slotOf("revenue", deployment.addresses.attribution);
    await store("revenue", slot, other.addresses.attribution);
    const { attribution } = deployment.addresses;
    expect(await faults()).to.deep.equal([
      `revenue.attribution() is ${other.addresses.attribution}, not attribution (${attribution})`,
    ]);
  });

  it("a wiring that was never made", async () => {
    await store("revenue", await slotOf("revenue", deployment.addresses.attribution), 0n);
    await store("revenue", await slotOf("revenue", deployment.addresses.rewards), 0n);
    expect(await faults()).to.have.members(["revenue.attribution() is not set", "revenue.rewards() is not set"]);
  });

  it("an address with nothing there", async () => {
    const found = await faults({ models: stranger as never });
    expect(found).to.include(`models: there is no contract at ${stranger}`);
    expect(found).to.include(`revenue.MODELS() is ${deployment.addresses.models}, not models (${stranger})`);
  });

  it("the contract of another suite", async () => {
    const found = await faults({ stakeVault: other.addresses.stakeVault });
    expect(found).to.include(
      `governor.token() is ${deployment.addresses.stakeVault}, not stakeVault (${other.addresses.stakeVault})`,
    );
    expect(found).to.include(
      `stakeVault.OPEN() is ${other.addresses.openToken}, not openToken (${deployment.addresses.openToken})`,
    );
  });

  it("another contract, which then has two names", async () => {
    const { revenue } = deployment.addresses;
    const found = await faults({ channels: revenue });
    expect(found).to.include(`revenue and channels have the same address ${revenue}`);
    expect(found.join("\n")).to.include(`channels: the code at ${revenue} is not that of this build's Channels`);
  });

  it("code that was exchanged", async () => {
    const { rewards } = deployment.addresses;
    const code = await provider.getCode(rewards);
    await chain.rpc("anvil_setCode", [rewards, `${code.slice(0, -2)}00`]);
    expect((await faults()).join("\n")).to.include(
      `rewards: the code at ${rewards} is not that of this build's Rewards`,
    );
  });

  it("a Till with other code", async () => {
    const till = (await new Contract(deployment.addresses.revenue, interfaceOf("Revenue"), provider).getFunction(
      "TILL",
    )()) as string;
    await chain.rpc("anvil_setCode", [till, "0x00"]);
    expect((await faults())[0]).to.match(/^revenue: the Till that it clones, at 0x\w{40}, has not the code/);
  });

  it("a parameter that is not what the deployment says", async () => {
    const parameters = { ...deployment.parameters, unbonding: "86400", quorum: "20" };
    expect(await faults({}, { parameters })).to.deep.equal([
      "stakeVault.UNBONDING() is 3600, not 86400 (parameter unbonding)",
      "governor.quorumNumerator() is 10, not 20 (parameter quorum)",
    ]);
  });

  it("only notes a parameter that a vote has changed", async () => {
    const signer = await provider.getSigner(0);
    const at = (name: keyof Deployment["addresses"], contract: string) =>
      new Contract(deployment.addresses[name], interfaceOf(contract), signer);
    const send = async (contract: Contract, name: string, ...args: unknown[]) =>
      (await contract.getFunction(name)(...args)).wait();
    const wait = async (seconds: number) => {
      const { timestamp } = (await provider.getBlock("latest"))!;
      await chain.rpc("evm_setNextBlockTimestamp", [timestamp + seconds]);
      await chain.rpc("evm_mine");
    };
    const governor = at("governor", "OpenGovernor");
    const stake = 10n ** 24n;
    await send(at("openToken", "OpenToken"), "approve", deployment.addresses.stakeVault, stake);
    await send(at("stakeVault", "StakeVault"), "stake", stake);
    await wait(10);
    const data = governor.interface.encodeFunctionData("setVotingPeriod", [590]);
    const call = [[deployment.addresses.governor], [0n], [data]];
    await send(governor, "propose", ...call, "shorter votes");
    const proposal = (await governor.getFunction("getProposalId")(...call, id("shorter votes"))) as bigint;
    await wait(61);
    await send(governor, "castVote", proposal, 1);
    await wait(601);
    await send(governor, "queue", ...call, id("shorter votes"));
    await wait(301);
    await send(governor, "execute", ...call, id("shorter votes"));
    const report = await checkDeployment(provider, deployment);
    expect(report.faults).to.deep.equal([]);
    expect(report.notes).to.deep.equal([
      "governor.votingPeriod() is 590; it was deployed with 600, and votes have passed since",
      "parameter guardianTerm of governor cannot be read back", // only when it ends
    ]);
  });

  it("parameters that are not those of the set that is named", async () => {
    const { code, stdout } = await check("--parameters", "production");
    expect(code).to.equal(1);
    expect(stdout).to.match(/FAULT {2}revenue.EPOCH\(\) is 3600, not 604800 \(parameter epoch\)/);
  });

  it("a timelock so slow that no posting could be voided in time, and stake leaves before it answers", async () => {
    await store("timelock", 2, 3000n); // its delay; the contract itself lets nobody change it
    expect(await faults()).to.deep.equal([
      "timelock.getMinDelay() is 3000, not 300 (parameter timelockDelay)",
      "a vote and its delay take 3960 s, so no posting could be voided in its window of 1800 s",
      "unbonding of 3600 s ends before window, vote and delay (5760 s): stake could leave before it answers",
    ]);
  });

  it("another chain", async () => {
    expect((await faults({}, { chainId: 5 }))[0]).to.equal("the deployment is on chain 5, the node on chain 31337");
  });

  it("signatures that are bound to another chain", async () => {
    await chain.rpc("anvil_setChainId", [77]);
    try {
      const elsewhere = new JsonRpcProvider(chain.url, 77, { staticNetwork: true, cacheTimeout: -1 });
      const { faults } = await checkDeployment(elsewhere, deployment);
      elsewhere.destroy();
      expect(faults).to.include(
        "openToken: its signatures are bound to chain 77 and " + deployment.addresses.openToken,
      );
    } finally {
      await chain.rpc("anvil_setChainId", [31337]);
    }
  });

  it("a supply above the fixed one", async () => {
    await store("openToken", await slotOf("openToken", 10n ** 27n), 10n ** 28n);
    expect(await faults()).to.deep.equal([`openToken: the supply is ${10n ** 28n} wei, above the fixed ${10n ** 27n}`]);
  });

  it("a supply that another got", async () => {
    const parameters = { ...deployment.parameters, holder: stranger };
    expect(await faults({}, { parameters })).to.deep.equal([
      `openToken: the supply went to ${deployment.parameters?.holder}, not to ${stranger}`,
    ]);
  });

  it("a first block that is too late, or not there yet", async () => {
    const late = deployment.block + 3;
    expect(await faults({}, { block: late })).to.include(
      `the token stood before the deployment's first block, ${late}`,
    );
    expect(await faults({}, { block: 10 ** 9 })).to.include(
      "the deployment's first block, 1000000000, is not on the chain yet",
    );
  });

  for (const [what, args, message] of [
    ["no node", ["--rpc", "http://127.0.0.1:9"], /no node is running at http:\/\/127.0.0.1:9/],
    ["what is no URL", ["--rpc", "bees"], /"bees" is not a URL/],
    ["an unknown parameter set", ["--parameters", "bees"], /no parameter set "bees"/],
    ["a missing deployment file", ["--deployment", "/nowhere.json"], /no deployment at \/nowhere.json/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await check(...args);
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
    });
  }

  it("refuses a file without a node, unless one is named", async () => {
    const { rpcUrl: _, ...rest } = readDeployment(file);
    const bare = join(folder, "bare.json");
    writeFileSync(bare, JSON.stringify(rest));
    expect((await check("--deployment", bare)).stderr).to.match(/names no node: give one with --rpc URL/);
    expect((await check("--deployment", bare, "--rpc", chain.url)).code).to.equal(0);
  });

  /** The storage slot in which a contract keeps a value. */
  async function slotOf(contract: keyof Deployment["addresses"], value: string | bigint): Promise<number> {
    for (let slot = 0; slot < 32; slot++) {
      if (BigInt(await provider.getStorage(deployment.addresses[contract], slot)) === BigInt(value)) return slot;
    }
    throw new Error(`${contract} keeps ${value} in no slot`);
  }
});
