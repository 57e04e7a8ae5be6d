import { expect } from "chai";
import { zeroHash } from "viem";
import type { FeatureSet } from "../../oracle/engine.ts";
import { drawSamples, settle } from "../../oracle/epoch.ts";
import type { ReceiptBody } from "../../protocol/receipt.ts";

function run(charges: bigint[], gradients: (number[] | null)[], contributorsBps = 10_000, standing = [0n, 0n, 0n]) {
  const features: FeatureSet = {
    engine: "grad-dot",
    dims: 3,
    tensors: [{ name: "t", size: 3, exponent: 0 }],
    contributions: [0, 1, 2].map((i) => ({ contributor: i, contribution: i })),
    // unit vectors: an answer's scores are its gradient
    features: [Int8Array.of(1, 0, 0), Int8Array.of(0, 1, 0), Int8Array.of(0, 0, 1)],
    standing,
  };
  const receipts = charges.map((charge, number) => ({ number, chargeBefore: 0n, chargeAfter: charge }) as ReceiptBody);
  return settle({
    receipts,
    draws: drawSamples(receipts, null),
    gradients: gradients.map((gradient) => (gradient === null ? null : Int8Array.from(gradient))),
    features,
    contributorsBps,
  });
}

describe("settle", () => {
  it("splits an answer's fee by signed scores over the sum of their absolute values", () => {
    const { samples, parts, results, payouts } = run([800n], [[1, 2, -1]]);
    expect(samples[0]).to.include({ sample: 0, receipt: 0, weight: 800n, gross: 4n });
    expect(parts[0]!.map(({ part }) => part)).to.deep.equal([200n, 400n, -200n]);
    expect(parts[0]!.map(({ runningGross }) => runningGross)).to.deep.equal([1n, 3n, 4n]);
    expect(results.map(({ total }) => total)).to.deep.equal([200n, 400n, -200n]);
    expect(results.map(({ runningPaid }) => runningPaid)).to.deep.equal([200n, 600n, 600n]);
    expect(payouts).to.deep.equal([200n, 400n, 0n]);
  });

  it("cuts negative totals off only after all answers are summed", () => {
    const { parts, payouts } = run(
      [100n, 100n],
      [
        [-1, 0, 1],
        [1, 0, 3],
      ],
    );
    expect(parts[1]!.map(({ runningPart }) => runningPart)).to.deep.equal([-25n, 0n, 125n]);
    expect(payouts).to.deep.equal([0n, 0n, 125n]);
  });

  it("rounds parts toward minus infinity", () => {
    const { parts } = run([10n], [[1, 1, -1]]);
    expect(parts[0]!.map(({ part }) => part)).to.deep.equal([3n, 3n, -4n]);
  });

  it("rounds payouts down, each by itself, and sums them", () => {
    const { results, payouts } = run([20n], [[1, 0, 1]], 3_333);
    expect(payouts).to.deep.equal([3n, 0n, 3n]);
    expect(results.map(({ runningPaid }) => runningPaid)).to.deep.equal([3n, 3n, 6n]);
  });

  it("attributes nothing where all scores are zero", () => {
    const { samples, payouts } = run([10n], [[0, 0, 0]]);
    expect(samples[0]!.gross).to.equal(0n);
    expect(payouts).to.deep.equal([0n, 0n, 0n]);
  });

  it("gives answers that are not bound to the standing shares", () => {
    const { samples, parts, payouts } = run([1_001n], [null], 10_000, [500_000_000n, 0n, 250_000_000n]);
    expect(samples[0]).to.include({ gross: 1_000_000_000n, gradientRoot: zeroHash });
    expect(parts[0]!.map(({ score }) => score)).to.deep.equal([500_000_000n, 0n, 250_000_000n]);
    expect(payouts).to.deep.equal([500n, 0n, 250n]);
  });

  it("lets no answer move more than its fee", () => {
    const charges = Array.from({ length: 50 }, (_, i) => BigInt(1 + ((i * 7_919) % 1_000)));
    const gradients = charges.map((_, i) => [(i * 31) % 127, -((i * 17) % 127), ((i * 57) % 255) - 127]);
    const { parts, payouts } = run(charges, gradients);
    for (const [j, row] of parts.entries()) {
      const positive = row.reduce((sum, { part }) => sum + (part > 0n ? part : 0n), 0n);
      expect(positive <= charges[j]!).to.equal(true);
    }
    const fees = charges.reduce((sum, charge) => sum + charge, 0n);
    expect(payouts.reduce((sum, payout) => sum + payout, 0n) <= fees).to.equal(true);
  });

  it("has nothing to pay without receipts", () => {
    expect(run([], [])).to.deep.include({ samples: [], parts: [], payouts: [0n, 0n, 0n] });
  });
});
