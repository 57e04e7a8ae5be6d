import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { deploySuite } from "../../deploy/deploy.ts";
import { connection, ethers } from "./fixtures.ts";

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => "deployed",
    (reason: Error) => `${reason.name}: ${reason.message}`,
  );

describe("deploySuite", () => {
  it("deploys to a chain in the process, and writes where everything is", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tributary-"));
    try {
      const out = join(folder, "deployment.json");
      const deployment = await deploySuite({ provider: connection.provider, out });
      expect(JSON.parse(readFileSync(out, "utf8"))).to.deep.equal(deployment);
      expect(readdirSync(folder)).to.deep.equal(["deployment.json"]);
      expect(deployment.chainId).to.equal(31337);
      for (const address of Object.values(deployment.addresses)) {
        expect(await ethers.provider.getCode(address)).not.to.equal("0x");
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("names the block before which there is nothing", async () => {
    const { block, addresses } = await deploySuite({ provider: connection.provider });
    expect(await ethers.provider.getCode(addresses.openToken, block - 1)).to.equal("0x");
    const token = await ethers.getContractAt("OpenToken", addresses.openToken);
    expect(await token.queryFilter(token.filters.Transfer(), block)).to.have.length(1);
  });

  it("gives the supply to the sender, or to the holder that is named", async () => {
    const [, second, third] = await ethers.getSigners();
    for (const [parameters, owner] of [
      [{}, second!],
      [{ holder: third!.address }, third!],
    ] as const) {
      const { addresses } = await deploySuite({ provider: connection.provider, from: second!.address, parameters });
      const token = await ethers.getContractAt("OpenToken", addresses.openToken);
      expect(await token.balanceOf(owner)).to.equal(await token.totalSupply());
    }
  });

  it("says that no node is running", async () => {
    const rpcUrl = "http://127.0.0.1:9";
    expect(await failure(deploySuite({ rpcUrl }))).to.equal(`DeployError: no node is running at ${rpcUrl}`);
  });

  it("says that the node does not hold the account", async () => {
    const from = ethers.Wallet.createRandom().address;
    expect(await failure(deploySuite({ provider: connection.provider, from }))).to.equal(
      `DeployError: the node does not hold account ${from}`,
    );
  });

  it("says that no chain is given", async () => {
    expect(await failure(deploySuite({}))).to.equal("DeployError: neither rpcUrl nor provider is given");
  });
});
