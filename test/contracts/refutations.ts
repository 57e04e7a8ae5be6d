import { ethers, networkHelpers, posted, type Suite } from "./fixtures.ts";

/** Evidence that the verifiers of {@link judged} accept, two that differ, and one that they do not. */
export const PROOF = "0x01aa";
export const OTHER_PROOF = "0x01bb";
export const NO_PROOF = "0x00aa";
export const SALT = ethers.id("salt");

/** A pending posting, and verifiers that accept whatever begins with 0x01. */
export async function judged() {
  const suite = await posted();
  await mockVerifiers(suite);
  return suite;
}

export type JudgedSuite = Awaited<ReturnType<typeof judged>>;

/** Puts the stand-in at the address of each verifier that Refutations asks. */
export async function mockVerifiers({ refutations, postingVerifier }: Suite) {
  const mock = await ethers.deployContract("Verifiers");
  const code = await ethers.provider.getCode(mock);
  const addresses = [
    postingVerifier,
    await refutations.LOG_VERIFIER(),
    await refutations.EQUIVOCATION_VERIFIER(),
    await refutations.INDEX_VERIFIER(),
  ];
  for (const address of addresses) await networkHelpers.setCode(address, code);
}

/** The commitment of `account` to `evidence` against a posting. */
export function commitmentTo(
  { refutations, postingVerifier }: Suite,
  account: { address: string },
  target: string,
  evidence = PROOF,
  verifier: string = postingVerifier,
) {
  return refutations.commitmentOf(account.address, target, verifier, ethers.keccak256(evidence), SALT);
}

/** The target of a log or an equivocation. */
export function logTarget(verifier: string, till: string, epoch: bigint) {
  return ethers.keccak256(
    ethers.AbiCoder.defaultAbiCoder().encode(["address", "address", "uint256"], [verifier, till, epoch]),
  );
}

/** To where a reward that was granted just now can be taken. */
export async function passReveal({ refutations }: Suite) {
  await networkHelpers.mine(await refutations.REVEAL_BLOCKS());
}

/** The transactions of `send`, in the order of their fees (highest first), in one block. */
export async function inOneBlock(
  ...send: ((fees: { gasPrice: bigint; gasLimit: bigint }) => Promise<{ hash: string }>)[]
) {
  await ethers.provider.send("evm_setAutomine", [false]);
  try {
    const sent: { hash: string }[] = [];
    for (const [i, each] of send.entries()) {
      const gasPrice = ethers.parseUnits(String(100 - i), "gwei");
      sent.push(await each({ gasPrice, gasLimit: 2_000_000n }));
    }
    await networkHelpers.mine();
    const receipts = await Promise.all(sent.map(({ hash }) => ethers.provider.getTransactionReceipt(hash)));
    return receipts.map((receipt) => receipt!);
  } finally {
    await ethers.provider.send("evm_setAutomine", [true]);
  }
}
