import type { Hex } from "viem";
import { keccak } from "./keccak/index.ts";

export { keccak };

/** keccak256 of bytes, as lower-case hex. */
export function keccakHex(bytes: Uint8Array): Hex {
  return toHex(keccak(bytes));
}

/** `bytes` as lower-case hex. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}`;
}

/** An integer does not fit the width that a format gives it. */
export class WidthError extends Error {
  override name = "WidthError";
}

/** Big-endian unsigned integer of `width` bytes. Throws {@link WidthError} where `value` does not fit. */
export function uint(value: bigint | number, width: number): Uint8Array {
  const big = BigInt(value);
  if (big < 0n || big >> BigInt(8 * width) !== 0n) throw new WidthError(`${big} does not fit uint${8 * width}`);
  return fixed(`0x${big.toString(16).padStart(2 * width, "0")}`, width);
}

/** Big-endian two's complement integer of `width` bytes. Throws {@link WidthError} where `value` does not fit. */
export function int(value: bigint | number, width: number): Uint8Array {
  const big = BigInt(value);
  if (BigInt.asIntN(8 * width, big) !== big) throw new WidthError(`${big} does not fit int${8 * width}`);
  return uint(BigInt.asUintN(8 * width, big), width);
}

// value of a hexadecimal digit by its character code, 16 for anything else
const DIGITS = new Uint8Array(128).fill(16);
for (let digit = 0; digit < 16; digit++) {
  DIGITS[digit.toString(16).charCodeAt(0)] = digit;
  DIGITS[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/** `hex` as exactly `width` bytes. Throws {@link WidthError} where its length is another or it is no hex. */
export function fixed(hex: Hex, width: number): Uint8Array<ArrayBuffer> {
  if (!hex.startsWith("0x")) throw new WidthError(`${hex} is no hex`);
  if (hex.length !== 2 + 2 * width) throw new WidthError(`${hex} has ${hex.length / 2 - 1} bytes, not ${width}`);
  const bytes = new Uint8Array(width);
  for (let i = 0; i < width; i++) {
    const high = DIGITS[hex.charCodeAt(2 * i + 2)] ?? 16;
    const low = DIGITS[hex.charCodeAt(2 * i + 3)] ?? 16;
    if (high > 15 || low > 15) throw new WidthError(`${hex} is no hex`);
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

/** The bytes of all `parts`, one after the other. */
export function join(...parts: Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
