import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parseEther } from "ethers";
import { postBundle } from "../../oracle/post.ts";
import { prepareBundle } from "../../oracle/prepare.ts";
import { publishBundle } from "../../oracle/publish.ts";
import { type Chain, startChain } from "../../scripts/demo/chain.ts";
import { postAndRefute } from "../../scripts/demo/cheat.ts";
import { fund } from "../../scripts/demo/govern.ts";
import { posterOf } from "../../scripts/demo/settle.ts";
import { accountsFor, createWorld } from "../../scripts/demo/world.ts";

describe("the demo's dishonest poster", function () {
  this.timeout(240_000);
  let home: string;
  let chain: Chain;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "cheat-"));
    chain = await startChain({ accounts: accountsFor(0) });
  });
  after(async () => {
    await chain.stop();
    await rm(home, { recursive: true });
  });

  it("is refuted by the watcher, who gets half its bond; the right posting stands", async () => {
    const world = await createWorld(chain, 0, home);
    await fund(world);
    const { attribution, revenue, token } = world.contracts;
    const epoch = Number(await revenue.currentEpoch());
    await world.warpTo((await attribution.logDeadline(epoch)) + 1n);
    const none = async () => {
      throw new Error("not asked for");
    };
    const sources = { logOf: none, featuresOf: none, gradientsOf: none };
    const poster = await posterOf(world);
    const { client, deployment } = poster;
    const bundle = await prepareBundle({ client, deployment, parent: null, toEpoch: epoch, sources });
    const { hash, path } = await publishBundle(bundle, join(home, "bundles"));
    const posted = await postBundle(poster, bundle.posting, hash, `file:${path}`);

    const supply = await token.totalSupply();
    const figures = await postAndRefute(world, { bundle, bundleHash: hash, path, posted }, home);
    const bond = await attribution.BOND();
    expect(figures).to.deep.include({
      poster: world.roles.cheat.address,
      refuter: world.roles.watcher.address,
      stolen: parseEther("1000").toString(),
      bond: bond.toString(),
      reward: (bond / 2n).toString(),
      honest: true,
    });
    expect(figures.proof).to.equal("refuted (the posting's payout root and sums are not those of its last step)");
    expect(figures.gas).to.be.lessThan(300_000);
    expect(supply - (await token.totalSupply())).to.equal(bond / 2n);
    expect(await attribution.head()).to.equal(posted.id);
    expect(await attribution.freeBond(world.roles.cheat.address)).to.equal(0n);
  });
});
