import { expect } from "chai";
import type { Hex } from "viem";
import { Random } from "../../lm/index.ts";
import { indexOf } from "../../oracle/features.ts";
import { proveIndex } from "../../oracle/refute/indexes.ts";
import { readContributions } from "../../oracle/snapshot.ts";
import { ArtifactError, artifact } from "../../protocol/abi.ts";
import { DOMAIN } from "../../protocol/domains.ts";
import { type IndexEntry, indexLeaf, STANDING_UNIT } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { other } from "./corrupt.ts";
import { vector } from "./fixtures.ts";
import { contributors, World } from "./world.ts";

const VARIANTS = 3;

describe("a corrupted index", function () {
  this.timeout(600_000);
  let world: World;
  let accepted: { contributor: number; contribution: number }[];
  let honest: IndexEntry[];

  before(async function () {
    try {
      artifact("IndexVerifier");
    } catch (error) {
      expect(error).to.be.instanceOf(ArtifactError);
      this.skip(); // the contracts are not built
    }
    world = await World.start();
    // the fifth is rejected
    await world.contribute(
      ["a", "b", "c", "d", "e"].map((text) => [{ text }]),
      [4],
    );
    const { addresses, block: fromBlock } = world.deployment;
    const block = Number(await world.client.getBlockNumber());
    accepted = (await readContributions(world.client, { datanets: addresses.datanets, datanet: 0, fromBlock, block }))
      .map(({ contributor, id }) => ({ contributor, contribution: id }))
      .sort((a, b) => a.contributor - b.contributor || a.contribution - b.contribution);
    honest = indexOf({
      engine: "grad-dot",
      dims: 10,
      tensors: [{ name: "t", size: 10, exponent: 0 }],
      contributions: accepted,
      features: accepted.map((_, c) => vector(c, 10)),
      standing: [1n, 2n, 3n, 4n],
    }).entries;
  });
  after(() => world?.chain.stop());

  /** Indexes with a wrong entry, order or length. */
  function* mutants(): Generator<[name: string, entries: IndexEntry[]]> {
    const random = new Random(4);
    for (const [place, entry] of honest.entries()) {
      for (const field of ["contributor", "contribution"] as const) {
        for (let v = 0; v < VARIANTS; v++) {
          yield [`entry ${place}, ${field}`, honest.with(place, { ...entry, [field]: other(entry[field], random) })];
        }
      }
      yield [`entry ${place}, a share above 1`, honest.with(place, { ...entry, standing: STANDING_UNIT + 1n })];
      yield [`entry ${place} left out`, honest.toSpliced(place, 1)];
      yield [`entry ${place} twice`, honest.toSpliced(place, 0, entry)];
      yield [`entry ${place} after the others`, [...honest.toSpliced(place, 1), entry]];
    }
    yield ["the rejected one in it", [...honest.slice(0, 2), { ...honest[1]!, contribution: 4 }, ...honest.slice(2)]];
    yield ["nothing", []];
  }

  const rootOf = (entries: readonly IndexEntry[]): Hex => new List(DOMAIN.index, entries.map(indexLeaf)).root;

  /** Proposes a version of the index, for as long as `use` runs. */
  async function proposed(entries: readonly IndexEntry[], use: (model: number) => Promise<void>): Promise<void> {
    const snapshot = await world.chain.rpc("evm_snapshot", []);
    const { model } = await world.propose(rootOf(entries));
    await use(Number(model));
    await world.chain.rpc("evm_revert", [snapshot]);
  }

  async function refutes(model: number, evidence: Hex): Promise<boolean> {
    const { abi } = artifact("IndexVerifier");
    const address = world.deployment.addresses.indexVerifier;
    const args = [BigInt(model), evidence];
    try {
      return (await world.client.readContract({ abi, address, functionName: "refutes", args })) as boolean;
    } catch {
      return false; // evidence of something else may revert
    }
  }

  it("is refuted whatever is wrong, and the same evidence never refutes the honest one", async () => {
    const missed: string[] = [];
    const evidence: Hex[] = [];
    for (const [name, entries] of mutants()) {
      if (rootOf(entries) === rootOf(honest)) continue;
      await proposed(entries, async (model) => {
        const { proofs } = proveIndex({ model, indexRoot: rootOf(entries), entries }, accepted);
        if (proofs.length === 0) missed.push(name);
        for (const proof of proofs) {
          evidence.push(proof.evidence);
          if (!(await refutes(model, proof.evidence))) missed.push(`${name}: ${proof.what}`);
        }
      });
    }
    expect(missed).to.deep.equal([]);
    expect(evidence.length).to.be.greaterThan(50);
    await proposed(honest, async (model) => {
      const judged = proveIndex({ model, indexRoot: rootOf(honest), entries: honest }, accepted);
      expect(judged).to.deep.equal({ proofs: [], unproved: [] });
      for (const each of evidence) expect(await refutes(model, each)).to.equal(false);
    });
  });

  it("is withheld where its entries are not those committed", () => {
    const { proofs, unproved } = proveIndex({ model: 0, indexRoot: rootOf([]), entries: honest }, accepted);
    expect(proofs).to.deep.equal([]);
    expect(unproved.map(({ list, remedy }) => [list, remedy])).to.deep.equal([["index", "withheld"]]);
  });

  it("ends the version after one transaction of anybody", async () => {
    const entries = honest.slice(1);
    await proposed(entries, async (model) => {
      const [cheapest] = proveIndex({ model, indexRoot: rootOf(entries), entries }, accepted).proofs;
      await world.send(contributors[0]!.address, "refutations", "refuteIndex", [BigInt(model), cheapest!.evidence]);
      const again = world.send(contributors[1]!.address, "refutations", "refuteIndex", [
        BigInt(model),
        cheapest!.evidence,
      ]);
      expect(
        await again.then(
          () => "taken",
          () => "refused",
        ),
      ).to.equal("refused");
    });
  });
});
