import { type Address, encodeAbiParameters, type Hex, keccak256 } from "viem";
import type { ChannelConfig } from "../protocol/voucher.ts";
import type { ServingChain, Wallet } from "./chain.ts";
import { signerOf } from "./operator.ts";
import { TOKEN_DOMAIN } from "./x402.ts";

/** How a payer's OPEN gets into a channel: by allowance, or by an authorization of ERC-3009. */
export type DepositMethod = "approval" | "erc3009";

const ERC3009_TYPES = {
  ReceiveWithAuthorization: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "validAfter", type: "uint256" },
    { name: "validBefore", type: "uint256" },
    { name: "nonce", type: "bytes32" },
  ],
} as const;

/** Seconds for which an authorization can be submitted. */
const VALIDITY = 3600n;

/** Puts `amount` wei of the wallet's OPEN into its channel. */
export async function deposit(
  chain: ServingChain,
  wallet: Wallet,
  config: ChannelConfig,
  channelId: Hex,
  amount: bigint,
  by: DepositMethod,
): Promise<void> {
  const { approvalCollector, erc3009Collector } = chain.deployment.addresses;
  if (by === "approval") {
    await chain.write(wallet, "openToken", "approve", [approvalCollector, amount]);
    await chain.write(wallet, "approvalCollector", "deposit", [config, amount]);
  } else {
    const data = await authorization(chain, wallet, channelId, amount, erc3009Collector);
    await chain.write(wallet, "channels", "deposit", [config, amount, erc3009Collector, data]);
  }
}

/** The ERC-3009 collector's data: the nonce binds the authorization to the channel. */
async function authorization(
  chain: ServingChain,
  wallet: Wallet,
  channelId: Hex,
  value: bigint,
  collector: Address,
): Promise<Hex> {
  const salt = `0x${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex")}` as const;
  const nonce = keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "bytes32" }], [channelId, salt]));
  const validBefore = (await chain.client.getBlock()).timestamp + VALIDITY;
  const signature = await signerOf(wallet).signTypedData({
    domain: { ...TOKEN_DOMAIN, chainId: chain.chainId, verifyingContract: chain.address("openToken") },
    types: ERC3009_TYPES,
    primaryType: "ReceiveWithAuthorization",
    message: { from: wallet.account.address, to: collector, value, validAfter: 0n, validBefore, nonce },
  });
  return encodeAbiParameters(
    [{ type: "uint256" }, { type: "uint256" }, { type: "bytes32" }, { type: "bytes" }],
    [0n, validBefore, salt, signature],
  );
}
