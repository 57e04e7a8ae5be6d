import { type Address, getAddress, type Hex, isAddress } from "viem";

/** JSON that is not of the expected shape; the message begins with the place, as `tills[0].receipts[3].number`. */
export class FormatError extends Error {
  override name = "FormatError";
}

/** Walks a parsed JSON value and takes typed values out of it; every method throws {@link FormatError} naming the place. */
export class Decoder {
  readonly value: unknown;
  readonly place: string;

  constructor(value: unknown, place: string) {
    this.value = value;
    this.place = place;
  }

  fail(reason: string): never {
    throw new FormatError(`${this.place}: ${reason}`);
  }

  /** A field of an object; its value may be undefined. */
  field(name: string): Decoder {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value)) this.fail("not an object");
    const fields = this.value as Record<string, unknown>;
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return new Decoder(value, this.place === "" ? name : `${this.place}.${name}`);
  }

  /** Items of an array of at most `max`. */
  items(max: number): Decoder[] {
    if (!Array.isArray(this.value)) return this.fail("not an array");
    if (this.value.length > max) return this.fail(`${this.value.length} items, at most ${max} are allowed`);
    return this.value.map((item: unknown, i) => new Decoder(item, `${this.place}[${i}]`));
  }

  string(): string {
    return typeof this.value === "string" ? this.value : this.fail("not a string");
  }

  boolean(): boolean {
    return typeof this.value === "boolean" ? this.value : this.fail("not true or false");
  }

  /** A JSON number that is a safe integer in [min, max]. */
  integer(min = 0, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.value;
    if (typeof value !== "number" || !Number.isSafeInteger(value)) return this.fail("not an integer");
    return value >= min && value <= max ? value : this.fail(`${value} is not between ${min} and ${max}`);
  }

  /** A decimal string of an unsigned integer of at most `bits` bits. */
  uint(bits = 128): bigint {
    const text = this.value;
    // 78 digits hold any 256-bit number: nothing longer is worth parsing
    if (typeof text !== "string" || !/^(0|[1-9][0-9]{0,77})$/.test(text)) return this.fail("not a decimal string");
    const value = BigInt(text);
    return value >> BigInt(bits) === 0n ? value : this.fail(`${text} does not fit ${bits} bits`);
  }

  /** A decimal string of a signed integer of at most `bits` bits. */
  int(bits = 128): bigint {
    const text = this.value;
    if (typeof text !== "string" || !/^(0|-?[1-9][0-9]{0,77})$/.test(text)) return this.fail("not a decimal string");
    const value = BigInt(text);
    return BigInt.asIntN(bits, value) === value ? value : this.fail(`${text} does not fit ${bits} signed bits`);
  }

  /** Hex of exactly `bytes` bytes, in lower case. */
  hex(bytes: number): Hex {
    const text = this.value;
    if (typeof text !== "string" || !/^0x[0-9a-fA-F]*$/.test(text)) return this.fail("not hex");
    if (text.length !== 2 + 2 * bytes) return this.fail(`${(text.length - 2) / 2} bytes, not ${bytes}`);
    return text.toLowerCase() as Hex;
  }

  /** An address, checksummed. */
  address(): Address {
    const text = this.value;
    if (typeof text !== "string" || !isAddress(text, { strict: false })) return this.fail("not an address");
    return getAddress(text);
  }
}

/** Parses JSON text. Throws {@link FormatError}, naming `what`, where it is not JSON. */
export function decodeJson(text: string, what: string): Decoder {
  try {
    return new Decoder(JSON.parse(text), "");
  } catch {
    throw new FormatError(`${what} is not JSON`);
  }
}
