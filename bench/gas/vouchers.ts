import {
  type Address,
  createPublicClient,
  createWalletClient,
  type Hex,
  http,
  parseEther,
  zeroAddress,
  zeroHash,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { channelId, signVoucher } from "../../protocol/voucher.ts";
import { type Chain, MNEMONIC, startChain } from "../../scripts/demo/chain.ts";
import type { Figures } from "../main.ts";
import { productionArtifact } from "./production.ts";

type Signer = ReturnType<typeof mnemonicToAccount>;

const BATCH = 50;
/** What a voucher promises, and the next one on the same channel. */
const FIRST = parseEther("0.0123456789");
const NEXT = parseEther("0.0345678912");

const [OpenToken, Channels, ApprovalCollector] = [
  "OpenToken.sol/OpenToken",
  "Channels.sol/Channels",
  "collectors/ApprovalCollector.sol/ApprovalCollector",
];

/** Gas of a voucher in a batch of second claims, and of whole lone transactions. */
export async function vouchers(): Promise<Figures> {
  const chain = await startChain({ accounts: BATCH + 2 });
  try {
    return await measure(chain);
  } finally {
    await chain.stop();
  }
}

async function measure({ url, chainId }: Chain): Promise<Figures> {
  const signers = Array.from({ length: BATCH + 2 }, (_, addressIndex) => mnemonicToAccount(MNEMONIC, { addressIndex }));
  const [holder, operator, ...payers] = signers as [Signer, Signer, ...Signer[]];
  const client = createPublicClient({ transport: http(url), pollingInterval: 20, cacheTime: 0 });
  const receipt = async (hash: Hex) => {
    const { status, gasUsed, contractAddress } = await client.waitForTransactionReceipt({ hash });
    if (status !== "success") throw new Error(`transaction ${hash} failed`);
    return { gas: Number(gasUsed), contractAddress: contractAddress! };
  };
  const wallet = (account: Signer) => createWalletClient({ account, transport: http(url) });
  const deploy = async (path: string, args: readonly unknown[] = []) => {
    const { abi, bytecode } = contract(path);
    return (await receipt(await wallet(holder).deployContract({ abi, bytecode, args, chain: null }))).contractAddress;
  };
  const send = async (from: Signer, path: string, address: Address, functionName: string, args: readonly unknown[]) => {
    const { abi } = contract(path);
    return (await receipt(await wallet(from).writeContract({ address, abi, functionName, args, chain: null }))).gas;
  };

  const token = await deploy(OpenToken, [holder.address]);
  const channels = await deploy(Channels);
  const collector = await deploy(ApprovalCollector, [channels]);
  const receiver: Address = `0x${"71".repeat(20)}`;
  const at = { chainId, channels };
  const configs = payers.map((payer) => ({
    payer: payer.address,
    payerAuthorizer: zeroAddress,
    receiver,
    receiverAuthorizer: operator.address,
    token,
    withdrawDelay: 86_400,
    salt: zeroHash, // as stock clients have it
  }));
  const deposits: number[] = [];
  for (const [i, payer] of payers.entries()) {
    await send(holder, OpenToken, token, "transfer", [payer.address, parseEther("10")]);
    await send(payer, OpenToken, token, "approve", [collector, parseEther("10")]);
    deposits.push(await send(payer, ApprovalCollector, collector, "deposit", [configs[i], parseEther("1")]));
  }
  const claims = (amount: bigint) =>
    Promise.all(
      configs.map(async (channel, i) => ({
        voucher: { channel, maxClaimableAmount: amount },
        signature: await signVoucher(payers[i]!, { channelId: channelId(channel, at), maxClaimableAmount: amount }, at),
        totalClaimed: amount,
      })),
    );
  const claim = async (batch: unknown[]) => send(operator, Channels, channels, "claim", [batch]);
  const first = await claims(FIRST);
  const [lone, ...others] = first;
  const claimOne = await claim([lone]);
  await claim(others);
  const batch = await claim(await claims(NEXT));
  const settle = await send(operator, Channels, channels, "settle", [receiver, token]);
  return {
    voucher_batch50_each: Math.round(batch / BATCH),
    voucher_alone: claimOne,
    deposit_first: deposits[0]!,
    deposit_again: await send(payers[0]!, ApprovalCollector, collector, "deposit", [configs[0], parseEther("1")]),
    settle_first: settle,
  };
}

function contract(path: string) {
  return productionArtifact(`contracts/${path}.json`);
}
