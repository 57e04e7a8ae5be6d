import { expect } from "chai";
import { partialDots, quantiseQuery } from "../../oracle/query.ts";
import { CHUNK } from "../../protocol/leaves.ts";
import { dot, QuantiseError } from "../../protocol/quantise.ts";
import { vector } from "./fixtures.ts";

const tensors = [
  { name: "small", size: 2, exponent: -10 },
  { name: "large", size: 2, exponent: 0 },
];

describe("quantiseQuery", () => {
  it("scales each tensor by its feature exponent, so that the integer dot is a true dot", () => {
    // features in real numbers: (100, 50) · 2^-10 and (3, -2); gradient (1024, 2048) and (4, 5)
    const query = quantiseQuery(Float32Array.of(1024, 2048, 4, 5), tensors);
    expect([...query]).to.deep.equal([16, 32, 64, 80]); // (1, 2, 4, 5) · 2^4
    const integer = dot(Int8Array.of(100, 50, 3, -2), query);
    expect(integer / 16).to.equal((100 * 1024 + 50 * 2048) / 1024 + 3 * 4 - 2 * 5);
  });

  it("does not depend on the scale of the gradient", () => {
    const query = quantiseQuery(Float32Array.of(1024, 2048, 4, 5), tensors);
    expect(quantiseQuery(Float32Array.of(512, 1024, 2, 2.5), tensors)).to.deep.equal(query);
  });

  it("of a zero gradient is zero", () => {
    expect([...quantiseQuery(new Float32Array(4), tensors)]).to.deep.equal([0, 0, 0, 0]);
  });

  it("refuses other lengths, NaN and infinities", () => {
    expect(() => quantiseQuery(new Float32Array(5), tensors)).to.throw(QuantiseError, "5 elements, not 4");
    expect(() => quantiseQuery(new Float32Array(3), tensors)).to.throw(QuantiseError);
    expect(() => quantiseQuery(Float32Array.of(0, Number.NaN, 0, 0), tensors)).to.throw(QuantiseError);
  });
});

describe("partialDots", () => {
  it("sums up to each chunk border, the last being the score", () => {
    const [a, b] = [vector(1, 2 * CHUNK + 5), vector(2, 2 * CHUNK + 5)];
    const ends = [CHUNK, 2 * CHUNK, 2 * CHUNK + 5];
    expect(partialDots(a, b)).to.deep.equal(ends.map((end) => dot(a.slice(0, end), b.slice(0, end))));
  });

  it("refuses unequal lengths", () => {
    expect(() => partialDots(new Int8Array(1), new Int8Array(2))).to.throw(QuantiseError);
  });
});
