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
