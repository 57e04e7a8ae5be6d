import { expect } from "chai";
import { type Hex, parseEther } from "viem";
import { factsOf } from "../../oracle/assemble.ts";
import { type Bundle, encodeBundle, type PostingFields } from "../../oracle/bundle.ts";
import { closeTills, postBundle } from "../../oracle/post.ts";
import { prepareBundle } from "../../oracle/prepare.ts";
import type { Judged, Proof, Published } from "../../oracle/refute/context.ts";
import { findProofs } from "../../oracle/refute/find.ts";
import { publishedOf } from "../../oracle/refute/published.ts";
import { readEntry } from "../../oracle/state.ts";
import { ArtifactError, artifact } from "../../protocol/abi.ts";
import type { ContractName } from "../../protocol/deployment.ts";
import type { Receipt, ReceiptLog } from "../../protocol/receipt.ts";
import type { ChannelConfig } from "../../protocol/voucher.ts";
import { type Mutant, mutants } from "./corrupt.ts";
import { vector } from "./fixtures.ts";
import { contributors, holder, payer, World } from "./world.ts";

const OPEN = parseEther("1");
/** How often each field is changed. */
const VARIANTS = 5;
const SEED = 5;
/** Mutants that are tried at once. */
const AT_ONCE = 16;
/** What no proof can show: a root of which nobody knows the leaves, which is for a demand. */
const FOR_DEMANDS = new Set([
  "samples.gradientRoot",
  "steps.samplesRoot",
  "steps.partsRoot",
  "steps.resultsRoot",
  "steps.rootAfter",
]);
/** What breaks no rule and hurts nobody: the first list need not have a place for whoever is in no index. */
const HARMLESS = "first: step 0, payouts, one less";

/** Chunks of the versions' features: two, and seventeen, which are two leaves of partial sums. */
const DIMS = [1_030, 16_321, 1_030];

/** Features of the four contributions, of two contributors. */
function featuresOf(model: number) {
  const dims = DIMS[model]!;
  return {
    engine: "grad-dot",
    dims,
    tensors: [{ name: "t", size: dims, exponent: -4 }],
    contributions: [
      { contributor: 0, contribution: 0 },
      { contributor: 0, contribution: 2 },
      { contributor: 1, contribution: 1 },
      { contributor: 1, contribution: 3 },
    ],
    features: [1, 2, 3, 4].map((c) => vector(10 * model + c, dims)),
    standing: [400_000_000n, 0n, 300_000_000n, 100_000_000n],
  };
}

