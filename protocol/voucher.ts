import {
  type Address,
  getAddress,
  type Hex,
  hashTypedData,
  isAddressEqual,
  type LocalAccount,
  zeroAddress,
} from "viem";
import { recoverSigner } from "./signature.ts";

/** x402 batch-settlement's channel: who pays whom in what, and who may sign and claim. */
export interface ChannelConfig {
  payer: Address;
  /** Signs vouchers; the zero address: the payer does. */
  payerAuthorizer: Address;
  /** The Till. */
  receiver: Address;
  /** Claims and refunds in the receiver's name: the operator. */
  receiverAuthorizer: Address;
  token: Address;
  /** Seconds, 900 to 2,592,000. */
  withdrawDelay: number;
  salt: Hex;
}

/** A cumulative promise, in wei. */
export interface Voucher {
  channelId: Hex;
  maxClaimableAmount: bigint;
}

/** Where vouchers are valid: one Channels contract on one chain. */
export interface ChannelsDomain {
  chainId: number;
  /** Address of the Channels contract. */
  channels: Address;
}

/** Whoever can sign EIP-712 data: a viem local account, or a wallet client bound to one. */
export type TypedDataSigner = Pick<LocalAccount, "signTypedData">;

const CHANNEL_TYPES = {
  ChannelConfig: [
    { name: "payer", type: "address" },
    { name: "payerAuthorizer", type: "address" },
    { name: "receiver", type: "address" },
    { name: "receiverAuthorizer", type: "address" },
    { name: "token", type: "address" },
    { name: "withdrawDelay", type: "uint40" },
    { name: "salt", type: "bytes32" },
  ],
} as const;

const VOUCHER_TYPES = {
  Voucher: [
    { name: "channelId", type: "bytes32" },
    { name: "maxClaimableAmount", type: "uint128" },
  ],
} as const;

/** The EIP-712 domain of x402 batch-settlement at a Channels contract. */
export function channelsDomain(at: ChannelsDomain) {
  return {
    name: "x402 Batch Settlement",
    version: "1",
    chainId: at.chainId,
    verifyingContract: getAddress(at.channels),
  } as const;
}

/** channelId: the EIP-712 hash of the config under the Channels' domain. */
export function channelId(config: ChannelConfig, at: ChannelsDomain): Hex {
  return hashTypedData({
    domain: channelsDomain(at),
    types: CHANNEL_TYPES,
    primaryType: "ChannelConfig",
    message: config,
  });
}

/** EIP-712 data of a voucher, for any signer. */
export function voucherTypedData(voucher: Voucher, at: ChannelsDomain) {
  return { domain: channelsDomain(at), types: VOUCHER_TYPES, primaryType: "Voucher", message: voucher } as const;
}

/** What `Channels.getVoucherDigest` returns. */
export function voucherDigest(voucher: Voucher, at: ChannelsDomain): Hex {
  return hashTypedData(voucherTypedData(voucher, at));
}

/** Who signs a channel's vouchers and request bindings. */
export function voucherSigner(config: ChannelConfig): Address {
  return isAddressEqual(config.payerAuthorizer, zeroAddress) ? config.payer : config.payerAuthorizer;
}

export function signVoucher(signer: TypedDataSigner, voucher: Voucher, at: ChannelsDomain): Promise<Hex> {
  return signer.signTypedData(voucherTypedData(voucher, at));
}

/** The address that signed, or null where the signature is malformed. */
export function recoverVoucherSigner(voucher: Voucher, signature: Hex, at: ChannelsDomain): Promise<Address | null> {
  return recoverSigner(voucherDigest(voucher, at), signature);
}

/** Whether the channel's signer signed (ECDSA only) `maxClaimableAmount` for this channel, chain and Channels contract. */
export async function verifyVoucher(
  config: ChannelConfig,
  maxClaimableAmount: bigint,
  signature: Hex,
  at: ChannelsDomain,
): Promise<boolean> {
  if (maxClaimableAmount < 0n || maxClaimableAmount >= 1n << 128n) return false;
  const signer = await recoverVoucherSigner({ channelId: channelId(config, at), maxClaimableAmount }, signature, at);
  return signer !== null && isAddressEqual(signer, voucherSigner(config));
}
