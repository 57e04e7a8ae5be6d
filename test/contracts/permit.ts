import { domainOf, ethers, hash, open, type Suite, time } from "./fixtures.ts";

export interface DepositTerms {
  channelId: string;
  token: string;
  amount: bigint;
  nonce: string;
  deadline: bigint;
  signer: Suite["alice"];
  /** Whether a permit goes with it, and who signs that. */
  permit: boolean;
  permitSigner: Suite["alice"];
}

const PERMIT = [
  { name: "owner", type: "address" },
  { name: "spender", type: "address" },
  { name: "value", type: "uint256" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
];
const DEPOSIT = [
  { name: "channelId", type: "bytes32" },
  { name: "token", type: "address" },
  { name: "amount", type: "uint256" },
  { name: "nonce", type: "bytes32" },
  { name: "deadline", type: "uint256" },
];

/** The permit collector's data for 5 OPEN of alice into `channelId`; or as changed. */
export async function permitDeposit(suite: Suite, channelId: string, changes: Partial<DepositTerms> = {}) {
  const { openToken, permitCollector, alice } = suite;
  const terms: DepositTerms = {
    channelId,
    token: await openToken.getAddress(),
    amount: open(5),
    nonce: hash("deposit"),
    deadline: BigInt((await time.latest()) + 1000),
    signer: alice,
    permit: true,
    permitSigner: alice,
    ...changes,
  };
  const { nonce, deadline, signer } = terms;
  const signature = await signer.signTypedData(await domainOf(permitCollector), { Deposit: DEPOSIT }, terms);
  const permit = {
    owner: alice.address,
    spender: await permitCollector.getAddress(),
    value: open(5),
    nonce: await openToken.nonces(alice),
    deadline,
  };
  const signed = await terms.permitSigner.signTypedData(await domainOf(openToken), { Permit: PERMIT }, permit);
  const { v, r, s } = terms.permit ? ethers.Signature.from(signed) : { v: 0, r: ethers.ZeroHash, s: ethers.ZeroHash };
  const head = ethers.AbiCoder.defaultAbiCoder().encode(
    ["bytes32", "uint256", "uint256", "uint8", "bytes32", "bytes32"],
    [nonce, deadline, permit.value, v, r, s],
  );
  return ethers.concat([head, signature]);
}
