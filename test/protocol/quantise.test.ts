import { expect } from "chai";
import {
  dot,
  exponentFor,
  MIN_EXPONENT,
  maxAbs,
  powerOfTwo,
  QuantiseError,
  quantise,
  quantiseDithered,
} from "../../protocol/quantise.ts";

describe("quantise", () => {
  it("finds the least exponent that fits", () => {
    expect(exponentFor(127)).to.equal(0);
    expect(exponentFor(127.5)).to.equal(1);
    expect(exponentFor(63.5)).to.equal(-1);
    expect(exponentFor(1)).to.equal(-6);
    expect(exponentFor(0)).to.equal(MIN_EXPONENT);
    expect(exponentFor(3.4028234663852886e38)).to.equal(122);
    expect(exponentFor(2 ** -149)).to.equal(-155);
  });

  it("has exact powers of two", () => {
    expect([-512, -149, -1, 0, 1, 127].map(powerOfTwo)).to.deep.equal([2 ** -512, 2 ** -149, 0.5, 1, 2, 2 ** 127]);
  });

  it("rounds to the nearest, halves away from zero", () => {
    expect([...quantise([0.5, -0.5, 1.5, -1.5, 2.4999, 0.49999997, -127], 0)]).to.deep.equal([
      1, -1, 2, -2, 2, 0, -127,
    ]);
    expect([...quantise(Float32Array.of(1, -1, 0.015625, 0.0078), -6)]).to.deep.equal([64, -64, 1, 0]);
  });

  it("is odd: what is negated quantises to the negative", () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => Math.fround((i * 37) % 100) / 7 - 7);
    const negative = values.map((value) => -value);
    const exponent = exponentFor(maxAbs(values));
    expect([...quantise(negative, exponent)]).to.deep.equal(
      [...quantise(values, exponent)].map((q) => (q === 0 ? 0 : -q)),
    );
  });

  it("refuses what does not fit, NaN and infinities", () => {
    expect(() => quantise([128], 0)).to.throw(QuantiseError, "element 0");
    expect(() => quantise([0, Number.NaN], 0)).to.throw(QuantiseError, "element 1");
    expect(() => maxAbs([1, Infinity])).to.throw(QuantiseError, "element 1 is Infinity");
    expect(() => maxAbs([Number.NaN])).to.throw(QuantiseError);
    expect(() => exponentFor(Number.NaN)).to.throw(QuantiseError);
    expect(() => exponentFor(-1)).to.throw(QuantiseError);
  });
});

describe("dot", () => {
  it("is exact", () => {
    expect(dot(new Int8Array(100_000).fill(-127), new Int8Array(100_000).fill(127))).to.equal(-1_612_900_000);
    expect(dot(Int8Array.of(1, -2, 3), Int8Array.of(4, 5, 6))).to.equal(12);
  });

  it("refuses unequal lengths", () => {
    expect(() => dot(new Int8Array(1), new Int8Array(2))).to.throw(QuantiseError);
  });
});

describe("quantiseDithered", () => {
  it("keeps the sum of elements that are small beside the unit, which rounding to the nearest loses", () => {
    const values = new Float64Array(10_000).fill(0.3);
    const sum = (quantised: Int8Array) => quantised.reduce((total, value) => total + value, 0);
    expect(sum(quantise(values, 0))).to.equal(0);
    expect(sum(quantiseDithered(values, 0))).to.be.closeTo(3_000, 150);
    expect(
      sum(
        quantiseDithered(
          values.map((value) => -value - 5),
          0,
        ),
      ),
    ).to.be.closeTo(-53_000, 150);
  });

  it("leaves whole numbers, zero among them, as they are", () => {
    expect([...quantiseDithered([0, -0, 1, -1, 127, -127, 64], 0)]).to.deep.equal([0, 0, 1, -1, 127, -127, 64]);
  });

  it("goes up or down by the same rule for ever", () => {
    const values = new Float64Array(16).fill(0.5);
    expect(quantiseDithered(values, 0).join("")).to.equal("1000010100100101");
  });

  it("refuses what does not fit", () => {
    expect(() => quantiseDithered([127.5], 0)).to.throw(QuantiseError, "does not fit");
    expect(() => quantiseDithered([Number.NaN], 0)).to.throw(QuantiseError);
    expect(() => quantiseDithered([Number.NEGATIVE_INFINITY], 0)).to.throw(QuantiseError);
  });
});
