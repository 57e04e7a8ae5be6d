import { expect } from "chai";
import { Kernels, kernelModule } from "../../lm/kernels/index.ts";

// Math.exp and its like are not exact to the bit everywhere, but they are close enough to measure an error against
describe("elementary functions", () => {
  let kernels: Kernels;
  before(async () => {
    kernels = new Kernels(await kernelModule());
  });
  const worst = (from: number, to: number, count: number, error: (x: number) => number) => {
    let largest = 0;
    for (let i = 0; i <= count; i++) largest = Math.max(largest, error(from + ((to - from) * i) / count));
    return largest;
  };

  it("exp in f64 is right to 1e-15 relative", () => {
    expect(worst(-700, 700, 20_011, (x) => Math.abs(kernels.call.expf64(x) / Math.exp(x) - 1))).to.be.below(1e-15);
  });

  it("ln in f64 is right to 1e-15 relative", () => {
    const error = (x: number) => Math.abs(kernels.call.logf64(x) / Math.log(x) - 1);
    expect(worst(1e-3, 0.99, 10_007, error)).to.be.below(1e-15);
    expect(worst(1.01, 1e4, 10_007, error)).to.be.below(1e-15);
    expect(kernels.call.logf64(1)).to.equal(0);
  });

  it("sin and cos in f64 are right to 1e-14 for angles of positions", () => {
    expect(worst(0, 4096, 20_011, (x) => Math.abs(kernels.call.sinf64(x, 0) - Math.sin(x)))).to.be.below(1e-14);
    expect(worst(0, 4096, 20_011, (x) => Math.abs(kernels.call.sinf64(x, 1) - Math.cos(x)))).to.be.below(1e-14);
  });

  it("exp in f32, through SwiGLU, is right to 4e-7 relative and finite at any argument", () => {
    const count = 4000;
    const [gate, up, out] = Array.from({ length: 3 }, () => kernels.allocate(count * 4)) as [number, number, number];
    const x = Float32Array.from({ length: count }, (_, i) => (i - count / 2) / 25);
    kernels.floats(gate, count).set(x);
    kernels.floats(up, count).fill(1);
    kernels.call.swiglu(count, gate, up, out);
    for (const [i, value] of kernels.floats(out, count).entries()) {
      const expected = x[i]! / (1 + Math.exp(-x[i]!));
      expect(Math.abs(value - expected)).to.be.at.most(4e-7 * Math.abs(expected) + 1e-36);
    }
  });
});
