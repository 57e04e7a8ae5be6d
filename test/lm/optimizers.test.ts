import { expect } from "chai";
import { Random } from "../../lm/index.ts";
import { Kernels, kernelModule } from "../../lm/kernels/index.ts";

describe("optimiser steps", () => {
  let kernels: Kernels;
  const size = 16;
  before(async () => {
    kernels = new Kernels(await kernelModule());
  });

  const buffers = (count: number) => Array.from({ length: count }, () => kernels.allocate(size * 4));
  const gradients = (seed: number) => {
    const random = new Random(seed);
    return Float32Array.from({ length: size }, () => random.uniform() - 0.5);
  };

  it("of SGD follow v = momentum · v + g and w = w − rate · v", () => {
    const [w, g, v] = buffers(3) as [number, number, number];
    const expected = { w: new Float64Array(size), v: new Float64Array(size) };
    for (let step = 0; step < 5; step++) {
      const gradient = gradients(step);
      kernels.floats(g, size).set(gradient);
      kernels.call.sgdMomentum(size, w, g, v, 0.1, 0.9);
      for (let i = 0; i < size; i++) {
        expected.v[i] = 0.9 * expected.v[i]! + gradient[i]!;
        expected.w[i]! -= 0.1 * expected.v[i]!;
      }
    }
    for (const [i, value] of kernels.floats(w, size).entries()) expect(value).to.be.closeTo(expected.w[i]!, 1e-6);
  });

  it("of Adam follow its paper", () => {
    const [w, g, m, v] = buffers(4) as [number, number, number, number];
    const expected = { w: new Float64Array(size), m: new Float64Array(size), v: new Float64Array(size) };
    for (let t = 1; t <= 5; t++) {
      const gradient = gradients(t);
      kernels.floats(g, size).set(gradient);
      kernels.call.adam(size, w, g, m, v, 0.01, 0.9, 0.99, 1e-8, 1 / (1 - 0.9 ** t), 1 / (1 - 0.99 ** t));
      for (let i = 0; i < size; i++) {
        expected.m[i] = 0.9 * expected.m[i]! + 0.1 * gradient[i]!;
        expected.v[i] = 0.99 * expected.v[i]! + 0.01 * gradient[i]! ** 2;
        const mean = expected.m[i]! / (1 - 0.9 ** t);
        expected.w[i]! -= (0.01 * mean) / (Math.sqrt(expected.v[i]! / (1 - 0.99 ** t)) + 1e-8);
      }
    }
    for (const [i, value] of kernels.floats(w, size).entries()) expect(value).to.be.closeTo(expected.w[i]!, 1e-6);
  });
});
