import { join } from "node:path";
import { expect } from "chai";
import { type Hex, parseEther, zeroHash } from "viem";
import { type Bundle, encodeBundle, writeBundle } from "../../oracle/bundle.ts";
import { NodeError, openChain } from "../../oracle/chain.ts";
import { EventError, readEvents } from "../../oracle/events.ts";
import { Mismatch } from "../../oracle/mismatch.ts";
import { claimOf } from "../../oracle/payouts.ts";
import { closeTills, finalizePosting, type Posted, postBundle, RevertError } from "../../oracle/post.ts";
import { PrepareError, prepareBundle, type Sources } from "../../oracle/prepare.ts";
import { readBundle } from "../../oracle/read-bundle.ts";
import { recordSeeds } from "../../oracle/seeds.ts";
import { takeSnapshot } from "../../oracle/snapshot.ts";
import { readEntry, readSeed, UnknownPostingError } from "../../oracle/state.ts";
import { verifyBundle } from "../../oracle/verify.ts";
import { verifyOnChain } from "../../oracle/verify-chain.ts";
import { ArtifactError, artifact } from "../../protocol/abi.ts";
import { DeploymentError, writeDeployment } from "../../protocol/deployment.ts";
import { claimPlace, payoutLeaf } from "../../protocol/leaves.ts";
import { type ReceiptLog, UNSIGNED } from "../../protocol/receipt.ts";
import { type Row, rowsRoot } from "../../protocol/rows.ts";
import { rejection, runVerify, withFolder } from "./fixtures.ts";
import { contributors, holder, madeFeatures, madeGradients, World } from "./world.ts";

const batches: Row[][] = [
  [{ text: "a" }, { text: "b" }],
  [{ text: "b" }, { text: "c" }],
  [{ text: "d" }],
  [{ text: "a" }, { text: "e" }],
];
const OPEN = parseEther("1");

