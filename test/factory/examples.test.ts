import { expect } from "chai";
import { promptTokens, rowExamples } from "../../factory/index.ts";
import { formatAnswer, formatPrompt } from "../../lm/index.ts";
import { smallBase } from "./fixtures.ts";

const base = smallBase();
const { tokenizer } = base;
const { maxSeq } = base.config;

describe("rowExamples", () => {
  it("puts the loss on the answer and the closing eos only", () => {
    const [example, ...more] = rowExamples(base, { question: "what is a ford?", answer: "a river" });
    const prompt = tokenizer.encode(formatPrompt("what is a ford?"));
    expect(more).to.have.length(0);
    expect(example!.lossFrom).to.equal(prompt.length);
    expect([...example!.tokens]).to.deep.equal([
      ...prompt,
      ...tokenizer.encode(formatAnswer("a river")),
      tokenizer.eos,
    ]);
  });

  it("splits a long answer into windows that repeat the question and cover the whole answer", () => {
    const question = "what is a lake?";
    const answer = "river delta marsh ".repeat(40).trim();
    const examples = rowExamples(base, { question, answer });
    const prompt = [...tokenizer.encode(formatPrompt(question))];
    expect(examples.length).to.be.above(2);
    const covered: number[] = [];
    for (const { tokens, lossFrom } of examples) {
      expect(tokens.length).to.be.at.most(maxSeq + 1);
      expect([...tokens.slice(0, lossFrom)]).to.deep.equal(prompt);
      covered.push(...tokens.slice(lossFrom));
    }
    expect(covered).to.deep.equal([...tokenizer.encode(formatAnswer(answer)), tokenizer.eos]);
  });

  it("makes one window of an answer that just fits, and two of one token more", () => {
    const question = "q";
    const room = maxSeq + 1 - tokenizer.encode(formatPrompt(question)).length;
    // digits are no merges of this tokenizer, so each is one token; the space before is another
    const digits = (count: number) => "7".repeat(count);
    expect(tokenizer.encode(formatAnswer(digits(5)))).to.have.length(6);
    expect(rowExamples(base, { question, answer: digits(room - 2) })).to.have.length(1);
    const two = rowExamples(base, { question, answer: digits(room - 1) });
    expect(two.map(({ tokens, lossFrom }) => tokens.length - lossFrom)).to.deep.equal([room, 1]);
  });

  it("cuts a question longer than half the context to the longest beginning that fits", () => {
    const question = "7".repeat(200);
    const prompt = promptTokens(base, question);
    expect(prompt.length).to.equal(maxSeq / 2);
    const kept = tokenizer.decode(prompt).match(/7/g)!.length;
    expect(tokenizer.decode(prompt)).to.equal(formatPrompt("7".repeat(kept)));
    for (const { lossFrom } of rowExamples(base, { question, answer: "lake ".repeat(60) })) {
      expect(lossFrom).to.equal(maxSeq / 2);
    }
  });

  it("never cuts a question within a character", () => {
    const text = tokenizer.decode(promptTokens(base, "🐝".repeat(100)));
    expect(text).to.match(/^Question: (🐝)+\nAnswer:$/u);
  });

  it("puts loss on every token of a text, once, over windows that overlap by one token", () => {
    const text = "marsh canal weir 12 ".repeat(40).trim();
    const examples = rowExamples(base, { text });
    expect(examples.length).to.be.above(1);
    const predicted = examples.flatMap(({ tokens, lossFrom }) => [...tokens.slice(lossFrom)]);
    expect(predicted).to.deep.equal([...tokenizer.encode(text), tokenizer.eos]);
    for (const [i, { tokens, lossFrom }] of examples.entries()) {
      expect(lossFrom).to.equal(1);
      expect(tokens.length).to.be.at.most(maxSeq + 1);
      expect(tokens[0]).to.equal(i === 0 ? tokenizer.eos : examples[i - 1]!.tokens.at(-1));
    }
  });
});
