import { expect } from "chai";
import { type Hex, hexToBigInt, keccak256 } from "viem";
import { drawSamples, MAX_ALL, SeedError } from "../../oracle/epoch.ts";
import type { ReceiptBody } from "../../protocol/receipt.ts";

const seed: Hex = `0x${"5e".repeat(32)}`;

function receipts(charges: readonly bigint[]): ReceiptBody[] {
  return charges.map((charge) => ({ chargeBefore: 3n, chargeAfter: 3n + charge }) as ReceiptBody);
}

describe("drawSamples", () => {
  it("takes all receipts up to the bound, each weighing its charge", () => {
    const draws = drawSamples(receipts([5n, 0n, 7n]), null);
    expect(draws.map(({ position, weight }) => [position, weight])).to.deep.equal([
      [0, 5n],
      [1, 0n],
      [2, 7n],
    ]);
    expect(drawSamples(receipts(new Array<bigint>(MAX_ALL).fill(1n)), null)).to.have.length(MAX_ALL);
    expect(drawSamples([], null)).to.deep.equal([]);
  });

  it("needs a seed above the bound", () => {
    const many = receipts(new Array<bigint>(MAX_ALL + 1).fill(1n));
    expect(() => drawSamples(many, null)).to.throw(SeedError, `${MAX_ALL + 1} receipts are more than ${MAX_ALL}`);
    expect(drawSamples(many, seed)).to.have.length(MAX_ALL);
  });

  it("draws the receipt whose running interval holds the hash, at equal weights", () => {
    const charges = Array.from({ length: MAX_ALL + 10 }, (_, i) => BigInt((i * 7919) % 101));
    const total = charges.reduce((sum, charge) => sum + charge, 0n);
    const draws = drawSamples(receipts(charges), seed);
    for (const j of [0, 1, 17, MAX_ALL - 1]) {
      let point = hexToBigInt(keccak256(`${seed}${j.toString(16).padStart(64, "0")}`)) % total;
      let position = 0;
      while (point >= charges[position]!) point -= charges[position++]!;
      expect(draws[j]!.position).to.equal(position);
    }
    expect(new Set(draws.map(({ weight }) => weight))).to.deep.equal(new Set([total / BigInt(MAX_ALL)]));
    expect(draws.every(({ position }) => charges[position]! > 0n)).to.equal(true);
  });

  it("draws nothing where nothing was charged", () => {
    expect(drawSamples(receipts(new Array<bigint>(MAX_ALL + 1).fill(0n)), seed)).to.deep.equal([]);
  });
});
