import { claim, claimable } from "../actions/claim.ts";
import type { Report } from "../lib/progress.ts";
import { eventOf, mined } from "../lib/send.ts";
import type { ContributionFigures, SplitFigures } from "./figures.ts";
import { SPLIT } from "./govern.ts";
import type { Settled } from "./settle.ts";
import type { World } from "./world.ts";

/** What one contributor got by its claim, read back from the chain. */
export type ClaimFigures = Pick<ContributionFigures, "claimed" | "claimGas" | "balanceBefore" | "balanceAfter">;

/** Each contributor claims what the bundle gives it; one that earned nothing has nothing to send. */
export async function claimAll(world: World, { bundle, path }: Settled, report: Report): Promise<ClaimFigures[]> {
  const { token, datanets } = world.contracts;
  const figures: ClaimFigures[] = [];
  for (const [i, signer] of world.contributors.entries()) {
    const balanceBefore = await token.balanceOf(signer.address);
    let claimed = 0n;
    let gas = 0n;
    const contributor = Number(await datanets.contributorOf(signer.address));
    if (bundle.payoutsAfter[contributor]!.cumulative > 0n) {
      ({ amount: claimed, gas } = await claim(world, signer, await claimable(world, { contributor }, path)));
    }
    const balanceAfter = await token.balanceOf(signer.address);
    figures.push({
      claimed: claimed.toString(),
      claimGas: Number(gas),
      balanceBefore: balanceBefore.toString(),
      balanceAfter: balanceAfter.toString(),
    });
    report(i + 1, world.contributors.length);
  }
  return figures;
}

/** `IRevenue.Role`, in its order, by the names of the split. */
const RECIPIENTS = ["developer", "operator", "stakers", "validators", "treasury"] as const;

/** Pays every part of the split but the contributors', each to its recipient of record; returns amounts and balances. */
export async function paySplit(world: World, till: string): Promise<SplitFigures[]> {
  const { contracts, roles, deployment } = world;
  const { addresses } = deployment;
  // The stakers' part goes to the vault, where it streams to them.
  const accounts = {
    developer: roles.developer.address,
    operator: roles.operator.address,
    stakers: addresses.stakeVault,
    validators: roles.validator.address,
    treasury: addresses.timelock,
  };
  const figures: SplitFigures[] = [];
  for (const [role, recipient] of RECIPIENTS.entries()) {
    const account = accounts[recipient];
    const balanceBefore = await contracts.token.balanceOf(account);
    const sent = await mined(contracts.revenue.withdraw(till, role));
    const { args } = eventOf(sent, contracts.revenue, addresses.revenue, "Withdrawn");
    figures.push({
      recipient,
      basisPoints: SPLIT[recipient],
      amount: (args.amount as bigint).toString(),
      account,
      balanceBefore: balanceBefore.toString(),
      balanceAfter: (await contracts.token.balanceOf(account)).toString(),
    });
  }
  return figures;
}

/** Sends what no contribution earned, and what no receipt covers, to the treasury. */
export async function payTreasury({ contracts }: World): Promise<void> {
  if ((await contracts.revenue.treasuryOwed()) > 0n) await mined(contracts.revenue.withdrawTreasury());
}

/** Whether the balances of all who ever held OPEN add up to its supply. */
export async function supplyOk({ contracts: { token }, deployment }: World): Promise<boolean> {
  const transfers = await token.queryFilter(token.filters.Transfer(), deployment.block);
  const holders = new Set(transfers.map(({ args }) => args.to));
  let sum = 0n;
  for (const holder of holders) sum += await token.balanceOf(holder);
  return sum === (await token.totalSupply());
}
