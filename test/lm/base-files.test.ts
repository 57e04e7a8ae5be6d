import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { type Base, loadBase, saveBase, weightLayout } from "../../lm/index.ts";
import { encodeSafetensors } from "../../lm/safetensors.ts";
import { toTensors } from "../../lm/tensors.ts";
import { TINY, tinyBase } from "./fixtures.ts";
import { rejection } from "./rejection.ts";
import { scratchFolder } from "./scratch.ts";

describe("a base model on disk", () => {
  const folder = scratchFolder();
  const base = tinyBase();

  const edit = async (name: string, change: (json: Record<string, unknown>) => void) => {
    const json = JSON.parse(await readFile(join(folder(), name), "utf8"));
    change(json);
    await writeFile(join(folder(), name), JSON.stringify(json));
  };

  it("comes back as it was, with the same hash", async () => {
    const { hash } = await saveBase(base, folder());
    const loaded = await loadBase(folder());
    expect(loaded.config).to.deep.equal(base.config);
    expect(loaded.weights).to.deep.equal(base.weights);
    expect(loaded.tokenizer.toJSON()).to.deep.equal(base.tokenizer.toJSON());
    expect(loaded.hash)
      .to.equal(hash)
      .and.to.equal(base.hash)
      .and.to.match(/^0x[0-9a-f]{64}$/);
    expect(await readdir(folder())).to.have.members(["config.json", "tokenizer.json", "model.safetensors"]);
  });

  it("keeps an output matrix of its own", async () => {
    const untied: Base = tinyBase({ ...TINY, tieEmbeddings: false });
    await saveBase(untied, folder());
    expect((await loadBase(folder())).weights).to.deep.equal(untied.weights);
  });

  it("changes its hash with any file", async () => {
    const { hash } = await saveBase(base, folder());
    await edit("config.json", (json) => {
      json.rms_norm_eps = 1e-6;
    });
    expect((await loadBase(folder())).hash).to.not.equal(hash);
  });

  it("is not written when it does not fit together", async () => {
    const short = { ...base, weights: base.weights.slice(1) };
    expect(await rejection(saveBase(short, join(folder(), "new")))).to.include("weights, but its config asks for");
    const small = { ...base, config: { ...TINY, vocabSize: 260 } };
    expect(await rejection(saveBase(small, join(folder(), "new")))).to.include(
      "the tokenizer has 267 tokens, but the model only 260",
    );
    expect(await readdir(folder())).to.deep.equal([]);
  });

  for (const name of ["config.json", "tokenizer.json", "model.safetensors"]) {
    it(`is refused without ${name}`, async () => {
      await saveBase(base, folder());
      await rm(join(folder(), name));
      expect(await rejection(loadBase(folder()))).to.include(`${name} cannot be read (ENOENT)`);
    });

    it(`is refused when ${name} is truncated`, async () => {
      await saveBase(base, folder());
      await truncate(join(folder(), name), 100);
      expect(await rejection(loadBase(folder()))).to.include(name);
    });
  }

  const configs: [string, unknown, string][] = [
    ["model_type", "mistral", 'model_type must be "llama", not "mistral"'],
    ["rope_scaling", { type: "linear" }, "rope_scaling is not supported"],
    ["num_key_value_heads", 1, "num_key_value_heads must equal num_attention_heads"],
    ["hidden_size", "16", "hidden_size must be a number"],
    ["num_hidden_layers", 0, "layers must be a positive integer"],
    ["hidden_size", 24, "dim / heads must be a multiple of 8"],
    ["intermediate_size", 21, "hiddenDim must be a multiple of 4"],
    ["rope_theta", 0, "ropeTheta must be a number above 1"],
    ["rms_norm_eps", -1, "normEps must lie between 0 and 1"],
    ["vocab_size", 256, "tensor model.embed_tokens.weight has the shape [276,16], but the model needs [256,16]"],
    ["num_hidden_layers", 3, "no tensor model.layers.2.input_layernorm.weight"],
    ["num_hidden_layers", 1, "unknown tensor model.layers.1.input_layernorm.weight"],
    ["hidden_size", 32, "has the shape [276,16], but the model needs [276,32]"],
  ];
  for (const [key, value, message] of configs) {
    it(`is refused with ${key} ${JSON.stringify(value)}`, async () => {
      await saveBase(base, folder());
      await edit("config.json", (json) => {
        json[key] = value;
      });
      expect(await rejection(loadBase(folder()))).to.include(message);
    });
  }

  it("is refused with a weight that is not a number", async () => {
    await saveBase(base, folder());
    const weights = base.weights.slice();
    weights[3] = Number.NaN;
    const bytes = encodeSafetensors(toTensors(weightLayout(TINY), weights));
    await writeFile(join(folder(), "model.safetensors"), bytes);
    expect(await rejection(loadBase(folder()))).to.include("tensor model.embed_tokens.weight: the value at 3 is NaN");
  });
});
