/** A value that JSON cannot carry without loss. */
export class JsonError extends Error {
  override name = "JsonError";
}

/**
 * Canonical JSON (RFC 8785): keys sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them. Fields
 * that are undefined are left out. Throws {@link JsonError} on NaN, infinities, lone surrogates and anything that is not
 * plain data; bigints must be written as decimal strings by the caller.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) throw new JsonError("a string holds a lone surrogate");
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw new JsonError(`${value} is not a JSON number`);
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "object": {
      if (value === null) return "null";
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) throw new JsonError("only plain objects are JSON");
      const fields = value as Record<string, unknown>;
      const keys = Object.keys(fields)
        .filter((key) => fields[key] !== undefined)
        .sort();
      return `{${keys.map((key) => `${canonicalJson(key)}:${canonicalJson(fields[key])}`).join(",")}}`;
    }
    default:
      throw new JsonError(`a ${typeof value} is not JSON`);
  }
}
