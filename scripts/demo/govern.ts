import { parseEther } from "ethers";
import {
  goLive,
  proposeModel,
  readReport,
  recordEvaluation,
  recordTrained,
  type Split,
  termsOfArtifact,
} from "../actions/propose.ts";
import { stake } from "../actions/stake.ts";
import { castVote, executeProposal, findProposal, queueProposal } from "../actions/vote.ts";
import { mined } from "../lib/send.ts";
import type { Role, World } from "./world.ts";

/** OPEN that everybody starts with; what is left of the supply is the treasury's. */
const GRANTS: Record<Exclude<Role, "holder">, string> = {
  developer: "20000",
  operator: "2000",
  validator: "100000",
  poster: "10000",
  voter1: "1000000",
  voter2: "600000",
  voter3: "400000",
  payer1: "1000",
  payer2: "1000",
  payer3: "1000",
  cheat: "10000",
  watcher: "100",
};
const CONTRIBUTOR_GRANT = "200";

/** OPEN put at stake; it gives votes. */
const STAKES: Partial<Record<Role, string>> = {
  developer: "5000",
  validator: "50000",
  voter1: "900000",
  voter2: "500000",
  voter3: "300000",
};

/** Basis points of the demo's version. */
export const SPLIT: Split = {
  developer: 1500,
  operator: 2000,
  stakers: 700,
  validators: 300,
  treasury: 500,
  contributors: 5000,
};

/** Hands out OPEN, the rest to the treasury, and stakes. */
export async function fund(world: World): Promise<void> {
  const { contracts, roles, contributors, deployment } = world;
  const give = async (to: string, amount: bigint) => mined(contracts.token.transfer(to, amount));
  for (const [role, amount] of Object.entries(GRANTS)) await give(roles[role as Role].address, parseEther(amount));
  for (const { address } of contributors) await give(address, parseEther(CONTRIBUTOR_GRANT));
  await give(deployment.addresses.timelock, await contracts.token.balanceOf(roles.holder.address));
  for (const [role, amount] of Object.entries(STAKES)) await stake(world, roles[role as Role], parseEther(amount));
}

/**
 * Proposes the artifact, votes it through, has it evaluated and switches it live; time passes on the chain alone.
 * @param target held-out perplexity x 1,000 that the version declares not to exceed
 */
export async function takeLive(world: World, artifact: string, features: string, target: number): Promise<number> {
  const { roles, warpTo } = world;
  const terms = {
    ...(await termsOfArtifact(artifact, features)),
    parentAfter: 0,
    operator: roles.operator.address,
    priceIn: parseEther("1"),
    priceOut: parseEther("4"),
    split: SPLIT,
    targetMilliPerplexity: target,
  };
  const uri = `file:${artifact}`;
  const title = "the expert adapter";
  const { model, proposal, opensAt, closesAt } = await proposeModel(world, roles.developer, { terms, uri, title });
  const find = () => findProposal(world, String(proposal));
  await warpTo(opensAt + 1n);
  for (const voter of [roles.voter1, roles.voter2]) await castVote(world, voter, await find(), "for");
  await castVote(world, roles.voter3, await find(), "abstain");
  await warpTo(closesAt + 1n);
  await queueProposal(world, roles.voter1, await find());
  await warpTo((await find()).executableAt + 1n);
  await executeProposal(world, roles.voter1, await find());

  const number = Number(model);
  await recordTrained(world, roles.developer, number, uri);
  const { liveFrom } = await recordEvaluation(world, roles.validator, number, await readReport(artifact));
  await warpTo(liveFrom + 1n);
  await goLive(world, roles.developer, number);
  return number;
}
