import { expect } from "chai";
import type { ApiError } from "../../serving/errors.ts";
import { parseRequest } from "../../serving/request.ts";

const good = { model: "tributary:0", prompt: "What is a hive?" };

function refusal(body: unknown): ApiError {
  try {
    parseRequest(body);
  } catch (error) {
    return error as ApiError;
  }
  throw new Error("it was accepted");
}

describe("parseRequest", () => {
  it("fills in the defaults", () => {
    expect(parseRequest(good)).to.deep.equal({
      ...good,
      max_tokens: undefined,
      temperature: 1,
      top_p: 1,
      seed: 0,
      stop: [],
    });
  });

  it("keeps what is given; null means the default", () => {
    const parsed = parseRequest({
      ...good,
      max_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      seed: 4,
      stop: "\n",
      user: null,
    });
    expect(parsed).to.deep.equal({ ...good, max_tokens: 9, temperature: 0, top_p: 0.5, seed: 4, stop: ["\n"] });
  });

  it("accepts OpenAI's further fields as long as they ask for what happens anyway", () => {
    expect(parseRequest({ ...good, n: 1, echo: false, stream: false, user: "me", logprobs: null }).model).to.equal(
      good.model,
    );
  });

  const cases: [string, unknown, string, string | null][] = [
    ["no object", "hello", "invalid_body", null],
    ["an array", [good], "invalid_body", null],
    ["no body", undefined, "invalid_body", null],
    ["no model", { prompt: "x" }, "missing_parameter", "model"],
    ["no prompt", { model: "m" }, "missing_parameter", "prompt"],
    ["a list of prompts", { ...good, prompt: ["a", "b"] }, "invalid_type", "prompt"],
    ["an empty prompt", { ...good, prompt: "" }, "invalid_value", "prompt"],
    ["a lone surrogate", { ...good, prompt: "\ud800" }, "invalid_value", "prompt"],
    ["a fraction of a token", { ...good, max_tokens: 1.5 }, "invalid_type", "max_tokens"],
    ["no tokens", { ...good, max_tokens: 0 }, "invalid_value", "max_tokens"],
    ["a text for a number", { ...good, temperature: "0.5" }, "invalid_type", "temperature"],
    ["a negative temperature", { ...good, temperature: -1 }, "invalid_value", "temperature"],
    ["a top_p of 0", { ...good, top_p: 0 }, "invalid_value", "top_p"],
    ["a top_p above 1", { ...good, top_p: 1.01 }, "invalid_value", "top_p"],
    ["a negative seed", { ...good, seed: -1 }, "invalid_value", "seed"],
    ["a number as stop", { ...good, stop: [1] }, "invalid_type", "stop"],
    ["an empty stop", { ...good, stop: "" }, "invalid_value", "stop"],
    ["five stops", { ...good, stop: ["a", "b", "c", "d", "e"] }, "invalid_value", "stop"],
    ["a very long stop", { ...good, stop: "a".repeat(65) }, "invalid_value", "stop"],
    ["a stream", { ...good, stream: true }, "unsupported_parameter", "stream"],
    ["two answers", { ...good, n: 2 }, "unsupported_parameter", "n"],
    ["messages", { ...good, messages: [] }, "unsupported_parameter", "messages"],
    ["an unknown field", { ...good, tempature: 1 }, "unsupported_parameter", "tempature"],
  ];
  for (const [what, body, code, param] of cases) {
    it(`refuses ${what}`, () => {
      const error = refusal(body);
      expect(error).to.include({ status: 400, code, param });
      if (param) expect(error.message).to.contain(param);
    });
  }
});
