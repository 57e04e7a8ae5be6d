import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { type Address, isAddressEqual } from "viem";
import { type Adapter, type Base, type Hash, loadAdapter } from "../lm/index.ts";
import { LIVE, type ServingChain } from "./chain.ts";
import { notFound } from "./errors.ts";
import type { Prices } from "./price.ts";

/** A live version that this operator hosts. */
export interface ServedModel {
  /** Its id on chain. */
  model: number;
  /** How requests name it: `tributary:<id>`. */
  name: string;
  /** Another name for it: that of its artifact folder. */
  alias: string;
  /** Where its payments go. */
  till: Address;
  prices: Prices;
  adapter: Adapter & { hash: Hash };
}

/** A live version of this operator that cannot be served, and why. */
export interface SkippedModel {
  model: number;
  reason: string;
}

/** The part of `IModels.Terms` that serving reads. */
interface Terms {
  operator: Address;
  priceIn: bigint;
  priceOut: bigint;
  baseHash: Hash;
  adapterHash: Hash;
}

/** The models by name and alias. */
export class ModelRegistry {
  readonly models: readonly ServedModel[];
  readonly #byName = new Map<string, ServedModel>();

  constructor(models: readonly ServedModel[]) {
    this.models = models;
    // Of two versions with one alias the later one has it; both keep their names.
    for (const model of models) this.#byName.set(model.alias, model);
    for (const model of models) this.#byName.set(model.name, model);
  }

  /** The model that a request names. Throws a 404 that lists those there are. */
  resolve(name: string): ServedModel {
    const model = this.#byName.get(name);
    if (model) return model;
    const known = this.models.map((served) => served.name).join(", ") || "none";
    throw notFound("model_not_found", `There is no model "${name}" here. Models: ${known}.`, "model");
  }
}

/** The adapter folders in an artifacts folder: `DIR/adapter`, or `DIR/<alias>/adapter` of each version. */
export function adapterFolders(artifacts: string): { alias: string; path: string }[] {
  if (!existsSync(artifacts)) throw new Error(`There is no artifacts folder at ${artifacts}.`);
  const versions = readdirSync(artifacts, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(artifacts, entry.name))
    .sort();
  return [artifacts, ...versions]
    .map((folder) => ({ alias: basename(folder), path: join(folder, "adapter") }))
    .filter(({ path }) => existsSync(join(path, "adapter_config.json")));
}

/**
 * The live versions of `operator` whose base is `base` and whose adapter lies in the artifacts folder; an adapter is
 * taken by its hash, so what is served is what was voted on.
 */
export async function loadModels(
  chain: ServingChain,
  base: Base,
  artifacts: string,
  operator: Address,
): Promise<{ models: ServedModel[]; skipped: SkippedModel[] }> {
  const adapters = new Map<Hash, { alias: string; adapter: Adapter & { hash: Hash } }>();
  for (const { alias, path } of adapterFolders(artifacts)) {
    const adapter = await loadAdapter(path, base);
    adapters.set(adapter.hash, { alias, adapter });
  }
  const count = Number(await chain.read<bigint>("models", "modelCount"));
  const models: ServedModel[] = [];
  const skipped: SkippedModel[] = [];
  for (let model = 0; model < count; model++) {
    const state = await chain.read<number>("models", "stateOf", [BigInt(model)]);
    if (state !== LIVE) continue;
    const terms = await chain.read<Terms>("models", "termsOf", [BigInt(model)]);
    if (!isAddressEqual(terms.operator, operator)) continue;
    const found = adapters.get(terms.adapterHash);
    if (terms.baseHash !== base.hash) {
      skipped.push({ model, reason: `its base is ${terms.baseHash}, the one loaded here ${base.hash}` });
    } else if (!found) {
      skipped.push({ model, reason: `no adapter in ${artifacts} has its hash ${terms.adapterHash}` });
    } else {
      const till = await chain.read<Address>("revenue", "tillOf", [BigInt(model), operator]);
      const prices = { priceIn: terms.priceIn, priceOut: terms.priceOut };
      models.push({ model, name: `tributary:${model}`, alias: found.alias, till, prices, adapter: found.adapter });
    }
  }
  return { models, skipped };
}
