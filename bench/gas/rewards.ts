import { type Hex, keccak256, parseEther, toHex } from "viem";
import { claimPlace } from "../../protocol/leaves.ts";
import { rangeProof } from "../../protocol/range-proof.ts";
import type { Figures } from "../main.ts";
import { payouts } from "./payouts.ts";
import { GasWorld } from "./world.ts";

const POOL = parseEther("10000");
/** Slots of the ring: after as many postings every one is used again. */
const RING = 64;
const BLOCK = 256;

/** Gas of claims, postings and credits. */
export async function rewards(): Promise<Figures> {
  const world = await GasWorld.start();
  try {
    // Two sweeps in one epoch: the first opens it.
    const figures: Figures = { credit_100_first: await world.earn(POOL / 2n) };
    figures.credit_100 = await world.earn(POOL / 2n);
    await world.settle(madeUp(0), POOL);
    for (const [name, count] of [
      ["1k", 1_000],
      ["100k", 100_000],
      ["1m", 1_000_000],
    ] as const) {
      Object.assign(figures, await claims(world, name, count));
    }
    for (let i = 1; i <= RING; i++) await post(world, madeUp(i));
    const { post: post_root, finalize } = await post(world, madeUp(RING + 1));
    return { ...figures, post_root, finalize };
  } finally {
    await world.chain.stop();
  }
}

/** A posting of one epoch. */
async function post(world: GasWorld, root: Hex) {
  await world.earn(POOL);
  return world.settle(root, POOL);
}

/** A root that nobody claims by. */
const madeUp = (seed: number): Hex => keccak256(toHex(`root ${seed}`));

async function claims(world: GasWorld, name: string, count: number): Promise<Figures> {
  const figures: Figures = {};
  // Alone in its word of the books, as a first claim is at its dearest; so is the one that misses postings.
  const [claimant, misser] = [Math.floor(count / 3), Math.floor(count / 5) * 2 + 1];
  // A block like any other, not at the edge of a larger subtree than its own.
  const first = BLOCK * (Math.floor(count / 2 / BLOCK) | 1);
  for (const [round, key] of ["first", "repeat"].entries()) {
    const list = payouts(count, round);
    const { slot } = await post(world, list.root);
    const claim = async (position: number) => {
      const args = [claimPlace(slot, count, position), list.leaf(position), list.proof(position)];
      return (await world.send("Rewards", "claim", args, world.keeper)).gas;
    };
    figures[`claim_${key}_${name}`] = await claim(claimant);
    if (count !== 1_000_000) continue;
    const leaves = Array.from({ length: BLOCK }, (_, i) => list.leaf(first + i));
    const args = [claimPlace(slot, count, first), leaves, rangeProof(list, first, BLOCK)];
    const { gas } = await world.send("Rewards", "claimRange", args, world.keeper);
    figures[`claim_range_256_${key}`] = Math.round(gas / BLOCK);
    if (round === 0) {
      await claim(misser);
      for (let missed = 1; missed < 12; missed++) await post(world, madeUp(-missed));
    } else {
      figures.claim_12_missed = await claim(misser);
    }
  }
  return figures;
}
