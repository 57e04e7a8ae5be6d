import { bytesToHex, type Hex, hexToBytes, keccak256 } from "viem";

/** keccak256 of bytes, as bytes (32). */
export function keccak(bytes: Uint8Array): Uint8Array {
  return keccak256(bytes, "bytes");
}

/** keccak256 of bytes, as lower-case hex. */
export function keccakHex(bytes: Uint8Array): Hex {
  return bytesToHex(keccak(bytes));
}

/** An integer does not fit the width that a format gives it. */
export class WidthError extends Error {
  override name = "WidthError";
}

/** Big-endian unsigned integer of `width` bytes. Throws {@link WidthError} where `value` does not fit. */
export function uint(value: bigint | number, width: number): Uint8Array {
  const big = BigInt(value);
  if (big < 0n || big >> BigInt(8 * width) !== 0n) throw new WidthError(`${big} does not fit uint${8 * width}`);
  return hexToBytes(`0x${big.toString(16).padStart(2 * width, "0")}`);
}

/** Big-endian two's complement integer of `width` bytes. Throws {@link WidthError} where `value` does not fit. */
export function int(value: bigint | number, width: number): Uint8Array {
  const big = BigInt(value);
  if (BigInt.asIntN(8 * width, big) !== big) throw new WidthError(`${big} does not fit int${8 * width}`);
  return uint(BigInt.asUintN(8 * width, big), width);
}

/** `hex` as exactly `width` bytes. Throws {@link WidthError} where its length is another. */
export function fixed(hex: Hex, width: number): Uint8Array {
  const bytes = hexToBytes(hex);
  if (bytes.length !== width) throw new WidthError(`${hex} has ${bytes.length} bytes, not ${width}`);
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
