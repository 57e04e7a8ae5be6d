import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { createServer, startServer } from "../../serving/server.ts";
import { config, type Desk, desk, OPERATOR, payment, post, REQUEST, TILL } from "./fixtures.ts";

describe("the HTTP interface", () => {
  let with_: Desk;
  let app: FastifyInstance;
  beforeEach(async () => {
    with_ = await desk();
    app = createServer(with_);
  });
  afterEach(async () => {
    await app.close();
    await with_.engine.close();
    with_.store.close();
  });

  it("says that it is well", async () => {
    const response = await app.inject("/health");
    expect(response.statusCode).to.equal(200);
    expect(response.json()).to.deep.equal({ status: "ok", chainId: 31337, models: 1 });
  });

  it("lists its models with their prices", async () => {
    const { object, data } = (await app.inject("/v1/models")).json();
    expect(object).to.equal("list");
    expect(data).to.have.length(1);
    expect(data[0]).to.deep.include({
      id: "tributary:0",
      object: "model",
      owned_by: OPERATOR.address,
      alias: "bees",
      version: 0,
      till: TILL,
      context_length: 64,
      pricing: { priceIn: "1000000", priceOut: "3000000" },
    });
    expect((await app.inject("/v1/models/tributary:0")).json()).to.deep.equal(data[0]);
    expect((await app.inject("/v1/models/other")).statusCode).to.equal(404);
  });

  it("publishes receipts from a number on, without prompts and answers", async () => {
    const ceiling = BigInt((await post(app, REQUEST)).json().accepts[0].amount);
    const first = (await post(app, REQUEST, await payment(ceiling))).json().receipt;
    const second = (await post(app, REQUEST, await payment(BigInt(first.chargeAfter) + ceiling))).json().receipt;
    const all = (await app.inject(`/v1/receipts?till=${TILL}`)).json();
    expect(all).to.deep.include({ chainId: 31337, till: TILL, data: [first, second], channels: [config()] });
    expect((await app.inject(`/v1/receipts?till=${TILL}&from=1`)).json().data).to.deep.equal([second]);
    expect((await app.inject(`/v1/receipts?till=${TILL}&limit=1`)).json().data).to.deep.equal([first]);
    expect((await app.inject(`/v1/receipts?till=${TILL}&from=2`)).json().data).to.deep.equal([]);
    expect(JSON.stringify(all)).to.not.contain("Tokens");
  });

  for (const query of ["", "?till=bees", `?till=${TILL}&from=-1`, `?till=${TILL}&from=x`, `?till=${TILL}&limit=1.5`]) {
    it(`refuses /v1/receipts${query}`, async () => {
      const response = await app.inject(`/v1/receipts${query}`);
      expect(response.statusCode).to.equal(400);
      expect(response.json().error).to.include({ type: "invalid_request_error", code: "invalid_value" });
    });
  }

  const bodies: [string, string | undefined, string, number, string][] = [
    ["no JSON", "{model", "application/json", 400, "invalid_json"],
    ["nothing", undefined, "application/json", 400, "empty_body"],
    ["another type", "model=1", "text/plain", 415, "unsupported_media_type"],
    ["too much", JSON.stringify({ ...REQUEST, prompt: "x".repeat(70_000) }), "application/json", 413, "body_too_large"],
    ["a list", "[]", "application/json", 400, "invalid_body"],
    ["a wrong type", '{"model":1,"prompt":"x"}', "application/json", 400, "invalid_type"],
  ];
  for (const [what, payload, type, status, code] of bodies) {
    it(`refuses a body with ${what} in OpenAI's shape`, async () => {
      const response = await app.inject({
        method: "POST",
        url: "/v1/completions",
        headers: { "content-type": type },
        ...(payload === undefined ? {} : { payload }),
      });
      expect(response.statusCode).to.equal(status);
      expect(response.json().error).to.have.all.keys("message", "type", "code", "param");
      expect(response.json().error.code).to.equal(code);
    });
  }

  it("answers unknown addresses with 404", async () => {
    const response = await app.inject("/v1/nothing?secret=1");
    expect(response.statusCode).to.equal(404);
    expect(response.json().error).to.include({ code: "unknown_url", message: "There is no GET /v1/nothing here." });
  });

  it("listens on loopback only", async () => {
    const server = await startServer(with_);
    try {
      expect(server.url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect((await fetch(`${server.url}/health`)).status).to.equal(200);
    } finally {
      await server.close();
    }
  });
});
