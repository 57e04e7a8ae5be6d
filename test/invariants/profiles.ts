/**
 * How deep the Solidity tests go in each profile: runs of a fuzz test, campaigns of an invariant, and calls in each. A
 * group's invariants share their campaigns: all of them are checked after every call.
 */
export const PROFILES = {
  default: { fuzz: 256, runs: 20, depth: 50 },
  ci: { fuzz: 10_000, runs: 1_000, depth: 500 },
  deep: { fuzz: 250_000, runs: 2_000, depth: 500 },
};

export type Profile = keyof typeof PROFILES;

/** The same cases every time, unless TRIBUTARY_SEED gives another. */
export const SEED = process.env.TRIBUTARY_SEED ?? "0x7472696275746172790a";

/** By TRIBUTARY_PROFILE. */
export function profile() {
  const name = process.env.TRIBUTARY_PROFILE ?? "default";
  if (!Object.hasOwn(PROFILES, name)) {
    throw new Error(`unknown TRIBUTARY_PROFILE "${name}": ${Object.keys(PROFILES).join(", ")}`);
  }
  return PROFILES[name as Profile];
}
