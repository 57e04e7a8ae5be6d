import { invalidRequest } from "./errors.ts";

/** A completion request that was checked, with its defaults filled in. */
export interface CompletionRequest {
  model: string;
  prompt: string;
  /** Absent: {@link DEFAULT_MAX_TOKENS}, or what the context leaves. */
  max_tokens: number | undefined;
  temperature: number;
  top_p: number;
  seed: number;
  stop: string[];
}

/** Largest body that is read, in bytes. */
export const BODY_LIMIT = 64 * 1024;
/** Completion tokens where the request does not say, as far as the context reaches. */
export const DEFAULT_MAX_TOKENS = 64;
const MAX_STOPS = 4;
const MAX_STOP_LENGTH = 64;

/** Fields of OpenAI's API that are accepted as long as they ask for what happens anyway. */
const FIXED: Record<string, unknown> = { n: 1, best_of: 1, echo: false, presence_penalty: 0, frequency_penalty: 0 };
const FIELDS = new Set(["model", "prompt", "max_tokens", "temperature", "top_p", "seed", "stop", "stream", "user"]);

/**
 * Checks the body of POST /v1/completions and fills in the defaults: temperature 1, top_p 1, seed 0 (so the
 * same request has the same answer), no stop. Throws a 400 that names the field.
 */
export function parseRequest(body: unknown): CompletionRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalidRequest("invalid_body", "The body must be a JSON object.");
  }
  // OpenAI's clients send null for what they leave at its default.
  const given = new Map(Object.entries(body).filter(([, value]) => value !== null && value !== undefined));
  for (const [field, value] of given) {
    if (FIELDS.has(field) || (field in FIXED && FIXED[field] === value)) continue;
    throw invalidRequest("unsupported_parameter", `\`${field}\` is not supported here.`, field);
  }
  if (![undefined, false].includes(given.get("stream") as undefined | boolean)) {
    throw invalidRequest("unsupported_parameter", "Streaming is not supported yet: leave out `stream`.", "stream");
  }
  return {
    model: text(given.get("model"), "model"),
    prompt: text(given.get("prompt"), "prompt"),
    max_tokens: given.has("max_tokens") ? integer(given.get("max_tokens"), "max_tokens", 1, 1_000_000) : undefined,
    temperature: number(given.get("temperature") ?? 1, "temperature", 0, 2),
    top_p: number(given.get("top_p") ?? 1, "top_p", Number.MIN_VALUE, 1),
    seed: integer(given.get("seed") ?? 0, "seed", 0, 0xffffffff),
    stop: stops(given.get("stop") ?? []),
  };
}

function text(value: unknown, field: string): string {
  if (value === undefined) throw invalidRequest("missing_parameter", `\`${field}\` is missing.`, field);
  if (typeof value !== "string") throw invalidRequest("invalid_type", `\`${field}\` must be a string.`, field);
  if (value === "") throw invalidRequest("invalid_value", `\`${field}\` is empty.`, field);
  // A lone surrogate has no UTF-8, so two different prompts could share one request hash.
  if (!value.isWellFormed()) throw invalidRequest("invalid_value", `\`${field}\` is not well-formed Unicode.`, field);
  return value;
}

function number(value: unknown, field: string, low: number, high: number): number {
  if (typeof value !== "number") throw invalidRequest("invalid_type", `\`${field}\` must be a number.`, field);
  if (!(value >= low && value <= high)) {
    throw invalidRequest("invalid_value", `\`${field}\` must lie between ${low} and ${high}, not ${value}.`, field);
  }
  return value;
}

function integer(value: unknown, field: string, low: number, high: number): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw invalidRequest("invalid_type", `\`${field}\` must be an integer.`, field);
  }
  return number(value, field, low, high);
}

function stops(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length > MAX_STOPS)
    throw invalidRequest("invalid_value", `\`stop\` may hold up to ${MAX_STOPS} strings.`, "stop");
  for (const stop of list) {
    if (text(stop, "stop").length > MAX_STOP_LENGTH) {
      throw invalidRequest("invalid_value", `A stop string may have up to ${MAX_STOP_LENGTH} characters.`, "stop");
    }
  }
  return list;
}