describe("a corrupted posting", function () {
  this.timeout(600_000);
  let world: World;
  const logs: ReceiptLog[] = [];
  const tills: { model: number; till: Hex; channel: ChannelConfig; last?: Receipt }[] = [];
  /** Of the first epoch, and of the second on top of it. */
  const postings: { bundle: Bundle; judged: Judged; published: Published }[] = [];

  before(async function () {
    try {
      artifact("Refutations");
    } catch (error) {
      expect(error).to.be.instanceOf(ArtifactError);
      this.skip(); // the contracts are not built
    }
    world = await World.start();
    await world.contribute(["a", "b", "c", "d"].map((text) => [{ text }]));
    await world.send(payer.address, "datanets", "register", []);
    for (const model of DIMS.keys()) {
      await world.goLive(featuresOf(model));
      await world.openChannel();
      tills.push({ model, till: world.till, channel: world.channel });
    }
    await trade([
      { at: 0, charges: [3n, 2n, 5n], unbound: [1] },
      { at: 1, charges: [4n, 1n], unbound: [] },
    ]);
    await prepare();
    const { posting } = postings[0]!.bundle;
    await postBundle(world.poster(), posting, encodeBundle(postings[0]!.bundle).hash, "first");
    await trade([
      { at: 0, charges: [7n, 1n], unbound: [0] },
      { at: 1, charges: [2n], unbound: [], silent: true },
      { at: 2, charges: [1n, 9n, 2n], unbound: [2] },
    ]);
    await prepare();
  });
  after(() => world?.chain.stop());

  /** An epoch: who earns what, and whose operator commits no log. */
  async function trade(
    earnings: { at: number; charges: bigint[]; unbound: number[]; silent?: boolean }[],
  ): Promise<void> {
    const committed: ReceiptLog[] = [];
    for (const { at, charges, unbound, silent } of earnings) {
      const till = tills[at]!;
      Object.assign(world, { model: till.model, till: till.till, channel: till.channel });
      const inWei = charges.map((charge) => charge * OPEN + 7n);
      const log = await world.earn(inWei, unbound, till.last);
      till.last = log.receipts.at(-1)!;
      if (silent === undefined) committed.push(log);
    }
    await world.endEpoch(committed);
    logs.push(...committed);
  }

  async function prepare(): Promise<void> {
    const toEpoch = logs.at(-1)!.epoch;
    await closeTills(world.poster(), { from: 0, to: toEpoch });
    const parent = postings.at(-1)?.bundle ?? null;
    const bundle = await prepareBundle({
      client: world.client,
      deployment: world.deployment,
      parent,
      toEpoch,
      sources: {
        logOf: async (till, epoch) => logs.find((log) => log.till === till && log.epoch === epoch) ?? null,
        featuresOf: async (model) => featuresOf(model),
        gradientsOf: async (model, receipts) =>
          receipts.map(({ number }) => Float32Array.from(vector(100 * model + number, DIMS[model]!))),
      },
    });
    const { posting } = bundle;
    const entry = parent === null ? null : await readEntry(world.client, await world.range(), posting.parent);
    const judged = { posting, parent: entry && { entry, place: 0 }, facts: factsOf(bundle) };
    postings.push({ bundle, judged, published: publishedOf(bundle) });
  }

  const address = ({ verifier }: Proof): Hex =>
    world.deployment.addresses[(verifier[0]!.toLowerCase() + verifier.slice(1)) as ContractName];

  function onChain(posting: PostingFields) {
    const { fromEpoch, toEpoch, ...rest } = posting;
    return { ...rest, fromEpoch: BigInt(fromEpoch), toEpoch: BigInt(toEpoch), bundleHash: posting.stepRoot };
  }

  /** Whether the verifier takes the evidence against a posting. */
  async function takes(posting: PostingFields, proof: Proof): Promise<boolean> {
    const call = { abi: artifact(proof.verifier).abi, address: address(proof), functionName: "refutes" };
    try {
      return (await world.client.readContract({ ...call, args: [onChain(posting), proof.evidence] })) as boolean;
    } catch {
      return false; // evidence of something else may revert
    }
  }

  it("is not what an honest one is: no rule of it is broken, and nothing is left open", () => {
    expect(postings.map(({ published }) => published.steps.length)).to.deep.equal([2, 3]);
    for (const { judged, published } of postings) {
      expect(findProofs(judged, published)).to.deep.equal({ proofs: [], unproved: [] });
    }
  });

  for (const [name, which] of [
    ["first", 0],
    ["second", 1],
  ] as const) {
    it(`is found and refuted whatever field of the ${name} is changed, and the same evidence never refutes the honest one`, async () => {
      const { judged, published } = postings[which]!;
      const missed: string[] = [];
      const framed: string[] = [];
      const kinds = new Set<string>();
      let count = 0;
      const check = async (mutant: Mutant): Promise<void> => {
        const { proofs, unproved } = findProofs({ ...judged, posting: mutant.posting }, mutant.published);
        if (proofs.length === 0 && `${name}: ${mutant.name}` !== HARMLESS) {
          if (!FOR_DEMANDS.has(mutant.kind) || unproved.length === 0) missed.push(mutant.name);
        }
        const some = proofs.slice(0, 4);
        const taken = await Promise.all(some.map((proof) => takes(mutant.posting, proof)));
        if (taken.includes(false)) missed.push(`${mutant.name}: ${proofs[taken.indexOf(false)]!.what}`);
        const honest = await Promise.all(some.map((proof) => takes(judged.posting, proof)));
        if (honest.includes(true)) framed.push(mutant.name);
      };
      let running: Promise<void>[] = [];
      for (const mutant of mutants(judged.posting, published, VARIANTS, SEED + which)) {
        count++;
        kinds.add(mutant.kind);
        running.push(check(mutant));
        if (running.length < AT_ONCE) continue;
        await Promise.all(running);
        running = [];
      }
      await Promise.all(running);
      expect(missed).to.deep.equal([]);
      expect(framed).to.deep.equal([]);
      expect(kinds.size).to.be.greaterThan(40);
      expect(count).to.be.greaterThan(900);
    });
  }

  it("is void after one transaction of anybody, one of each kind", async () => {
    const { judged, published } = postings[1]!;
    const kinds = new Map<string, Mutant>();
    for (const mutant of mutants(judged.posting, published, 1, SEED)) {
      if (!FOR_DEMANDS.has(mutant.kind)) kinds.set(mutant.kind, mutant);
    }
    expect(kinds.size).to.be.greaterThan(35);
    const head = await world.read<Hex>("attribution", "head");
    const kept: string[] = [];
    for (const [kind, { posting, published: wrong }] of kinds) {
      const [cheapest] = findProofs({ ...judged, posting }, wrong).proofs;
      const snapshot = await world.chain.rpc("evm_snapshot", []);
      const { id } = await postBundle(world.poster(), posting, posting.stepRoot, kind);
      const entry = await readEntry(world.client, await world.range(), id);
      const refuter = contributors[0]!.address;
      await world.send(refuter, "refutations", "refute", [entry, address(cheapest!), cheapest!.evidence]);
      if ((await world.read<Hex>("attribution", "head")) !== head) kept.push(kind);
      await world.chain.rpc("evm_revert", [snapshot]);
    }
    expect(kept).to.deep.equal([]);
    expect(await world.read<Hex>("attribution", "head")).to.equal(head);
    expect(await world.read<bigint>("attribution", "freeBond", [holder.address])).to.equal(0n);
  });
});
