import { InvalidArgumentError } from "commander";

/** A flag's value as a positive integer of at most nine digits. */
export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Not a positive integer.");
  return Number(text);
}
