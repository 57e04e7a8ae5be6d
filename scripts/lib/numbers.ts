import { InvalidArgumentError } from "commander";

/** A flag's value as a positive integer of at most nine digits. */
export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Not a positive integer.");
  return Number(text);
}

/** A flag's value as a whole number of at most nine digits. */
export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Not a whole number.");
  return Number(text);
}
