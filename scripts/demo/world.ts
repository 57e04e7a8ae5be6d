import { join } from "node:path";
import { JsonRpcProvider, type JsonRpcSigner } from "ethers";
import { deploySuite } from "../../deploy/deploy.ts";
import { type Connection, contractsAt } from "../lib/connection.ts";
import type { Chain } from "./chain.ts";

/** Who takes part besides the contributors, in the order of the mnemonic's accounts. */
const ROLES = [
  "holder",
  "developer",
  "operator",
  "validator",
  "poster",
  "voter1",
  "voter2",
  "voter3",
  "payer1",
  "payer2",
  "payer3",
  "cheat",
  "watcher",
] as const;
export type Role = (typeof ROLES)[number];

/** Accounts that a chain needs for so many contributors. */
export const accountsFor = (contributors: number) => ROLES.length + contributors;

/** The deployed suite and everybody in it. */
export interface World extends Connection {
  chain: Chain;
  roles: Record<Role, JsonRpcSigner>;
  /** One per contribution, in their order. */
  contributors: JsonRpcSigner[];
  /** Mines a block at `timestamp` (seconds), or none where the chain is there already. */
  warpTo(timestamp: bigint): Promise<void>;
}

/** Deploys the suite with its local parameters to a fresh chain; the deployment is written to `home`. */
export async function createWorld(chain: Chain, contributors: number, home: string): Promise<World> {
  const provider = new JsonRpcProvider(chain.url, chain.chainId, { staticNetwork: true, cacheTimeout: -1 });
  provider.pollingInterval = 50;
  const signers = await provider.listAccounts();
  const roles = Object.fromEntries(ROLES.map((role, i) => [role, signers[i]!])) as Record<Role, JsonRpcSigner>;
  const out = join(home, "deployment.json");
  const deployment = await deploySuite({ rpcUrl: chain.url, from: roles.holder.address, out });
  return {
    chain,
    provider,
    rpcUrl: chain.url,
    deployment,
    home,
    roles,
    contributors: signers.slice(ROLES.length, accountsFor(contributors)),
    contracts: contractsAt(deployment, roles.holder),
    async warpTo(timestamp) {
      const { timestamp: now } = (await provider.getBlock("latest"))!;
      if (BigInt(now) >= timestamp) return;
      await chain.rpc("evm_setNextBlockTimestamp", [Number(timestamp)]);
      await chain.rpc("evm_mine");
    },
  };
}
