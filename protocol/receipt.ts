import {
  type Address,
  getAddress,
  type Hex,
  hashStruct,
  hashTypedData,
  hexToBytes,
  isAddressEqual,
  stringToBytes,
} from "viem";
import { DOMAIN } from "./domains.ts";
import { fixed, join, keccak, keccakHex, uint } from "./hash.ts";
import { canonicalJson } from "./json.ts";
import { List } from "./list.ts";
import { recoverSigner } from "./signature.ts";
import type { ChannelConfig, TypedDataSigner } from "./voucher.ts";

/** What the operator signs of one paid inference; wei where it says charge or running. */
export interface ReceiptBody {
  /** Place in the Till's lifetime sequence, from 0. */
  number: number;
  till: Address;
  model: number;
  channelId: Hex;
  payer: Address;
  /** The channel's cumulative charge before and after this answer. */
  chargeBefore: bigint;
  chargeAfter: bigint;
  /** All that the Till has ever charged, this answer included. */
  running: bigint;
  epoch: number;
  requestHash: Hex;
  responseHash: Hex;
  /** Whether the payer signed the request hash. */
  bound: boolean;
}

/** What a log commits beside a receipt: the payer's signatures. */
export interface Backing {
  /** The payer's signature of {channelId, requestHash}; only where `bound`. */
  boundSignature?: Hex;
  /** The best voucher held when the answer was given. */
  voucherMax: bigint;
  voucherSignature: Hex;
}

/** A receipt with the signatures that stand behind it. */
export interface Receipt extends ReceiptBody, Backing {
  operatorSignature: Hex;
}

/** What a payer asks for; the fields that the request hash covers. */
export interface CompletionRequest {
  model: string;
  prompt?: string;
  messages?: { role: string; content: string }[];
  max_tokens?: number;
  temperature?: number;
  top_p?: number;
  seed?: number;
  stop?: string | string[];
}

/** One Till's receipts of one epoch, as the operator publishes them. Public: no prompt, no answer. */
export interface ReceiptLog {
  chainId: number;
  till: Address;
  epoch: number;
  receipts: Receipt[];
  /** The config of every channel that a receipt names. */
  channels: ChannelConfig[];
}

/** What the operator keeps of an answer, private: the tokens that `responseHash` commits. */
export interface ServedAnswer {
  /** Number of the receipt. */
  receipt: number;
  promptTokens: ArrayLike<number>;
  answerTokens: ArrayLike<number>;
}

const RECEIPT_TYPES = {
  Receipt: [
    { name: "number", type: "uint64" },
    { name: "model", type: "uint64" },
    { name: "channelId", type: "bytes32" },
    { name: "payer", type: "address" },
    { name: "chargeBefore", type: "uint128" },
    { name: "chargeAfter", type: "uint128" },
    { name: "running", type: "uint128" },
    { name: "epoch", type: "uint64" },
    { name: "requestHash", type: "bytes32" },
    { name: "responseHash", type: "bytes32" },
    { name: "bound", type: "bool" },
  ],
} as const;

const REQUEST_TYPES = {
  Request: [
    { name: "channelId", type: "bytes32" },
    { name: "requestHash", type: "bytes32" },
  ],
} as const;

function receiptsDomain(chainId: number, till: Address) {
  return { name: "Tributary Receipt", version: "1", chainId, verifyingContract: getAddress(till) } as const;
}

function message(body: ReceiptBody) {
  return {
    number: BigInt(body.number),
    model: BigInt(body.model),
    channelId: body.channelId,
    payer: body.payer,
    chargeBefore: body.chargeBefore,
    chargeAfter: body.chargeAfter,
    running: body.running,
    epoch: BigInt(body.epoch),
    requestHash: body.requestHash,
    responseHash: body.responseHash,
    bound: body.bound,
  };
}

/** EIP-712 data of a receipt; the Till is the verifying contract. */
export function receiptTypedData(body: ReceiptBody, chainId: number) {
  return {
    domain: receiptsDomain(chainId, body.till),
    types: RECEIPT_TYPES,
    primaryType: "Receipt",
    message: message(body),
  } as const;
}

