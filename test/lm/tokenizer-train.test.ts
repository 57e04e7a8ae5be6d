import { expect } from "chai";
import { trainTokenizer } from "../../lm/index.ts";

describe("training a tokenizer", () => {
  it("joins the most frequent pair first, the lower ids among equals", () => {
    // three times each "cd" and "ab", and no other pair more than twice
    const tokenizer = trainTokenizer(["cdy", "cdy", "cdz", "abx", "abx", "abz"], 259);
    expect(tokenizer.decode([257])).to.equal("ab");
    expect(tokenizer.decode([258])).to.equal("cd");
  });

  it("counts overlapping repeats as they are joined", () => {
    const tokenizer = trainTokenizer(["aaaa aaaa aaaa"], 259);
    expect(tokenizer.decode([257])).to.equal("aa");
    expect(tokenizer.decode([258])).to.equal("aaaa");
    expect(Array.from(tokenizer.encode("aaaaa"))).to.deep.equal([258, 1 + 97]);
  });

  it("never joins across words", () => {
    const tokenizer = trainTokenizer(["of the of the of the of the"], 400);
    for (let id = 257; id < tokenizer.vocabSize; id++) expect(tokenizer.decode([id])).to.match(/^ ?[a-z]+$/);
  });

  it("stops early where no pair occurs twice", () => {
    expect(trainTokenizer(["abc"], 1000).vocabSize).to.equal(257);
    expect(trainTokenizer([], 1000).vocabSize).to.equal(257);
  });

  it("does not depend on how the text is divided", () => {
    const words = ["the comb", " of the hive", " of the bees"];
    expect(trainTokenizer(words, 280).toJSON()).to.deep.equal(trainTokenizer([words.join("")], 280).toJSON());
  });

  for (const size of [256, 1e6, 300.5, Number.NaN]) {
    it(`refuses a vocabulary of ${size}`, () => {
      expect(() => trainTokenizer(["text"], size)).to.throw("the vocabulary must have 257 to 65,536 tokens");
    });
  }
});
