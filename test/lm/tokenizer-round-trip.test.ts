import { expect } from "chai";
import { Random, Tokenizer, trainTokenizer } from "../../lm/index.ts";

describe("encoding and decoding text", () => {
  const tokenizer = trainTokenizer(["What are the symptoms of the syndrome? The symptoms are 12, and it's rare."], 300);

  const texts: [string, string][] = [
    ["nothing", ""],
    ["plain words", "The symptoms aren't the same."],
    ["white space", "  two  spaces\t\ttabs\n\nlines \n end  "],
    ["other scripts", "Bienenstöcke 蜂蜜 пчёлы नमस्ते عسل"],
    ["emoji of several code points", "👩🏽‍🚀🇳🇱"],
    ["control characters", "\u0000\u0001\u007f\ufeff"],
    ["a long word", "a".repeat(500)],
  ];
  for (const [name, text] of texts) {
    it(`gives back ${name}`, () => {
      expect(tokenizer.decode(tokenizer.encode(text))).to.equal(text);
    });
  }

  it("has a token for every byte", () => {
    const bytes = new Set<number>();
    for (let id = 0; id < tokenizer.vocabSize; id++) {
      const spelled = tokenizer.decodeBytes([id]);
      if (spelled.length === 1) bytes.add(spelled[0]!);
    }
    expect(bytes.size).to.equal(256);
  });

  it("gives back arbitrary UTF-16, lone surrogates as U+FFFD", () => {
    const random = new Random(3);
    for (let i = 0; i < 200; i++) {
      const text = String.fromCharCode(...Array.from({ length: 12 }, () => random.below(65536)));
      expect(tokenizer.decode(tokenizer.encode(text))).to.equal(text.toWellFormed());
    }
  });

  it("decodes bytes that are not UTF-8 as U+FFFD", () => {
    const byte = (value: number) => 1 + value;
    expect(tokenizer.decode([byte(0xff), byte(0x41)])).to.equal("\ufffdA");
  });

  it("never encodes text as the end-of-text token, and decodes that as nothing", () => {
    const ids = tokenizer.encode("a <|endoftext|> b");
    expect(Array.from(ids)).to.not.include(tokenizer.eos);
    expect(tokenizer.decode([...ids, tokenizer.eos])).to.equal("a <|endoftext|> b");
  });

  it("refuses an id outside the vocabulary", () => {
    expect(() => tokenizer.decode([tokenizer.vocabSize])).to.throw(`no token ${tokenizer.vocabSize}`);
    expect(() => tokenizer.decode([-1])).to.throw("no token -1");
  });

  it("encodes the same after tokenizer.json", () => {
    const loaded = Tokenizer.load(JSON.stringify(tokenizer.toJSON()));
    const text = "What are the rare symptoms, 12 of them?";
    expect(loaded.encode(text)).to.deep.equal(tokenizer.encode(text));
    expect(loaded.toJSON()).to.deep.equal(tokenizer.toJSON());
  });
});
