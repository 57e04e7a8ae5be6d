import { expect } from "chai";
import { kernelBinary } from "../../lm/kernels/compile.ts";
import { Kernels, kernelModule } from "../../lm/kernels/index.ts";
import { sound } from "../../lm/kernels/wide.ts";
import { Model } from "../../lm/model.ts";
import { addGradient } from "../../lm/score.ts";
import { TangentModel } from "../../lm/tangent-model.ts";
import { randomTokens, tinyAdapter, tinyBase } from "./fixtures.ts";

describe("kernels compiled for 256 bits", () => {
  let binary: Uint8Array<ArrayBuffer>;
  before(async () => {
    binary = await kernelBinary();
  });

  it("are refused where a single constant differs", () => {
    // ln 2 as exp4 has it, in its high part
    const constant = new Uint8Array(new Float32Array([0.693359375]).buffer);
    const changed = binary.slice();
    const at = Buffer.from(changed.buffer).indexOf(constant);
    expect(at).to.be.above(0);
    changed[at]! ^= 1;
    const plain = new WebAssembly.Module(binary);
    for (let i = 0; i < 5; i++) expect(sound(plain, new WebAssembly.Module(changed))).to.equal(false);
  });

  it("give the same bits with one panel at once and with two", async () => {
    const kernels = new Kernels(await kernelModule());
    const [m, n, k] = [13, 45, 30];
    const at = (count: number, factor: number) => {
      const pointer = kernels.allocate(count * 4);
      kernels.floats(pointer, count).set(Float32Array.from({ length: count }, (_, i) => Math.fround(i * factor) % 1));
      return pointer;
    };
    const [a, b, c] = [at(m * k, 0.37), at(k * n, 0.61), at(m * n, 0)];
    kernels.call.setScratch(kernels.allocate(64 * k));
    const results = [0, 1].map((wide) => {
      kernels.call.setWide(wide);
      kernels.call.gemmNN(m, n, k, a, k, b, n, c, n, 0);
      return kernels.floats(c, m * n).slice();
    });
    expect(results[1]).to.deep.equal(results[0]);
  });

  it("give a model the same loss, gradient and Hessian products as the plain ones", async () => {
    const base = tinyBase();
    const adapter = tinyAdapter();
    const directions = [0.5, -1].map((factor) => adapter.params.map((value, i) => factor * value * (i % 3)));
    const run = (module: WebAssembly.Module) => {
      const model = new Model(new Kernels(module), base.config, false);
      model.setWeights(base.weights);
      model.setAdapter(adapter);
      const tangents = new TangentModel(model, 2);
      const example = { tokens: randomTokens(71, 2), lossFrom: 3 };
      const loss = addGradient(model, example);
      return [loss, model.adapterGradient(), tangents.products(directions, 1, 2, 70)];
    };
    expect(run(await kernelModule())).to.deep.equal(run(new WebAssembly.Module(binary)));
  });
});
