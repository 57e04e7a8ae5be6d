import { formatUnits, parseUnits } from "ethers";
import { UserError } from "./errors.ts";

/** Wei of a decimal amount of OPEN, such as "12.5". Throws a UserError unless it is a positive amount in range. */
export function parseOpen(text: string): bigint {
  if (!/^\d{1,15}(\.\d{1,18})?$/.test(text)) {
    throw new UserError(`"${text}" is not an amount of OPEN: write it like 12.5, with up to 18 decimals.`);
  }
  const wei = parseUnits(text, 18);
  if (wei === 0n) throw new UserError("The amount must be above zero.");
  return wei;
}

/** Exact decimal amount of OPEN of so many wei, without trailing zeros: "12.5". */
export function formatOpen(wei: bigint): string {
  return formatUnits(wei, 18).replace(/\.0$/, "");
}

/** The same with its unit: "12.5 OPEN". */
export function inOpen(wei: bigint): string {
  return `${formatOpen(wei)} OPEN`;
}

/** A whole number in range out of a command-line argument. */
export function parseCount(text: string, what: string, low = 0, high = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high)) {
    throw new UserError(
      `"${text}" is not a valid ${what}: a whole number from ${low}${high < Number.MAX_SAFE_INTEGER ? ` to ${high}` : ""} is needed.`,
    );
  }
  return value;
}
