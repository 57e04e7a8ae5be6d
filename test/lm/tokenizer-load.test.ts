import { expect } from "chai";
import { Tokenizer, trainTokenizer } from "../../lm/index.ts";

interface Json {
  model: { type: string; vocab: Record<string, number>; merges: string[][] };
}

describe("loading a tokenizer.json", () => {
  const make = () =>
    structuredClone(trainTokenizer(["the hive and the honey and the comb"], 270).toJSON()) as unknown as Json;

  it("reads merges written as strings, as older files have them", () => {
    const json = make();
    const joined = { ...json, model: { ...json.model, merges: json.model.merges.map((pair) => pair.join(" ")) } };
    expect(Tokenizer.load(joined).encode("the honey")).to.deep.equal(Tokenizer.load(json).encode("the honey"));
  });

  const faults: [string, (json: Json) => unknown, string][] = [
    ["text that is not JSON", () => "{", "tokenizer.json: not JSON"],
    ["null", () => null, "not a BPE tokenizer"],
    ["another model", (json) => ({ ...json, model: { ...json.model, type: "Unigram" } }), "not a BPE tokenizer"],
    ["no vocabulary", (json) => ({ model: { type: "BPE", merges: json.model.merges } }), "no vocab or no merges"],
    [
      "another special token",
      (json) => {
        json.model.vocab["<|endoftext|>"] = 5;
        return json;
      },
      "must be token 0",
    ],
    [
      "a byte without a token",
      (json) => {
        delete json.model.vocab.A;
        return json;
      },
      "byte 65 must be token 66",
    ],
    [
      "a merge of unknown tokens",
      (json) => {
        json.model.merges[0] = ["no", "such"];
        return json;
      },
      "merge 0 does not make token 257",
    ],
    [
      "a token that no merge makes",
      (json) => {
        json.model.vocab.extra = 999;
        return json;
      },
      "tokens that no merge makes",
    ],
  ];
  for (const [name, fault, message] of faults) {
    it(`refuses ${name}`, () => {
      const json = fault(make());
      expect(() => Tokenizer.load(json)).to.throw(message);
    });
  }
});
