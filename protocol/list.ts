import type { Hex } from "viem";
import { fixed, join, keccak, keccakHex, toHex, uint, WidthError } from "./hash.ts";
import { BUFFER_PAIRS, buffer, bufferInts, hashPairs } from "./keccak/index.ts";

const WORD = 32;
const INTS = WORD / 4;
/**
 * Levels below this one, but for the leaves, are not kept: a proof hashes their few nodes again from the leaves beside.
 * At 3 that is four hashes a proof, and three quarters of the memory for nodes are saved.
 */
const KEPT_FROM = 3;

/** A list was built from, or asked for, something that is not in it. */
export class ListError extends Error {
  override name = "ListError";
}

/** Smallest d with 2^d ≥ count; 0 for an empty list and for one leaf. */
export function depthOf(count: number): number {
  let depth = 0;
  while (2 ** depth < count) depth++;
  return depth;
}

// ZEROS[d] is the top of an empty subtree of depth d: the zero word, and plain keccaks of it above. All at once, since
// keccak uses the buffer that they are copied to; deeper than any array is long.
const ZEROS: Uint8Array[] = [new Uint8Array(WORD)];
for (let d = 0; d < 53; d++) ZEROS.push(keccak(join(ZEROS[d]!, ZEROS[d]!)));

// the proof that is being made: a word for each height
const SIBLINGS = Buffer.alloc(WORD * ZEROS.length);
const SIBLING_INTS = new Int32Array(SIBLINGS.buffer, SIBLINGS.byteOffset, INTS * ZEROS.length);

function rootOf(domain: Hex, count: number, depth: number, top: Uint8Array): Hex {
  return keccakHex(join(fixed(domain, WORD), uint(count, WORD), uint(depth, WORD), top));
}

// The nodes of one level, flat; the same bytes as int32 since single words copy faster so. `bytes` starts at a multiple
// of four bytes.
class Level {
  readonly bytes: Uint8Array;
  readonly ints: Int32Array;
  readonly count: number;
  readonly height: number;

  constructor(bytes: Uint8Array, height: number) {
    this.bytes = bytes;
    this.ints = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    this.count = bytes.length / WORD;
    this.height = height;
  }

  word(index: number): Uint8Array {
    return this.bytes.subarray(WORD * index, WORD * (index + 1));
  }
}

/**
 * A positional keccak Merkle list: leaf i stands at position i, positions past the count hold the zero word, and the
 * root is keccak256(abi.encode(bytes32 domain, uint256 count, uint256 depth, bytes32 top)). The top of an empty list is
 * the zero word. Takes about 40 bytes a leaf, the leaf's own 32 included.
 */
export class List {
  readonly domain: Hex;
  readonly count: number;
  readonly depth: number;
  // the leaves, then levels KEPT_FROM, KEPT_FROM + 1, … up to the top
  readonly #levels: Level[];
  #root: Hex;

  /**
   * @param domain one of DOMAIN
   * @param leaves 32-byte words, flat or as hex. Flat ones are kept, not copied: the list owns them from here on.
   * Throws {@link ListError} or WidthError on anything else.
   */
  constructor(domain: Hex, leaves: Uint8Array | readonly Hex[]) {
    const flat = flatten(leaves);
    this.domain = domain;
    this.count = flat.length / WORD;
    this.depth = depthOf(this.count);
    let below = new Level(flat, 0);
    this.#levels = [below];
    while (below.height < this.depth) {
      const height = above(below.height, this.depth);
      const level = new Level(new Uint8Array(WORD * Math.ceil(this.count / 2 ** height)), height);
      build(below, level);
      this.#levels.push(level);
      below = level;
    }
    this.#root = this.#rootNow();
  }

  get root(): Hex {
    return this.#root;
  }

