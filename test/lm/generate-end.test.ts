import { expect } from "chai";
import { Engine, type Generation, type StreamedToken } from "../../lm/index.ts";
import { randomTokens, TINY, tinyBase } from "./fixtures.ts";
import { rejection } from "./rejection.ts";

describe("the end of an answer", () => {
  const base = tinyBase();
  const prompt = randomTokens(6, 8);
  let engine: Engine;
  before(async () => {
    engine = await Engine.create(base, { threads: 1 });
  });
  after(() => engine.close());

  /** The first sampled answer that fulfils the condition. */
  const search = async (found: (answer: Generation) => boolean, maxTokens: number) => {
    for (let seed = 0; seed < 500; seed++) {
      const answer = await engine.generate(null, prompt, { maxTokens, temperature: 1.5, seed });
      if (found(answer)) return { seed, answer };
    }
    throw new Error("no such answer among 500 seeds");
  };

  it("is maxTokens", async () => {
    const { answer } = await search(({ finish }) => finish === "length", 4);
    expect(answer.tokens).to.have.length(4);
    expect(answer.logProbs).to.have.length(4);
  });

  it("is the model's last position", async () => {
    const long = randomTokens(TINY.maxSeq - 2, 3);
    const { tokens } = await engine.generate(null, long, { maxTokens: 50 });
    expect(tokens.length).to.be.at.most(3);
    const full = await engine.generate(null, randomTokens(TINY.maxSeq, 3), { maxTokens: 50 });
    expect(full.tokens).to.have.length(1);
  });

  it("is the end-of-text token, which is among the tokens but not in the text", async () => {
    const { answer } = await search(({ finish }) => finish === "stop", 70);
    expect(answer.tokens.at(-1)).to.equal(base.tokenizer.eos);
    expect(answer.text).to.equal(base.tokenizer.decode(answer.tokens.subarray(0, -1)));
  });

  it("is a stop string, which is not in the text", async () => {
    const { seed, answer } = await search(({ text }) => /^[a-z ]{4,}/.test(text), 12);
    const stop = answer.text.slice(2, 4);
    const cut = await engine.generate(null, prompt, {
      maxTokens: 12,
      temperature: 1.5,
      seed,
      stop: ["never there", stop],
    });
    expect(cut.finish).to.equal("stop");
    expect(cut.text).to.equal(answer.text.slice(0, answer.text.indexOf(stop)));
    expect(cut.tokens).to.deep.equal(answer.tokens.subarray(0, cut.tokens.length));
  });

  it("has streamed every token and, in pieces, the whole text", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const streamed: StreamedToken[] = [];
      const onToken = (token: StreamedToken) => streamed.push(token);
      const answer = await engine.generate(null, prompt, {
        maxTokens: 30,
        temperature: 2,
        seed,
        onToken,
        stop: ["he"],
      });
      expect(streamed.map(({ id }) => id)).to.deep.equal(Array.from(answer.tokens));
      expect(streamed.map(({ logProb }) => logProb)).to.deep.equal(answer.logProbs);
      expect(streamed.map(({ text }) => text).join("")).to.equal(answer.text);
    }
  });

  it("is the caller's signal, at once or between two tokens", async () => {
    const gone = AbortSignal.abort(new Error("gone"));
    expect(await rejection(engine.generate(null, prompt, { maxTokens: 5, signal: gone }))).to.equal("gone");
    const controller = new AbortController();
    const onToken = () => controller.abort(new Error("enough"));
    const { seed } = await search(({ tokens }) => tokens.length === 70, 70);
    const options = { maxTokens: 70, temperature: 1.5, seed, onToken, signal: controller.signal };
    expect(await rejection(engine.generate(null, prompt, options))).to.equal("enough");
    expect((await engine.generate(null, prompt, { maxTokens: 1 })).tokens).to.have.length(1);
  });

  const faults: [string, Int32Array, object, string][] = [
    ["an empty prompt", new Int32Array(0), {}, "prompt: 0 tokens, but the model takes 1 to 80"],
    ["too long a prompt", randomTokens(81, 1), {}, "prompt: 81 tokens, but the model takes 1 to 80"],
    ["an unknown token", Int32Array.of(276), {}, "prompt: token 276 at 0 is outside the vocabulary"],
    ["no tokens to make", prompt, { maxTokens: 0 }, "maxTokens must be a positive integer, not 0"],
    ["a negative temperature", prompt, { temperature: -1 }, "the temperature must be a number from 0 on"],
    ["an infinite temperature", prompt, { temperature: Number.POSITIVE_INFINITY }, "the temperature must be"],
    ["a topP of 0", prompt, { topP: 0 }, "topP must lie above 0 and at most at 1, not 0"],
    ["a topP above 1", prompt, { topP: 1.1 }, "topP must lie above 0 and at most at 1"],
    ["a fractional seed", prompt, { seed: 0.5 }, "the seed must be an integer, not 0.5"],
  ];
  for (const [name, ids, options, message] of faults) {
    it(`does not begin with ${name}`, async () => {
      expect(await rejection(engine.generate(null, ids, { maxTokens: 3, ...options }))).to.include(message);
    });
  }
});
