import type { Hex } from "viem";
import { keccakHex } from "./hash.ts";

/** The committed lists of DESIGN.md. */
export type ListName =
  | "rows"
  | "index"
  | "receipts"
  | "samples"
  | "parts"
  | "partials"
  | "results"
  | "payouts"
  | "steps"
  | "features"
  | "gradients";

function domain(list: ListName): Hex {
  return keccakHex(new TextEncoder().encode(`tributary.${list}.v1`));
}

/** keccak256("tributary.<list>.v1"): keeps a root of one list from passing as a root of another. */
export const DOMAIN: Readonly<Record<ListName, Hex>> = {
  rows: domain("rows"),
  index: domain("index"),
  receipts: domain("receipts"),
  samples: domain("samples"),
  parts: domain("parts"),
  partials: domain("partials"),
  results: domain("results"),
  payouts: domain("payouts"),
  steps: domain("steps"),
  features: domain("features"),
  gradients: domain("gradients"),
};
