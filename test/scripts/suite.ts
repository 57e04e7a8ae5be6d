// A chain with the suite on it and a live version of a tiny model, for tests that need the real contracts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEther } from "ethers";
import { deploySuite } from "../../deploy/deploy.ts";
import { type Base, initAdapter, saveAdapter } from "../../lm/index.ts";
import { goLive, proposeModel, recordEvaluation, recordTrained, type Terms } from "../../scripts/actions/propose.ts";
import { stake } from "../../scripts/actions/stake.ts";
import { castVote, executeProposal, findProposal, queueProposal } from "../../scripts/actions/vote.ts";
import { type Chain, startChain } from "../../scripts/demo/chain.ts";
import type { Acting } from "../../scripts/lib/account.ts";
import { type Connection, connect, now } from "../../scripts/lib/connection.ts";
import { mined } from "../../scripts/lib/send.ts";

const ROLES = ["holder", "developer", "operator", "validator", "payer", "contributor", "stranger"] as const;

export interface Suite {
  chain: Chain;
  connection: Connection;
  /** Folder for files; goes with the suite. */
  folder: string;
  deploymentFile: string;
  roles: Record<(typeof ROLES)[number], Acting>;
  /** Lets the chain's time pass. */
  wait(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Everybody but the stranger gets 100,000 OPEN; Datanet 0 is there, and empty. */
export async function startSuite(): Promise<Suite> {
  const folder = mkdtempSync(join(tmpdir(), "tributary-suite-"));
  const deploymentFile = join(folder, "deployment.json");
  const chain = await startChain({ accounts: ROLES.length });
  await deploySuite({ rpcUrl: chain.url, out: deploymentFile });
  const connection = await connect({ deployment: deploymentFile });
  const signers = await connection.provider.listAccounts();
  const roles = Object.fromEntries(ROLES.map((role, i) => [role, signers[i]!])) as unknown as Suite["roles"];
  const token = connection.contracts.token.connect(roles.holder);
  for (const role of ROLES.slice(1, -1)) await mined(token.transfer(roles[role].address, parseEther("100000")));
  const datanets = connection.contracts.datanets.connect(roles.developer);
  await mined(datanets.create("bees", "CC0-1.0", 0n, [roles.validator.address]));
  return {
    chain,
    connection,
    folder,
    deploymentFile,
    roles,
    async wait(seconds) {
      await chain.rpc("evm_setNextBlockTimestamp", [(await now(connection)) + seconds]);
      await chain.rpc("evm_mine");
    },
    async close() {
      connection.provider.destroy();
      await chain.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Terms of a version that fits nothing yet; the hashes are those of `base` and `adapterHash`. */
export function termsFor({ roles }: Suite, hashes: { baseHash: string; adapterHash: string }): Terms {
  return {
    operator: roles.operator.address,
    priceIn: parseEther("0.5"),
    priceOut: parseEther("2"),
    split: { developer: 2000, operator: 1500, stakers: 1000, validators: 500, treasury: 500, contributors: 4500 },
    manifestHash: `0x${"11".repeat(32)}`,
    ...hashes,
    indexRoot: `0x${"22".repeat(32)}`,
    datanet: 0,
    snapshotBlock: 1,
    targetMilliPerplexity: 50_000,
    parentAfter: 0,
  };
}

/** An adapter of `base` in `<folder>/artifacts/bees`, as the factory lays it down. */
export async function writeAdapter({ folder }: Suite, base: Base): Promise<{ artifacts: string; hash: string }> {
  const adapter = initAdapter(base.config, { rank: 2, alpha: 4, targets: ["q_proj", "v_proj"] }, 5);
  const artifacts = join(folder, "artifacts");
  const { hash } = await saveAdapter(adapter, base, join(artifacts, "bees", "adapter"));
  return { artifacts, hash };
}

/** Stakes, proposes, votes, waits, evaluates: the whole way to a live version, by the scripts' own actions. */
export async function takeLive(suite: Suite, terms: Terms): Promise<number> {
  const { connection, roles, wait } = suite;
  await stake(connection, roles.developer, parseEther("20000"));
  await stake(connection, roles.validator, parseEther("20000"));
  await wait(10);
  const { model, proposal } = await proposeModel(connection, roles.developer, {
    terms,
    uri: "file:bees",
    title: "bees",
  });
  const id = Number(model);
  await wait(61);
  const found = () => findProposal(connection, String(proposal));
  await castVote(connection, roles.developer, await found(), "for");
  await castVote(connection, roles.validator, await found(), "for");
  await wait(601);
  await queueProposal(connection, roles.stranger, await found());
  await wait(301);
  await executeProposal(connection, roles.stranger, await found());
  await recordTrained(connection, roles.developer, id, "file:bees");
  await recordEvaluation(connection, roles.validator, id, { milliPerplexity: 40_000, hash: `0x${"33".repeat(32)}` });
  await wait(601);
  await goLive(connection, roles.stranger, id);
  return id;
}