// one story, told step by step: each test goes on where the one before ended
describe("the oracle on a chain", function () {
  this.timeout(120_000);
  this.bail(true);
  let world: World;
  let log: ReceiptLog;
  let bundle: Bundle;
  let hash: Hex;
  let posted: Posted;
  let epoch: number;

  before(async function () {
    try {
      artifact("Attribution");
    } catch (error) {
      expect(error).to.be.instanceOf(ArtifactError);
      this.skip(); // the contracts are not built
    }
    world = await World.start();
  });
  after(() => world?.chain.stop());

  const sources = (changes: Partial<Sources> = {}): Sources => ({
    logOf: async (_, of) => (of === log.epoch ? log : null),
    featuresOf: async () => madeFeatures(),
    gradientsOf: madeGradients,
    ...changes,
  });
  const prepare = (changes: Partial<Sources> = {}, parent: Bundle | null = null): Promise<Bundle> =>
    prepareBundle({
      client: world.client,
      deployment: world.deployment,
      parent,
      toEpoch: epoch,
      sources: sources(changes),
    });

  it("says where no node is, and which chain is wrong", async () => {
    expect(await rejection(openChain("http://127.0.0.1:1"))).to.be.instanceOf(NodeError);
    const wrong = openChain(world.chain.url, { chainId: 5 });
    expect(await rejection(wrong)).to.be.instanceOf(DeploymentError);
  });

  it("takes a snapshot of what is accepted at a block", async () => {
    await world.contribute(batches, [2]);
    const rows = new Map(batches.map((batch) => [rowsRoot(batch), batch]));
    const block = Number(await world.client.getBlockNumber());
    const { datanets } = world.deployment.addresses;
    const at = { datanets, datanet: 0, fromBlock: world.deployment.block, block };
    const snapshot = await takeSnapshot(world.client, at, rows);
    expect(
      snapshot.contributions.map(({ id, contributor, account, kept }) => ({ id, contributor, account, kept })),
    ).to.deep.equal([
      { id: 0, contributor: 0, account: contributors[0]!.address, kept: [true, true] },
      { id: 1, contributor: 1, account: contributors[1]!.address, kept: [false, true] },
      { id: 3, contributor: 1, account: contributors[1]!.address, kept: [false, true] },
    ]);
    // withdrawn consent counts from its block on; time passes, since the node estimates gas as of its last block
    await world.warp(1n);
    await world.send(contributors[1]!.address, "datanets", "withdrawConsent", [3n]);
    expect((await takeSnapshot(world.client, at, rows)).contributions).to.have.length(3);
    const later = await takeSnapshot(world.client, { ...at, block: block + 2 }, rows);
    expect(later.contributions.map(({ id }) => id)).to.deep.equal([0, 1]);
  });

  it("reads events in ranges as it reads them at once", async () => {
    const query = {
      contract: "Datanets",
      address: world.deployment.addresses.datanets,
      names: ["Contributed", "StatusChanged"],
      fromBlock: 0,
      toBlock: Number(await world.client.getBlockNumber()),
    };
    const events = await readEvents(world.client, query);
    expect(events.filter(({ name }) => name === "Contributed")).to.have.length(4);
    expect(await readEvents(world.client, { ...query, range: 3 })).to.deep.equal(events);
    expect(await rejection(readEvents(world.client, { ...query, names: ["Nothing"] }))).to.be.instanceOf(EventError);
  });

  it("prepares a posting once every Till is closed", async () => {
    await world.goLive(madeFeatures());
    await world.openChannel();
    log = await world.trade([3n * OPEN, 2n * OPEN, 5n * OPEN], [1]);
    epoch = log.epoch;
    expect((await rejection(prepare())).message).to.equal(`${world.till} is not closed in epoch ${epoch}`);
    expect(await closeTills(world.poster(), { from: 0, to: epoch })).to.equal(1);
    expect(await closeTills(world.poster(), { from: 0, to: epoch })).to.equal(0);
    bundle = await prepare();
    expect(bundle.posting.pool).to.equal(5n * OPEN);
    expect(bundle.steps[0]!.income).to.equal(10n * OPEN);
    expect(bundle.posting.distributed > 0n && bundle.posting.distributed <= bundle.posting.pool).to.equal(true);
    expect((await prepare()).posting).to.deep.equal(bundle.posting);
  });

  it("refuses logs and features that the chain does not commit", async () => {
    expect((await rejection(prepare({ logOf: async () => null }))).message).to.include(
      "is not there; its operator committed 3",
    );
    const short = { ...log, receipts: log.receipts.slice(1) };
    expect((await rejection(prepare({ logOf: async () => short }))).message).to.include("has 2 receipts");
    const foreign = { ...log, chainId: 1 };
    expect((await rejection(prepare({ logOf: async () => foreign }))).message).to.include("is of chain 1");
    const other = { ...madeFeatures(), standing: [1n, 1n] };
    expect((await rejection(prepare({ featuresOf: async () => other }))).message).to.include(
      "features of model 0 have the index root",
    );
    const adam = { ...madeFeatures(), engine: "tangent-adam" };
    expect((await rejection(prepare({ featuresOf: async () => adam }))).message).to.include("was trained by Adam");
    expect(await rejection(prepare({ gradientsOf: async () => [] }))).to.be.instanceOf(PrepareError);
    expect((await rejection(prepare({}, bundle))).message).to.equal(
      "the line is empty, yet a parent's bundle is given",
    );
  });

  it("is not stopped by an operator's signature that is not valid, which its log does not commit: it leaves it out", async () => {
    const receipts = log.receipts.map((receipt) => ({
      ...receipt,
      operatorSignature: log.receipts[0]!.operatorSignature,
    }));
    const prepared = await prepare({ logOf: async () => ({ ...log, receipts }) });
    expect(prepared.posting).to.deep.equal(bundle.posting);
    const kept = prepared.steps[0]!.receipts.map(({ operatorSignature }) => operatorSignature);
    expect(kept).to.deep.equal([log.receipts[0]!.operatorSignature, UNSIGNED, UNSIGNED]);
  });

  it("posts under a bond, and the chain agrees with the bundle", async () => {
    await withFolder(async (folder) => {
      hash = await writeBundle(bundle, join(folder, "b"));
      const before = await readBundle(join(folder, "b"));
      expect((await rejection(verifyOnChain(before, world.client))).message).to.include("posting on chain, bundleHash");
      posted = await postBundle(world.poster(), bundle.posting, hash, "file");
      expect(posted).to.include({ slot: 0 });
      const lines: string[] = [];
      await verifyBundle(before, (line) => lines.push(line));
      await verifyOnChain(before, world.client, (line) => lines.push(line));
      expect(lines.filter((line) => line.startsWith("chain: "))).to.have.length(5);
    });
  });

  it("is checked by npm run verify, against the contracts of the deployment file", async () => {
    await withFolder(async (folder) => {
      await writeBundle(bundle, join(folder, "b"));
      const alone = await runVerify(folder, "b", "--rpc", world.chain.url);
      expect(alone).to.include({ code: 0, err: "" });
      expect(alone.out).to.include("ok  addresses: taken from the bundle");
      const path = join(folder, ".tributary/deployment.json");
      writeDeployment(world.deployment, path);
      const known = await runVerify(folder, "b", "--rpc", world.chain.url);
      expect(known).to.include({ code: 0, err: "" });
      expect(known.out).to.include("ok  addresses: those of .tributary/deployment.json");
      const { addresses } = world.deployment;
      writeDeployment({ ...world.deployment, addresses: { ...addresses, attribution: addresses.rewards } }, path);
      const other = await runVerify(folder, "b", "--rpc", world.chain.url);
      expect(other.code).to.equal(1);
      expect(other.err).to.match(/^MISMATCH: addresses, attribution: expected 0x/);
    });
  });

  it("finds a bundle that contradicts the chain", async () => {
    await withFolder(async (folder) => {
      await writeBundle(bundle, join(folder, "b"));
      const found = { ...(await readBundle(join(folder, "b"))) };
      const contradictions: [string, (b: typeof found) => void][] = [
        ["posting on chain", (b) => (b.posting.toEpoch += 1)],
        ["payouts before", (b) => b.payoutsBefore.push(b.payoutsAfter[0]!)],
        ["model 0 on chain", (b) => (b.models[0]!.contributorsBps -= 1)],
        ["index of model 0 on chain", (b) => (b.models[0]!.features.contributions as unknown[]).pop()],
        ["index of model 0 on chain", (b) => (b.models[0]!.features.contributions[0]!.contributor = 1)],
        [`step of ${world.till} in epoch ${epoch} on chain`, (b) => (b.steps[0]!.income += 1n)],
        [`step of ${world.till} in epoch ${epoch} on chain`, (b) => (b.steps[0]!.entry.pool -= 1n)],
        [`step of ${world.till} in epoch ${epoch} on chain`, (b) => (b.steps[0]!.log.total -= 1n)],
        [`step of ${world.till} in epoch ${epoch} on chain`, (b) => (b.steps[0]!.seed = zeroHash)],
        ["steps", (b) => b.steps.pop()],
        ["steps on chain", (b) => b.steps.push({ ...b.steps[0]!, entry: { ...b.steps[0]!.entry, epoch: epoch + 1 } })],
        ["payouts on chain", (b) => (b.payoutsAfter[0]!.account = holder.address)],
        ["payouts on chain", (b) => b.payoutsAfter.pop()],
        ["bundle", (b) => (b.chainId += 1)],
      ];
      for (const [list, contradict] of contradictions) {
        const copy = structuredClone(found);
        contradict(copy);
        const error = await rejection(verifyOnChain(copy, world.client));
        expect(error, list).to.be.instanceOf(Mismatch);
        expect((error as Mismatch).list).to.equal(list);
      }
    });
  });

  it("says why a contract refuses a posting", async () => {
    const again = await rejection(postBundle(world.poster(), bundle.posting, hash, "file"));
    expect(again).to.be.instanceOf(RevertError);
    expect((again as RevertError).reason).to.match(/^AttributionWrongParent\(0x.*, 0x0+\)$/);
    const early = await rejection(finalizePosting(world.poster(), posted.id));
    expect(early.message).to.match(/^Attribution\.finalize reverts: AttributionWindowOpen\(/);
  });

  it("gives claims that the chain pays after the window", async () => {
    await world.warpTo(BigInt(posted.activatesAt));
    await finalizePosting(world.poster(), posted.id);
    for (const [contributor, { address }] of contributors.entries()) {
      const claim = claimOf(bundle, contributor);
      const { account, count, cumulative, proof } = claim;
      expect(account).to.equal(address);
      if (cumulative === 0n) continue;
      const before = await world.read<bigint>("openToken", "balanceOf", [address]);
      const place = claimPlace(posted.slot, count, contributor);
      await world.send(holder.address, "rewards", "claim", [place, payoutLeaf(claim), proof]);
      const after = await world.read<bigint>("openToken", "balanceOf", [address]);
      expect(after - before).to.equal(cumulative);
    }
    const paid = await Promise.all(
      contributors.map((_, contributor) => world.read<bigint>("rewards", "claimedOf", [contributor])),
    );
    expect(paid.reduce((sum, each) => sum + each)).to.equal(bundle.posting.distributed);
  });

  it("goes on from the bundle of the head of the line, and no other", async () => {
    const first = { bundle, receipts: log.receipts };
    log = await world.trade([4n * OPEN], [], first.receipts.at(-1));
    epoch = log.epoch;
    await closeTills(world.poster(), { from: first.bundle.posting.toEpoch, to: epoch });
    expect((await rejection(prepare())).message).to.equal(
      `the bundle of posting ${posted.id}, the head of the line, is needed`,
    );
    const other = { ...first.bundle, block: 1 };
    expect((await rejection(prepare({}, other))).message).to.include("the parent given is");
    bundle = await prepare({}, first.bundle);
    expect(bundle.posting).to.include({
      parent: posted.id,
      fromEpoch: first.bundle.posting.toEpoch + 1,
      pool: 2n * OPEN,
    });
    expect(bundle.payoutsBefore).to.deep.equal(first.bundle.payoutsAfter);
    hash = encodeBundle(bundle).hash;
    await postBundle(world.poster(), bundle.posting, hash, "file");
    await withFolder(async (folder) => {
      await writeBundle(bundle, join(folder, "b"));
      await verifyOnChain(await readBundle(join(folder, "b")), world.client);
    });
    expect((await rejection(prepare({}, bundle))).message).to.include(`epoch ${epoch} is settled`);
  });

  it("settles income that no log covers with nothing, and needs no seed for it", async () => {
    const parent = bundle;
    const now = await world.read<bigint>("revenue", "currentEpoch");
    epoch = Number(now);
    await world.give(world.till, "1");
    await world.sendTo(holder.address, "Till", world.till, "sweep", []);
    const deadline = await world.read<bigint>("attribution", "logDeadline", [now]);
    await world.warpTo(deadline + 1n);
    await closeTills(world.poster(), { from: epoch, to: epoch });
    expect(await recordSeeds(world.poster(), { from: epoch, to: epoch })).to.deep.equal([]);
    expect(await readSeed(world.client, parent.addresses, epoch)).to.equal(null);
    bundle = await prepare({}, parent);
    expect(bundle.steps[0]!.entry).to.include({ receipts: 0, pool: 0n });
    expect(bundle.payoutsAfter).to.deep.equal(parent.payoutsAfter);
  });

  it("finds a posting that was voided", async () => {
    const { timelock } = world.deployment.addresses;
    await withFolder(async (folder) => {
      const voided = await postBundle(
        world.poster(),
        bundle.posting,
        await writeBundle(bundle, join(folder, "b")),
        "file",
      );
      await verifyOnChain(await readBundle(join(folder, "b")), world.client);
      await world.sendTo(timelock, "Attribution", world.deployment.addresses.attribution, "voidPosting", [
        await readEntry(world.client, await world.range(), voided.id),
      ]);
      const error = await rejection(verifyOnChain(await readBundle(join(folder, "b")), world.client));
      expect(error).to.include({ list: "posting on chain", position: "status", found: "void" });
      const none = await rejection(readEntry(world.client, await world.range(), zeroHash));
      expect(none).to.be.instanceOf(UnknownPostingError);
    });
  });
});
