import { expect } from "chai";
import { formatAnswer, formatPrompt, qaExample } from "../../lm/index.ts";
import { TINY, tinyBase } from "./fixtures.ts";

describe("question and answer", () => {
  const { tokenizer } = tinyBase();

  it("become a prompt, an answer and the token that ends it", () => {
    const example = qaExample(tokenizer, TINY, "Who keeps bees?", "The keeper.");
    expect(tokenizer.decode(example.tokens)).to.equal("Question: Who keeps bees?\nAnswer: The keeper.");
    expect(tokenizer.decode(example.tokens.subarray(0, example.lossFrom))).to.equal(
      "Question: Who keeps bees?\nAnswer:",
    );
    expect(example.tokens.at(-1)).to.equal(tokenizer.eos);
  });

  it("have the tokens of the whole text, so that prompts in use look like those in training", () => {
    const whole = tokenizer.encode(formatPrompt("Who?") + formatAnswer("The bees."));
    expect(qaExample(tokenizer, TINY, "Who?", "The bees.").tokens).to.deep.equal(
      Int32Array.of(...whole, tokenizer.eos),
    );
  });

  it("are cut where the model ends", () => {
    const example = qaExample(tokenizer, TINY, "Who?", "bees ".repeat(1000));
    expect(example.tokens).to.have.length(TINY.maxSeq + 1);
    expect(Array.from(example.tokens)).to.not.include(tokenizer.eos);
  });

  it("are refused where the question leaves no room", () => {
    expect(() => qaExample(tokenizer, TINY, "Who? ".repeat(100), "I.")).to.throw("the model takes 80");
  });
});
