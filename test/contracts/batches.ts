import type { IChannels } from "../../types/index.ts";
import { domainOf, ethers, type FundedSuite } from "./fixtures.ts";

const CLAIM_BATCH = {
  ClaimBatch: [{ name: "claims", type: "ClaimEntry[]" }],
  ClaimEntry: [
    { name: "channelId", type: "bytes32" },
    { name: "maxClaimableAmount", type: "uint128" },
    { name: "totalClaimed", type: "uint128" },
  ],
};
const REFUND = {
  Refund: [
    { name: "channelId", type: "bytes32" },
    { name: "nonce", type: "uint256" },
    { name: "amount", type: "uint128" },
  ],
};

/** The receiverAuthorizer's signature of a batch of claims. */
export async function signClaims(
  suite: FundedSuite,
  voucherClaims: IChannels.VoucherClaimStruct[],
  signer = suite.operator,
) {
  const claims = await Promise.all(
    voucherClaims.map(async ({ voucher, totalClaimed }) => ({
      channelId: await suite.channels.getChannelId(voucher.channel),
      maxClaimableAmount: voucher.maxClaimableAmount,
      totalClaimed,
    })),
  );
  return signer.signTypedData(await domainOf(suite.channels), CLAIM_BATCH, { claims });
}

/** Its signature of a refund from the fixture's channel. */
export async function signRefund(suite: FundedSuite, amount: bigint, nonce = 0n, signer = suite.operator) {
  const { channelId, channels } = suite;
  return signer.signTypedData(await domainOf(channels), REFUND, { channelId, nonce, amount });
}

/** The other two forms of a 65-byte signature: short (EIP-2098), and with s mirrored into the upper half order. */
export function otherForms(signature: string) {
  const { r, s, yParity, compactSerialized } = ethers.Signature.from(signature);
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const mirrored = ethers.toBeHex(order - BigInt(s), 32);
  return { short: compactSerialized, high: ethers.concat([r, mirrored, ethers.toBeHex(yParity === 0 ? 28 : 27)]) };
}
