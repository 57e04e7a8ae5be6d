import { buildProduction } from "./gas/production.ts";
import { rewards } from "./gas/rewards.ts";
import { staking } from "./gas/staking.ts";
import { vouchers } from "./gas/vouchers.ts";
import type { Figures } from "./main.ts";

export const about = `gas: whole transactions with calldata, on anvil, production profile. Claims: trees of 1,000, 100,000 and
1,000,000 leaves, claim_range_256 per account of 256. Stake: at a running reward stream. Vouchers: each of another channel.`;

export async function run(): Promise<Figures> {
  buildProduction();
  return { ...(await rewards()), ...(await staking()), ...(await vouchers()) };
}
