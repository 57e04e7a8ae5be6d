import { domainOf, ethers, hash, open, type Suite, time } from "./fixtures.ts";

/** A random-looking 32-byte nonce, as x402 payers choose them. */
export const NONCE = hash("nonce");

const TRANSFER = [
  { name: "from", type: "address" },
  { name: "to", type: "address" },
  { name: "value", type: "uint256" },
  { name: "validAfter", type: "uint256" },
  { name: "validBefore", type: "uint256" },
  { name: "nonce", type: "bytes32" },
];

export interface Authorization {
  from: string;
  to: string;
  value: bigint;
  validAfter: bigint;
  validBefore: bigint;
  nonce: string;
}

/** 5 OPEN from alice to bob, valid now; or as changed. */
export async function authorization(suite: Suite, changes: Partial<Authorization> = {}): Promise<Authorization> {
  const now = BigInt(await time.latest());
  return {
    from: suite.alice.address,
    to: suite.bob.address,
    value: open(5),
    validAfter: 0n,
    validBefore: now + 1000n,
    nonce: NONCE,
    ...changes,
  };
}

/** Signs an authorization of one of ERC-3009's types. */
export async function signAuthorization(
  suite: Suite,
  type: "TransferWithAuthorization" | "ReceiveWithAuthorization",
  message: Authorization,
  signer = suite.alice,
) {
  return signer.signTypedData(await domainOf(suite.openToken), { [type]: TRANSFER }, message);
}

export async function signCancel(suite: Suite, authorizer: string, nonce: string, signer = suite.alice) {
  const types = {
    CancelAuthorization: [
      { name: "authorizer", type: "address" },
      { name: "nonce", type: "bytes32" },
    ],
  };
  return signer.signTypedData(await domainOf(suite.openToken), types, { authorizer, nonce });
}

/** The arguments before the signature. */
export function fields({ from, to, value, validAfter, validBefore, nonce }: Authorization) {
  return [from, to, value, validAfter, validBefore, nonce] as const;
}

export function vrs(signature: string) {
  const { v, r, s } = ethers.Signature.from(signature);
  return [v, r, s] as const;
}

export const TRANSFER_VRS =
  "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)";
export const TRANSFER_BYTES = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)";
export const RECEIVE_VRS =
  "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)";
export const RECEIVE_BYTES = "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)";
export const CANCEL_BYTES = "cancelAuthorization(address,bytes32,bytes)";
export const CANCEL_VRS = "cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)";
