// One measurement in a process of its own, so that its peak memory is its own: `child.ts JOB COUNT` prints its figures as
// JSON. Times are CPU times, which other programs hardly disturb, and of the build alone; the peak is the whole process's,
// Node and the leaves included.
import { DOMAIN } from "../../protocol/domains.ts";
import { List } from "../../protocol/list.ts";
import type { Figures } from "../main.ts";

const WORD = 32;
const CHANGED = 10_000;

// words that all differ, made without hashing
function words(count: number, seed: number): Uint8Array {
  const ints = new Uint32Array((WORD / 4) * count);
  for (let i = 0; i < ints.length; i++) ints[i] = Math.imul(i + seed, 0x9e3779b1);
  return new Uint8Array(ints.buffer);
}

function buffers(count: number): Buffer[] {
  const flat = Buffer.from(words(count, 1).buffer);
  return Array.from({ length: count }, (_, i) => flat.subarray(WORD * i, WORD * (i + 1)));
}

// CPU microseconds of `work`, all threads of the process together
function cpu(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function built(build: () => unknown): Figures {
  return { cpu_s: cpu(build) / 1e6, rss_mb: (process.resourceUsage().maxRSS * 1024) / 1e6 };
}

const jobs: Record<string, (count: number) => Figures | Promise<Figures>> = {
  tributary: (count) => {
    const leaves = words(count, 1);
    return built(() => new List(DOMAIN.payouts, leaves));
  },

  openzeppelin: async (count) => {
    const { StandardMerkleTree } = await import("@openzeppelin/merkle-tree");
    const account = (i: number) => `0x${i.toString(16).padStart(40, "0")}`;
    const values = Array.from({ length: count }, (_, i): [string, string] => [account(i + 1), String(i)]);
    return built(() => StandardMerkleTree.of(values, ["address", "uint256"]));
  },

  merkletreejs: async (count) => {
    const { MerkleTree } = await import("merkletreejs");
    const { keccak256 } = await import("viem");
    const leaves = buffers(count);
    return built(() => new MerkleTree(leaves, (data: Buffer) => Buffer.from(keccak256(data, "bytes"))));
  },

  // milliseconds of one update of many random leaves, and microseconds of one proof; each the best of ten runs
  change: (count) => {
    const list = new List(DOMAIN.payouts, words(count, 1));
    const best = (work: (positions: number[], leaves: Uint8Array) => void) => {
      let least = Number.POSITIVE_INFINITY;
      for (let run = 1; run <= 10; run++) {
        const scattered = (_: unknown, i: number) => (Math.imul(i + run * CHANGED, 0x9e3779b1) >>> 0) % count;
        const positions = Array.from({ length: CHANGED }, scattered);
        const leaves = words(CHANGED, run);
        least = Math.min(
          least,
          cpu(() => work(positions, leaves)),
        );
      }
      return least;
    };
    const update = best((positions, leaves) => list.update(positions, leaves));
    const proofs = best((positions) => {
      for (const position of positions) list.proof(position);
    });
    return { update_10k_ms: update / 1000, proof_us: proofs / CHANGED };
  },
};

const [job, count] = process.argv.slice(2);
console.log(JSON.stringify(await jobs[job!]!(Number(count))));