  /** The leaf at `position`. Throws {@link ListError} past the count. */
  leaf(position: number): Hex {
    this.#check(position);
    return toHex(this.#levels[0]!.word(position));
  }

  /** Siblings from the leaf up, `depth` of them, in O(depth). Throws {@link ListError} past the count. */
  proof(position: number): Hex[] {
    this.#check(position);
    let at = position;
    for (let height = 0; height < this.depth; height++, at = Math.floor(at / 2)) {
      this.#sibling(height, at % 2 === 0 ? at + 1 : at - 1);
    }
    // one conversion for all: a call each costs more than the rest
    const hex = SIBLINGS.toString("hex", 0, WORD * this.depth);
    const proof: Hex[] = [];
    for (let i = 0; i < hex.length; i += 2 * WORD) proof.push(`0x${hex.slice(i, i + 2 * WORD)}`);
    return proof;
  }

  /**
   * Replaces the leaves at `positions` (in any order; of equal ones the last counts) and hashes again only what stands
   * above them. Throws {@link ListError} or WidthError, with nothing changed, on a position past the count or on leaves
   * that are not one word each.
   */
  update(positions: ArrayLike<number>, leaves: Uint8Array | readonly Hex[]): void {
    const flat = flatten(leaves);
    if (flat.length !== WORD * positions.length) {
      throw new ListError(`${flat.length / WORD} leaves for ${positions.length} positions`);
    }
    for (let i = 0; i < positions.length; i++) this.#check(positions[i]!);
    const bottom = this.#levels[0]!;
    for (let i = 0; i < positions.length; i++) {
      bottom.bytes.set(flat.subarray(WORD * i, WORD * (i + 1)), WORD * positions[i]!);
    }
    let changed = Float64Array.from(positions).sort();
    for (let i = 1; i < this.#levels.length; i++) changed = rebuild(this.#levels[i - 1]!, this.#levels[i]!, changed);
    this.#root = this.#rootNow();
  }

  #rootNow(): Hex {
    return rootOf(this.domain, this.count, this.depth, this.count === 0 ? ZEROS[0]! : this.#levels.at(-1)!.word(0));
  }

  // Puts a node into its place in SIBLINGS.
  #sibling(height: number, index: number): void {
    const to = INTS * height;
    const size = 2 ** height;
    const kept = height - above(0, this.depth);
    if (index * size >= this.count) SIBLINGS.set(ZEROS[height]!, WORD * height);
    else if (height === 0) copyWord(this.#levels[0]!.ints, INTS * index, SIBLING_INTS, to);
    else if (kept >= 0) copyWord(this.#levels[1 + kept]!.ints, INTS * index, SIBLING_INTS, to);
    else {
      gather(this.#levels[0]!, index * size, size, 0);
      collapse(size, height);
      copyWord(bufferInts, 0, SIBLING_INTS, to);
    }
  }

  #check(position: number): void {
    if (!Number.isInteger(position) || position < 0 || position >= this.count) {
      throw new ListError(`position ${position} is not in a list of ${this.count}`);
    }
  }

  /** Whether `leaf` stands at `position` of the list of `count` leaves that `root` commits. Never throws. */
  static verify(claim: {
    domain: Hex;
    root: Hex;
    count: number;
    position: number;
    leaf: Hex;
    proof: readonly Hex[];
  }): boolean {
    const { domain, root, count, position, leaf, proof } = claim;
    if (!Number.isInteger(position) || position < 0 || position >= count) return false;
    if (proof.length !== depthOf(count)) return false;
    try {
      let top: Uint8Array = fixed(leaf, WORD);
      let at = position;
      for (const sibling of proof) {
        const beside = fixed(sibling, WORD);
        top = keccak(at % 2 === 0 ? join(top, beside) : join(beside, top));
        at = Math.floor(at / 2);
      }
      return rootOf(domain, count, proof.length, top) === root.toLowerCase();
    } catch (error) {
      if (error instanceof WidthError) return false;
      throw error;
    }
  }
}

function flatten(leaves: Uint8Array | readonly Hex[]): Uint8Array {
  if (leaves instanceof Uint8Array) {
    if (leaves.length % WORD !== 0) throw new ListError(`${leaves.length} bytes are no whole number of 32-byte leaves`);
    return leaves.byteOffset % 4 === 0 ? leaves : Uint8Array.from(leaves);
  }
  const flat = new Uint8Array(WORD * leaves.length);
  for (let i = 0; i < leaves.length; i++) flat.set(fixed(leaves[i]!, WORD), WORD * i);
  return flat;
}

// the next kept height above `height`
function above(height: number, depth: number): number {
  return height === 0 ? Math.min(KEPT_FROM, depth) : height + 1;
}

// word by word this is several times faster than set and subarray
function copyWord(from: Int32Array, at: number, to: Int32Array, toAt: number): void {
  for (let i = 0; i < INTS; i++) to[toAt + i] = from[at + i]!;
}

// Puts nodes from…from + n of a level at the start of the buffer, empty ones for those past its count.
function fill(level: Level, from: number, n: number): void {
  const there = Math.min(n, level.count - from);
  buffer.set(level.bytes.subarray(WORD * from, WORD * (from + there)));
  for (let i = there; i < n; i++) buffer.set(ZEROS[level.height]!, WORD * i);
}

// Replaces the first n words of the buffer by the nodes `steps` levels above them.
function collapse(n: number, steps: number): void {
  for (let step = 1; step <= steps; step++) hashPairs(n / 2 ** step);
}

// All nodes of `to` from those of the kept level below it.
function build(from: Level, to: Level): void {
  const steps = to.height - from.height;
  const size = 2 ** steps;
  const most = Math.floor((2 * BUFFER_PAIRS) / size);
  for (let index = 0; index < to.count; index += most) {
    const n = Math.min(most, to.count - index);
    fill(from, index * size, n * size);
    collapse(n * size, steps);
    to.bytes.set(buffer.subarray(0, WORD * n), WORD * index);
  }
}

// The nodes of `to` above the nodes `changed` (ascending, repeats allowed) of the level below it; returns which they are.
function rebuild(from: Level, to: Level, changed: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const steps = to.height - from.height;
  const size = 2 ** steps;
  const parents = new Float64Array(changed.length);
  let n = 0;
  for (let i = 0; i < changed.length; i++) {
    const parent = Math.floor(changed[i]! / size);
    if (n === 0 || parents[n - 1] !== parent) parents[n++] = parent;
  }
  const most = Math.floor((2 * BUFFER_PAIRS) / size);
  for (let first = 0; first < n; first += most) {
    const batch = parents.subarray(first, Math.min(first + most, n));
    for (let i = 0; i < batch.length; i++) gather(from, batch[i]! * size, size, i * size);
    collapse(batch.length * size, steps);
    for (let i = 0; i < batch.length; i++) {
      copyWord(bufferInts, INTS * i, to.ints, INTS * batch[i]!);
    }
  }
  return parents.subarray(0, n);
}

// Copies n nodes of a level, empty ones past its count, to word `to` of the buffer.
function gather(level: Level, from: number, n: number, to: number): void {
  const there = Math.min(n, level.count - from);
  for (let i = 0; i < there; i++) copyWord(level.ints, INTS * (from + i), bufferInts, INTS * (to + i));
  for (let i = there; i < n; i++) buffer.set(ZEROS[level.height]!, WORD * (to + i));
}