/** EIP-712 data by which a payer binds a request to its channel at a Till. */
export function requestTypedData(request: { channelId: Hex; requestHash: Hex }, chainId: number, till: Address) {
  return {
    domain: receiptsDomain(chainId, till),
    types: REQUEST_TYPES,
    primaryType: "Request",
    message: request,
  } as const;
}

/** The digest that the operator signs. */
export function receiptDigest(body: ReceiptBody, chainId: number): Hex {
  return hashTypedData(receiptTypedData(body, chainId));
}

/** The EIP-712 struct hash: what the operator signs, without the domain. */
export function receiptStructHash(body: ReceiptBody): Hex {
  return hashStruct({ types: RECEIPT_TYPES, primaryType: "Receipt", data: message(body) });
}

/** Leaf of the receipts list: the struct hash, and the payer's signatures with it, so that a log without them is provably bad. */
export function receiptLeaf(receipt: ReceiptBody & Backing): Hex {
  return keccakHex(
    join(
      fixed(receiptStructHash(receipt), 32),
      uint(receipt.voucherMax, 16),
      keccak(hexToBytes(receipt.voucherSignature)),
      keccak(hexToBytes(receipt.boundSignature ?? "0x")),
    ),
  );
}

/** The list of an epoch's receipts in order of their numbers; its `root` is what `commitLog` takes. */
export function receiptsList(receipts: readonly (ReceiptBody & Backing)[]): List {
  return new List(DOMAIN.receipts, receipts.map(receiptLeaf));
}

/** What an answer cost, in wei. */
export function chargeOf(receipt: ReceiptBody): bigint {
  return receipt.chargeAfter - receipt.chargeBefore;
}

/** Sum of the charges in wei: the `total` of `commitLog`. */
export function totalOf(receipts: readonly ReceiptBody[]): bigint {
  return receipts.reduce((total, receipt) => total + chargeOf(receipt), 0n);
}

export function signReceipt(operator: TypedDataSigner, body: ReceiptBody, chainId: number): Promise<Hex> {
  return operator.signTypedData(receiptTypedData(body, chainId));
}

export function signRequest(
  payer: TypedDataSigner,
  request: { channelId: Hex; requestHash: Hex },
  chainId: number,
  till: Address,
): Promise<Hex> {
  return payer.signTypedData(requestTypedData(request, chainId, till));
}

/**
 * Stands where a log has no valid signature of its operator. The log's commit does not cover it, so its absence must not
 * stop a posting: nobody could prove the log wrong by it.
 */
export const UNSIGNED: Hex = `0x${"00".repeat(65)}`;

/** Whether `operator` signed this receipt on this chain. */
export async function verifyReceipt(
  receipt: ReceiptBody & { operatorSignature: Hex },
  operator: Address,
  chainId: number,
): Promise<boolean> {
  const signer = await recoverSigner(receiptDigest(receipt, chainId), receipt.operatorSignature);
  return signer !== null && isAddressEqual(signer, operator);
}

/** Whether `payer`, the channel's voucher signer, bound this request. */
export async function verifyRequest(
  request: { channelId: Hex; requestHash: Hex },
  signature: Hex,
  payer: Address,
  chainId: number,
  till: Address,
): Promise<boolean> {
  const signer = await recoverSigner(hashTypedData(requestTypedData(request, chainId, till)), signature);
  return signer !== null && isAddressEqual(signer, payer);
}

/** keccak256 of the canonical JSON of the request's fields as sent; absent and null fields are left out, others ignored. */
export function requestHash(request: CompletionRequest): Hex {
  const { model, prompt, messages, max_tokens, temperature, top_p, seed, stop } = request;
  const sent = { model, prompt, messages, max_tokens, temperature, top_p, seed, stop };
  const fields = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined && value !== null));
  return keccakHex(stringToBytes(canonicalJson(fields)));
}

/** keccak256 of both token lists, each as uint32 count and uint32 ids: what the model read and what it answered. */
export function responseHash(promptTokens: ArrayLike<number>, completionTokens: ArrayLike<number>): Hex {
  return keccakHex(join(tokenBytes(promptTokens), tokenBytes(completionTokens)));
}

function tokenBytes(tokens: ArrayLike<number>): Uint8Array {
  return join(uint(tokens.length, 4), ...Array.from(tokens, (token) => uint(token, 4)));
}
