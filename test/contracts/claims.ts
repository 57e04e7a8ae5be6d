import type { AddressLike, BytesLike, Signer } from "ethers";
import { DOMAIN } from "../../protocol/domains.ts";
import { claimPlace } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import type { Rewards } from "../../types/index.ts";
import { domainOf, leafOf } from "./fixtures.ts";

/** One payout as somebody claims it: what a root says, or what the claimant says that it does. */
export interface Claim {
  slot?: number;
  count: number;
  contributor: number;
  account: string;
  cumulative: bigint;
  proof: BytesLike[];
}

const CLAIM = {
  Claim: [
    { name: "contributor", type: "uint32" },
    { name: "recipient", type: "address" },
    { name: "cumulative", type: "uint256" },
  ],
};

/** Payouts by contributor id, as a posting commits to them. */
export const payoutsOf = (payouts: [account: string, cumulative: bigint][]) =>
  new List(
    DOMAIN.payouts,
    payouts.map(([account, cumulative]) => leafOf(account, cumulative)),
  );

export const claim = (rewards: Rewards, { slot = 0, count, contributor, account, cumulative, proof }: Claim) =>
  rewards.claim(claimPlace(slot, count, contributor), leafOf(account, cumulative), proof);

/** The same call as data, for a contract to make. */
export const claimCall = ({ interface: abi }: Rewards, { slot = 0, count, contributor, account, ...rest }: Claim) =>
  abi.encodeFunctionData("claim", [claimPlace(slot, count, contributor), leafOf(account, rest.cumulative), rest.proof]);

export const claimAndStake = (rewards: Rewards, { slot = 0, count, contributor, cumulative, proof }: Claim) =>
  rewards.claimAndStake(claimPlace(slot, count, contributor), cumulative, proof);

export const claimWithSig = (
  rewards: Rewards,
  { slot = 0, count, contributor, account, cumulative, proof }: Claim,
  recipient: AddressLike,
  signature: BytesLike,
) => {
  const place = claimPlace(slot, count, contributor);
  return rewards.claimWithSig(place, leafOf(account, cumulative), proof, recipient, signature);
};

/** The account's word that its payout goes to `recipient`. */
export const signClaim = async (
  rewards: Rewards,
  signer: Pick<Signer, "signTypedData">,
  { contributor, cumulative }: Pick<Claim, "contributor" | "cumulative">,
  recipient: string,
  domain: object = {},
) => signer.signTypedData({ ...(await domainOf(rewards)), ...domain }, CLAIM, { contributor, recipient, cumulative });
