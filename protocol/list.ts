import { bytesToHex, type Hex, hexToBytes } from "viem";
import { fixed, join, keccak, keccakHex, uint } from "./hash.ts";

const WORD = 32;

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

/** keccak256(left ‖ right) over 32-byte words. */
function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  return keccak(join(left, right));
}

// zeros[d] is the top of an empty subtree of depth d: the zero word, and plain keccaks of it above.
const zeros: Uint8Array[] = [new Uint8Array(WORD)];
function zero(depth: number): Uint8Array {
  while (zeros.length <= depth) zeros.push(node(zeros[zeros.length - 1]!, zeros[zeros.length - 1]!));
  return zeros[depth]!;
}

function rootOf(domain: Hex, count: number, depth: number, top: Uint8Array): Hex {
  return keccakHex(join(fixed(domain, WORD), uint(count, WORD), uint(depth, WORD), top));
}

/**
 * A positional keccak Merkle list: leaf i stands at position i, positions past the count hold the zero word, and the
 * root is keccak256(abi.encode(bytes32 domain, uint256 count, uint256 depth, bytes32 top)). The top of an empty list is
 * the zero word. Nodes are kept flat, one array per level.
 */
export class List {
  readonly domain: Hex;
  readonly count: number;
  readonly depth: number;
  readonly root: Hex;
  readonly #levels: Uint8Array[];

  /**
   * @param domain one of DOMAIN
   * @param leaves 32-byte words, flat or as hex. Throws {@link ListError} or WidthError on anything else.
   */
  constructor(domain: Hex, leaves: Uint8Array | readonly Hex[]) {
    const flat = leaves instanceof Uint8Array ? leaves : join(...leaves.map((leaf) => fixed(leaf, WORD)));
    if (flat.length % WORD !== 0) throw new ListError(`${flat.length} bytes are no whole number of 32-byte leaves`);
    this.domain = domain;
    this.count = flat.length / WORD;
    this.depth = depthOf(this.count);
    this.#levels = [flat];
    for (let level = 0; level < this.depth; level++) {
      const below = this.#levels[level]!;
      const nodes = Math.ceil(below.length / (2 * WORD));
      const above = new Uint8Array(nodes * WORD);
      for (let i = 0; i < nodes; i++) {
        const pair = below.subarray(2 * WORD * i, 2 * WORD * (i + 1));
        above.set(pair.length === 2 * WORD ? keccak(pair) : node(pair, zero(level)), WORD * i);
      }
      this.#levels.push(above);
    }
    const top = this.count === 0 ? zero(0) : this.#levels[this.depth]!;
    this.root = rootOf(domain, this.count, this.depth, top);
  }

  /** The leaf at `position`. Throws {@link ListError} past the count. */
  leaf(position: number): Hex {
    this.#check(position);
    return bytesToHex(this.#levels[0]!.subarray(WORD * position, WORD * (position + 1)));
  }

  /** Siblings from the leaf up, `depth` of them. Throws {@link ListError} past the count. */
  proof(position: number): Hex[] {
    this.#check(position);
    const siblings: Hex[] = [];
    for (let level = 0, at = position; level < this.depth; level++, at = Math.floor(at / 2)) {
      const beside = at % 2 === 0 ? at + 1 : at - 1;
      const nodes = this.#levels[level]!;
      const inside = WORD * beside < nodes.length;
      siblings.push(bytesToHex(inside ? nodes.subarray(WORD * beside, WORD * (beside + 1)) : zero(level)));
    }
    return siblings;
  }

  #check(position: number): void {
    if (!Number.isInteger(position) || position < 0 || position >= this.count) {
      throw new ListError(`position ${position} is not in a list of ${this.count}`);
    }
  }

  /** Whether `leaf` stands at `position` of the list of `count` leaves that `root` commits. Never throws on bad proofs. */
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
    let top = hexToBytes(leaf);
    if (top.length !== WORD) return false;
    let at = position;
    for (const sibling of proof) {
      const beside = hexToBytes(sibling);
      if (beside.length !== WORD) return false;
      top = at % 2 === 0 ? node(top, beside) : node(beside, top);
      at = Math.floor(at / 2);
    }
    return rootOf(domain, count, proof.length, top) === root.toLowerCase();
  }
}
