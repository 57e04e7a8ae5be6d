import { expect } from "chai";
import { bytesToHex, keccak256 } from "viem";
import { toHex } from "../../protocol/hash.ts";
import { BUFFER_PAIRS, buffer, hashPairs, keccak } from "../../protocol/keccak/index.ts";

// bytes that depend on length and seed
function message(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + 1, 0x9e3779b1 + 2 * (length + seed)) >>> 23);
}

describe("keccak", () => {
  it("is viem's on messages of every length up to four blocks", () => {
    for (let length = 0; length <= 4 * 136 + 1; length++) {
      expect(toHex(keccak(message(length))), `${length} bytes`).to.equal(keccak256(message(length)));
    }
  });

  it("is viem's on messages about as long as its buffer, and longer", () => {
    const size = 64 * BUFFER_PAIRS;
    for (const length of [size - 1, size, size + 1, size + 135, size + 136, 2 * size, 2 * size + 1, 100_003]) {
      expect(toHex(keccak(message(length))), `${length} bytes`).to.equal(keccak256(message(length)));
    }
  });

  it("takes a view for what it shows, and leaves it alone", () => {
    const whole = message(500);
    const view = whole.subarray(3, 298);
    const before = bytesToHex(whole);
    expect(toHex(keccak(view))).to.equal(keccak256(view.slice()));
    expect(bytesToHex(whole)).to.equal(before);
  });

  it("gives hashes that later ones do not change", () => {
    const first = keccak(message(10));
    keccak(message(11));
    expect(toHex(first)).to.equal(keccak256(message(10)));
  });
});

describe("hashPairs", () => {
  it("is viem's keccak of each pair, whatever their number", () => {
    for (const n of [1, 2, 3, 4, 7, 8, BUFFER_PAIRS - 1, BUFFER_PAIRS]) {
      const pairs = message(64 * n, n);
      buffer.set(pairs);
      hashPairs(n);
      const hashes = buffer.slice(0, 32 * n);
      for (let i = 0; i < n; i++) {
        const expected = keccak256(pairs.subarray(64 * i, 64 * (i + 1)));
        expect(toHex(hashes.subarray(32 * i, 32 * (i + 1))), `pair ${i} of ${n}`).to.equal(expected);
      }
    }
  });
});
