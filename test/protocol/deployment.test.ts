import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  checkChain,
  type Deployment,
  DeploymentError,
  deploymentPath,
  readDeployment,
  writeDeployment,
} from "../../protocol/deployment.ts";
import { till } from "./fixtures.ts";

const names =
  "openToken stakeVault timelock governor datanets models channels approvalCollector permitCollector erc3009Collector revenue rewards attribution operators refutations demands seeds stepVerifier sampleVerifier partVerifier resultVerifier payoutVerifier logVerifier equivocationVerifier indexVerifier".split(
    " ",
  );
const deployment: Deployment = {
  chainId: 31337,
  block: 12,
  rpcUrl: "http://127.0.0.1:8545",
  addresses: Object.fromEntries(names.map((name) => [name, till])) as Deployment["addresses"],
};

describe("deployment file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deployment-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("comes back as it was written, and leaves nothing beside it", () => {
    const path = join(folder, "deep", "deployment.json");
    writeDeployment(deployment, path);
    expect(readDeployment(path)).to.deep.equal(deployment);
    expect(readdirSync(join(folder, "deep"))).to.deep.equal(["deployment.json"]);
  });

  it("is named by TRIBUTARY_DEPLOYMENT", () => {
    const before = process.env.TRIBUTARY_DEPLOYMENT;
    process.env.TRIBUTARY_DEPLOYMENT = "/elsewhere.json";
    expect(deploymentPath()).to.equal("/elsewhere.json");
    delete process.env.TRIBUTARY_DEPLOYMENT;
    expect(deploymentPath()).to.equal(".tributary/deployment.json");
    if (before !== undefined) process.env.TRIBUTARY_DEPLOYMENT = before;
  });

  it("that is missing says how to get one", () => {
    expect(() => readDeployment(join(folder, "none.json"))).to.throw(DeploymentError, "npm start");
  });

  const bad: [string, string, string][] = [
    ["no JSON", "{", "not JSON"],
    ["no object", "3", "not an object"],
    ["no chain id", JSON.stringify({ ...deployment, chainId: "1" }), "chainId"],
    ["no block", JSON.stringify({ ...deployment, block: -1 }), "block"],
    ["no addresses", JSON.stringify({ ...deployment, addresses: null }), "addresses"],
    ["a wrong URL", JSON.stringify({ ...deployment, rpcUrl: 1 }), "rpcUrl"],
    [
      "a bad address",
      JSON.stringify({ ...deployment, addresses: { ...deployment.addresses, rewards: "0x1" } }),
      "addresses.rewards",
    ],
  ];
  for (const [name, text, reason] of bad) {
    it(`with ${name} is refused`, () => {
      const path = join(folder, "deployment.json");
      writeFileSync(path, text);
      expect(() => readDeployment(path)).to.throw(DeploymentError, reason);
    });
  }

  it("of another chain is refused", () => {
    expect(() => checkChain(deployment, 1)).to.throw(
      DeploymentError,
      "wrong chain: the deployment is on chain 31337, the node on chain 1",
    );
    checkChain(deployment, 31337);
  });
});
