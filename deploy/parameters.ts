import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Parameters of the Tributary module: times in seconds, amounts in wei, the quorum in percent. */
export type SuiteParameters = Record<string, string | number | bigint>;

/** The parameter sets of `deploy/parameters/`. */
export const PARAMETER_SETS = ["local", "test", "production"] as const;
export type ParameterSet = (typeof PARAMETER_SETS)[number];

/** The parameters of `deploy/parameters/<set>.json`; whole numbers that end in n there are bigints here. */
export function parameterSet(set: ParameterSet): SuiteParameters {
  const revive = (_: string, value: unknown) =>
    typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
  const file = fileURLToPath(new URL(`parameters/${set}.json`, import.meta.url));
  return JSON.parse(readFileSync(file, "utf8"), revive).Tributary;
}
