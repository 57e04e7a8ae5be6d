import { Interface } from "ethers";
import { type Address, toHex, zeroHash } from "viem";
import { artifact } from "../protocol/abi.ts";
import { type ChannelConfig, channelId, voucherDigest } from "../protocol/voucher.ts";

/** Where x402's batch-settlement contract stands on every chain that has it: BATCH_SETTLEMENT_ADDRESS of `@x402/evm`. */
export const X402_CHANNELS: Address = "0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003";

/** Reads a contract: `eth_call` to an address with data. */
export type Call = (to: string, data: string) => Promise<string>;

const word = (byte: number) => toHex(byte, { size: 20 });
/** A channel that nobody will ever open, with another value in every field. */
const SAMPLE: ChannelConfig = {
  payer: word(1),
  payerAuthorizer: word(2),
  receiver: word(3),
  receiverAuthorizer: word(4),
  token: word(5),
  withdrawDelay: 3600,
  salt: toHex(6, { size: 32 }),
};

/**
 * What the contract at an address answers other than x402's batch-settlement on this chain would. Its code is not ours, so
 * behaviour is what counts: ids of channels and digests of vouchers, which commit to types, domain, chain and address,
 * and the views that Tills and operators read.
 */
export async function strangeAnswers(call: Call, at: Address, chainId: number): Promise<string[]> {
  const abi = new Interface(artifact("Channels").abi as never);
  const domain = { chainId, channels: at };
  const id = channelId(SAMPLE, domain);
  const expected: [getter: string, args: unknown[], answer: unknown[]][] = [
    ["getChannelId", [SAMPLE], [id]],
    ["getVoucherDigest", [id, 7n], [voucherDigest({ channelId: id, maxClaimableAmount: 7n }, domain)]],
    ["channels", [zeroHash], [0n, 0n]],
    ["pendingWithdrawals", [zeroHash], [0n, 0n]],
    ["receivers", [SAMPLE.receiver, SAMPLE.token], [0n, 0n]],
    ["refundNonce", [zeroHash], [0n]],
  ];
  const strange: string[] = [];
  for (const [getter, args, answer] of expected) {
    const told = await call(at, abi.encodeFunctionData(getter, args))
      .then((data) => [...abi.decodeFunctionResult(getter, data)].map(String))
      .catch(() => ["nothing"]);
    if (told.join() !== answer.map(String).join()) strange.push(`${getter}() tells ${told.join(", ")}`);
  }
  return strange;
}
