import { expect } from "chai";
import { type Example, type ModelConfig, weightLayout } from "../../lm/index.ts";
import { Kernels, kernelModule } from "../../lm/kernels/index.ts";
import { Model } from "../../lm/model.ts";
import { addGradient } from "../../lm/score.ts";
import { randomTokens, TINY, tinyBase } from "./fixtures.ts";
import { derivative, referenceLoss } from "./reference.ts";

describe("the gradient in the base's weights", () => {
  const configs: [string, ModelConfig][] = [
    ["tied embeddings", { ...TINY, layers: 1 }],
    ["an output matrix of its own", { ...TINY, layers: 2, tieEmbeddings: false }],
  ];
  for (const [name, config] of configs) {
    it(`equals finite differences of the reference, with ${name}`, async () => {
      const { weights } = tinyBase(config);
      const example: Example = { tokens: randomTokens(11, 3), lossFrom: 2, weight: 1.5 };
      const model = new Model(new Kernels(await kernelModule()), config, true);
      model.setWeights(weights);
      model.clearGradients();
      addGradient(model, example);
      const gradient = model.baseGradient();

      const values = Float64Array.from(weights);
      const loss = (moved: Float64Array) => referenceLoss(config, moved, null, example);
      for (const { name: tensor, offset, size } of weightLayout(config)) {
        const part = gradient.subarray(offset, offset + size);
        const scale = Math.max(...part.map(Math.abs));
        expect(scale, tensor).to.be.above(0);
        // a few elements of each tensor, and in the embedding the rows of tokens that occur
        const picks = Array.from({ length: 5 }, (_, i) => Math.floor((i * (size - 1)) / 4));
        if (tensor.includes("embed"))
          picks.push(...Array.from(example.tokens, (id) => id * config.dim + (id % config.dim)));
        for (const at of picks) {
          const expected = derivative(loss, values, offset + at);
          expect(Math.abs(expected - part[at]!) / scale, `${tensor} at ${at}`).to.be.below(5e-5);
        }
      }
    }).timeout(60_000);
  }
});
