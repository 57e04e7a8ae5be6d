import { createWalletClient, type Hex, http } from "viem";
import type { Adapter, Engine } from "../../lm/index.ts";
import { answerExamples } from "../../oracle/answers.ts";
import type { Bundle } from "../../oracle/bundle.ts";
import { openChain } from "../../oracle/chain.ts";
import type { VersionFeatures } from "../../oracle/engine.ts";
import { closeTills, finalizePosting, type Posted, type Poster, postBundle } from "../../oracle/post.ts";
import { prepareBundle } from "../../oracle/prepare.ts";
import { publishBundle } from "../../oracle/publish.ts";
import { recordSeeds } from "../../oracle/seeds.ts";
import { answerGradients } from "../../oracle/version-features.ts";
import type { Report } from "../lib/progress.ts";
import type { Market } from "./market.ts";
import type { Role, World } from "./world.ts";

/** Redeems the vouchers within the epoch, lets it end, and commits the operator's log. Returns the epoch. */
export async function closeEpoch(world: World, market: Market): Promise<number> {
  const { revenue, attribution } = world.contracts;
  const epoch = await revenue.currentEpoch();
  await market.operator.redeem(market.till);
  if ((await revenue.currentEpoch()) !== epoch) throw new Error("the epoch ended while vouchers were redeemed");
  await world.warpTo((epoch + 1n) * (await revenue.EPOCH()));
  await market.operator.commitLog(market.till, Number(epoch));
  await world.warpTo((await attribution.logDeadline(epoch)) + 1n);
  return Number(epoch);
}

export interface Settled {
  bundle: Bundle;
  bundleHash: Hex;
  /** Folder of the bundle. */
  path: string;
  posted: Posted;
}

/** Attributes the epoch's answers, writes the bundle, and posts it under a bond. */
export async function attributeAndPost(
  world: World,
  market: Market,
  options: {
    epoch: number;
    engine: Engine;
    adapter: Adapter;
    features: VersionFeatures;
    bundles: string;
  },
  report: Report,
): Promise<Settled> {
  const { engine, adapter, features, epoch } = options;
  const { deployment } = world;
  const poster = await posterOf(world);
  await closeTills(poster, { from: 0, to: epoch });
  await recordSeeds(poster, { from: 0, to: epoch });
  const bundle = await prepareBundle({
    client: poster.client,
    deployment,
    parent: null,
    toEpoch: epoch,
    sources: {
      logOf: async (till, of) => market.store.log(till, of, deployment.chainId),
      featuresOf: async () => features,
      gradientsOf: async (_, receipts) => {
        const answers = market.store.answers(market.till, epoch);
        return answerGradients({ engine, adapter }, features.nodes, answerExamples(receipts, answers));
      },
    },
    onProgress: report,
  });
  const { hash: bundleHash, path } = await publishBundle(bundle, options.bundles);
  return { bundle, bundleHash, path, posted: await postBundle(poster, bundle.posting, bundleHash, `file:${path}`) };
}

/** Lets the window pass and finalizes: claims open, the bond is free. Returns the wei that nobody earned, the treasury's. */
export async function passWindow(world: World, posted: Posted): Promise<bigint> {
  await world.warpTo(BigInt(posted.activatesAt) + 1n);
  return finalizePosting(await posterOf(world), posted.id);
}

/** A role as one that posts, or refutes. */
export async function posterOf({ chain, deployment, roles }: World, role: Role = "poster"): Promise<Poster> {
  const client = await openChain(chain.url, deployment);
  const wallet = createWalletClient({ account: roles[role].address as Hex, transport: http(chain.url) });
  return { client, wallet, deployment };
}
