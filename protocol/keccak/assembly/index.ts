// Keccak-f[1600] (FIPS 202) over a state in memory, written once for two types: u64 hashes one message, v128 two at a
// time, each in its own half of every lane. Hashing as Ethereum does: rate 136 bytes, padding 0x01 … 0x80.

const RATE: usize = 136;
const CONSTANTS = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
  0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
  0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
  0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);
const ROUNDS: usize = 24;
// 25 lanes of 16 bytes; a round reads one and writes the other
const STATE = memory.data(400, 16);
const OTHER = memory.data(400, 16);

/** First free byte of the memory, aligned to 16. */
export function heapBase(): usize {
  return (__heap_base + 15) & ~15;
}

@inline
function xor<T>(a: T, b: T): T {
  return isVector<T>() ? v128.xor(a, b) : ((a ^ b) as T);
}

// ~a & b
@inline
function andNot<T>(a: T, b: T): T {
  return isVector<T>() ? v128.andnot(b, a) : ((~a & b) as T);
}

@inline
function rotate<T>(a: T, n: i32): T {
  if (n == 0) return a;
  return isVector<T>() ? v128.or(i64x2.shl(a, n), i64x2.shr_u(a, 64 - n)) : rotl<T>(a, n as T);
}

@inline
function splat<T>(at: usize): T {
  return isVector<T>() ? v128.load64_splat(at) : load<T>(at);
}

@inline
function lane<T>(state: usize, i: usize): T {
  return load<T>(state + i * sizeof<T>());
}

// θ: parity of column x
@inline
function parity<T>(a: usize, x: usize): T {
  const upper = xor<T>(lane<T>(a, x), lane<T>(a, x + 5));
  return xor<T>(xor<T>(xor<T>(upper, lane<T>(a, x + 10)), lane<T>(a, x + 15)), lane<T>(a, x + 20));
}

// Row y of the next state from lanes i of `a`: θ's d, ρ's rotation by r, π by the choice of lanes, χ, and ι in row 0.
@inline
function row<T>(
  a: usize, to: usize, y: usize, iota: T,
  i0: usize, r0: i32, d0: T, i1: usize, r1: i32, d1: T, i2: usize, r2: i32, d2: T,
  i3: usize, r3: i32, d3: T, i4: usize, r4: i32, d4: T,
): void {
  const b0 = rotate<T>(xor<T>(lane<T>(a, i0), d0), r0);
  const b1 = rotate<T>(xor<T>(lane<T>(a, i1), d1), r1);
  const b2 = rotate<T>(xor<T>(lane<T>(a, i2), d2), r2);
  const b3 = rotate<T>(xor<T>(lane<T>(a, i3), d3), r3);
  const b4 = rotate<T>(xor<T>(lane<T>(a, i4), d4), r4);
  const first = xor<T>(b0, andNot<T>(b1, b2));
  to += y * 5 * sizeof<T>();
  store<T>(to, y == 0 ? xor<T>(first, iota) : first);
  store<T>(to + sizeof<T>(), xor<T>(b1, andNot<T>(b2, b3)));
  store<T>(to + 2 * sizeof<T>(), xor<T>(b2, andNot<T>(b3, b4)));
  store<T>(to + 3 * sizeof<T>(), xor<T>(b3, andNot<T>(b4, b0)));
  store<T>(to + 4 * sizeof<T>(), xor<T>(b4, andNot<T>(b0, b1)));
}

@inline
function round<T>(a: usize, to: usize, iota: T): void {
  const c0 = parity<T>(a, 0);
  const c1 = parity<T>(a, 1);
  const c2 = parity<T>(a, 2);
  const c3 = parity<T>(a, 3);
  const c4 = parity<T>(a, 4);
  const d0 = xor<T>(c4, rotate<T>(c1, 1));
  const d1 = xor<T>(c0, rotate<T>(c2, 1));
  const d2 = xor<T>(c1, rotate<T>(c3, 1));
  const d3 = xor<T>(c2, rotate<T>(c4, 1));
  const d4 = xor<T>(c3, rotate<T>(c0, 1));
  row<T>(a, to, 0, iota, 0, 0, d0, 6, 44, d1, 12, 43, d2, 18, 21, d3, 24, 14, d4);
  row<T>(a, to, 1, iota, 3, 28, d3, 9, 20, d4, 10, 3, d0, 16, 45, d1, 22, 61, d2);
  row<T>(a, to, 2, iota, 1, 1, d1, 7, 6, d2, 13, 25, d3, 19, 8, d4, 20, 18, d0);
  row<T>(a, to, 3, iota, 4, 27, d4, 5, 36, d0, 11, 10, d1, 17, 15, d2, 23, 56, d3);
  row<T>(a, to, 4, iota, 2, 62, d2, 8, 55, d3, 14, 39, d4, 15, 41, d0, 21, 2, d1);
}

// STATE through all rounds; their number is even, so that it ends where it began
@inline
function permute<T>(): void {
  let from: usize = STATE;
  let to: usize = OTHER;
  for (let at: usize = CONSTANTS; at < CONSTANTS + 8 * ROUNDS; at += 8) {
    round<T>(from, to, splat<T>(at));
    const next = from;
    from = to;
    to = next;
  }
}

/**
 * The keccak256 of each of `n` pairs of words (64 bytes each, one after the other at `from`), 32 bytes each at `to`.
 * Works in place and wherever to ≤ from. Where n is odd it reads one pair more and writes one hash more, of no meaning.
 */
export function hashPairs(n: i32, from: usize, to: usize): void {
  for (let i = 0; i < n; i += 2) {
    for (let j: usize = 0; j < 64; j += 8) {
      v128.store(STATE + 2 * j, i64x2.replace_lane(v128.load64_zero(from + j), 1, load<i64>(from + j, 64)));
    }
    memory.fill(STATE + 128, 0, 272);
    v128.store(STATE, i64x2.splat(0x01), 16 * 8);
    v128.store(STATE, i64x2.splat(0x8000000000000000), 16 * 16);
    permute<v128>();
    for (let j: usize = 0; j < 32; j += 8) {
      store<u64>(to + j, load<u64>(STATE + 2 * j));
      store<u64>(to + j, load<u64>(STATE + 2 * j, 8), 32);
    }
    from += 128;
    to += 64;
  }
}

/** Begins a message. */
export function start(): void {
  memory.fill(STATE, 0, 200);
}

/** Takes in `blocks` times 136 bytes of the message. */
export function absorb(blocks: i32, from: usize): void {
  for (const end = from + <usize>blocks * RATE; from < end; from += RATE) {
    for (let j: usize = 0; j < RATE; j += 8) store<u64>(STATE + j, load<u64>(STATE + j) ^ load<u64>(from + j));
    permute<u64>();
  }
}

/** Takes in the last `length` bytes, overwrites up to 136 bytes behind them, and puts the keccak256 (32 bytes) at `to`. */
export function finish(length: i32, from: usize, to: usize): void {
  const blocks = length / <i32>RATE;
  const rest = <usize>length - <usize>blocks * RATE;
  const last = from + <usize>blocks * RATE;
  memory.fill(last + rest, 0, RATE - rest);
  store<u8>(last + rest, 0x01);
  store<u8>(last + RATE - 1, load<u8>(last + RATE - 1) | 0x80);
  absorb(blocks + 1, from);
  memory.copy(to, STATE, 32);
}
