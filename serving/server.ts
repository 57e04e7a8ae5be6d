import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { isAddress } from "viem";
import { receiptToJson } from "../protocol/log.ts";
import { ApiError, invalidRequest, notFound, PaymentError } from "./errors.ts";
import { Inference, type InferenceOptions, type Paid, type Quote } from "./inference.ts";
import type { ServedModel } from "./models.ts";
import { BODY_LIMIT } from "./request.ts";
import {
  encodeHeader,
  networkOf,
  type PaymentRequired,
  REQUIRED_HEADER,
  RESPONSE_HEADER,
  type SettleResponse,
  SIGNATURE_HEADER,
  X402_VERSION,
  x402Code,
} from "./x402.ts";

export interface ServerOptions extends InferenceOptions {
  /** Loopback port; a free one when absent. */
  port?: number;
  /** Log requests on standard output. */
  log?: boolean;
}

export interface RunningServer {
  url: string;
  app: FastifyInstance;
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";
const PAGE = 1000;

/** The HTTP interface, not yet listening. Every error has OpenAI's shape. */
export function createServer(options: ServerOptions): FastifyInstance {
  const inference = new Inference(options);
  const { models, store, chain } = options;
  const app = fastify({ bodyLimit: BODY_LIMIT, logger: options.log ?? false });
  app.removeContentTypeParser("text/plain");

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = error instanceof ApiError ? error : httpError(error);
    if (known.status >= 500) request.log.error(error);
    return reply.code(known.status).send(known.body());
  });
  app.setNotFoundHandler((request) => {
    throw notFound("unknown_url", `There is no ${request.method} ${request.url.split("?")[0]} here.`);
  });

  app.get("/health", () => ({ status: "ok", chainId: chain.chainId, models: models.models.length }));
  app.get("/v1/models", () => ({ object: "list", data: models.models.map((model) => describe(model, options)) }));
  app.get<{ Params: { name: string } }>("/v1/models/:name", ({ params }) =>
    describe(models.resolve(params.name), options),
  );

  app.get<{ Querystring: Record<string, unknown> }>("/v1/receipts", ({ query }) => {
    const { till } = query;
    if (typeof till !== "string" || !isAddress(till, { strict: false })) {
      throw invalidRequest("invalid_value", "`till` must be the address of a Till.", "till");
    }
    const from = countOf(query.from, "from", 0);
    const limit = Math.min(countOf(query.limit, "limit", PAGE), PAGE);
    const { receipts, channels } = store.receipts(till, from, limit);
    return { object: "list", chainId: chain.chainId, till, data: receipts.map(receiptToJson), channels };
  });

  app.post("/v1/completions", async (request, reply) => {
    const quote = inference.quote(request.body);
    try {
      const paid = await inference.answer(quote, paymentHeader(request));
      const settled = settlement(paid, chain.chainId);
      reply.header(RESPONSE_HEADER, encodeHeader(settled));
      return completion(quote, paid);
    } catch (error) {
      if (!(error instanceof PaymentError)) throw error;
      return demand(inference, quote, error, request, reply);
    }
  });
  return app;
}

/** Starts serving on loopback. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const app = createServer(options);
  const url = await app.listen({ host: LOOPBACK, port: options.port ?? 0 });
  return { url, app, close: () => app.close() };
}

function paymentHeader(request: FastifyRequest): string | undefined {
  const value = request.headers[SIGNATURE_HEADER.toLowerCase()] ?? request.headers["x-payment"];
  return Array.isArray(value) ? value[0] : value;
}

/** The 402: why, and what is asked for, in the header as x402's clients read it and in the body. */
function demand(inference: Inference, quote: Quote, error: PaymentError, request: FastifyRequest, reply: FastifyReply) {
  const required: PaymentRequired = {
    x402Version: X402_VERSION,
    error: x402Code(error.reason),
    resource: {
      url: `${request.protocol}://${request.host}${request.url}`,
      description: `A completion by ${quote.model.name}`,
      mimeType: "application/json",
    },
    accepts: [inference.requirements(quote, error)],
  };
  reply.header(REQUIRED_HEADER, encodeHeader(required)).header("cache-control", "no-store").code(402);
  return { ...required, ...error.body() };
}

function settlement({ receipt, channelState }: Paid, chainId: number): SettleResponse {
  const charged = (receipt.chargeAfter - receipt.chargeBefore).toString();
  return {
    success: true,
    payer: receipt.payer,
    transaction: "",
    network: networkOf(chainId),
    amount: charged,
    extra: { chargedAmount: charged, channelState },
  };
}

function completion({ model, promptTokens, ceiling }: Quote, { generation, receipt }: Paid) {
  const { text, tokens, finish } = generation;
  return {
    id: `cmpl-${receipt.till}-${receipt.number}`,
    object: "text_completion",
    created: Math.floor(Date.now() / 1000),
    model: model.name,
    choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
    usage: {
      prompt_tokens: promptTokens.length,
      completion_tokens: tokens.length,
      total_tokens: promptTokens.length + tokens.length,
    },
    payment: {
      channelId: receipt.channelId,
      charged: (receipt.chargeAfter - receipt.chargeBefore).toString(),
      ceiling: ceiling.toString(),
      cumulative: receipt.chargeAfter.toString(),
    },
    receipt: receiptToJson(receipt),
  };
}

/** A model as /v1/models lists it: OpenAI's fields, then ours. Prices in wei of OPEN per 1,000 tokens. */
function describe({ name, alias, model, till, prices, adapter }: ServedModel, { operator, engine }: ServerOptions) {
  return {
    id: name,
    object: "model",
    created: 0,
    owned_by: operator.address,
    alias,
    version: model,
    till,
    adapter: adapter.hash,
    base: engine.base.hash,
    context_length: engine.base.config.maxSeq,
    pricing: { priceIn: prices.priceIn.toString(), priceOut: prices.priceOut.toString() },
  };
}

function countOf(value: unknown, field: string, missing: number): number {
  if (value === undefined) return missing;
  if (typeof value !== "string" || !/^\d{1,15}$/.test(value)) {
    throw invalidRequest("invalid_value", `\`${field}\` must be a whole number.`, field);
  }
  return Number(value);
}

/** What the HTTP layer itself refuses, and what went wrong inside, in OpenAI's shape. */
function httpError({ statusCode = 500, code }: FastifyError): ApiError {
  if (statusCode === 413)
    return new ApiError(413, "invalid_request_error", "body_too_large", `The body has more than ${BODY_LIMIT} bytes.`);
  if (statusCode === 415)
    return new ApiError(415, "invalid_request_error", "unsupported_media_type", "Send application/json.");
  if (statusCode < 500)
    return new ApiError(
      statusCode,
      "invalid_request_error",
      code === "FST_ERR_CTP_EMPTY_JSON_BODY" ? "empty_body" : "invalid_json",
      "The body is not valid JSON.",
    );
  return new ApiError(500, "server_error", "internal_error", "Something went wrong here; nothing was charged.");
}
