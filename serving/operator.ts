import type { Address, Hex } from "viem";
import { artifact } from "../protocol/abi.ts";
import { receiptsList, totalOf } from "../protocol/receipt.ts";
import type { TypedDataSigner } from "../protocol/voucher.ts";
import type { ServingChain, Wallet } from "./chain.ts";
import type { ChannelRecord, Store } from "./store.ts";

/** What `commitLog` put on chain. */
export interface CommittedLog {
  root: Hex;
  count: number;
  /** Wei. */
  total: bigint;
}

/** What a redemption brought in. */
export interface Redemption {
  /** Channels whose vouchers were claimed. */
  channels: number;
  /** Wei that the claims added to what the Till may settle. */
  claimed: bigint;
  /** Wei that the sweep handed to Revenue. */
  swept: bigint;
}

/** Vouchers in one claim transaction: about 4 million gas. */
const CLAIM_BATCH = 40;

/** A wallet as a signer of EIP-712 data: it has its account from the start. */
export function signerOf(wallet: Wallet): TypedDataSigner & { address: Address } {
  const signTypedData = ((data: Parameters<Wallet["signTypedData"]>[0]) =>
    wallet.signTypedData({ ...data, account: wallet.account })) as TypedDataSigner["signTypedData"];
  return { address: wallet.account.address, signTypedData };
}

/** The operator's side of the chain: its Tills, its vouchers, its logs. */
export class Operator {
  readonly #chain: ServingChain;
  readonly #store: Store;
  readonly #wallet: Wallet;

  constructor(chain: ServingChain, store: Store, wallet: Wallet) {
    this.#chain = chain;
    this.#store = store;
    this.#wallet = wallet;
  }

  /** The Till of a live version and this operator; created where it does not exist. */
  async ensureTill(model: number): Promise<Address> {
    const till = await this.#chain.read<Address>("revenue", "tillOf", [BigInt(model), this.#wallet.account.address]);
    const exists = await this.#chain.read<boolean>("revenue", "isTill", [till]);
    if (!exists) await this.#chain.write(this.#wallet, "revenue", "createTill", [BigInt(model)]);
    return till;
  }

  /**
   * Claims every voucher of the Till up to its charge, then sweeps the Till into Revenue, where it is income of the
   * current epoch: call it before the epoch of the receipts ends. What a channel cannot pay yet stays claimable.
   */
  async redeem(till: Address): Promise<Redemption> {
    const open: ChannelRecord[] = [];
    let claimed = 0n;
    for (const channel of this.#store.chargedChannels(till)) {
      const { balance, totalClaimed } = await this.#chain.channelFunds(channel.channelId);
      let payable = channel.charged;
      if (payable > balance) payable = balance;
      if (payable <= totalClaimed) continue;
      claimed += payable - totalClaimed;
      open.push(channel);
    }
    for (let i = 0; i < open.length; i += CLAIM_BATCH) {
      await this.#chain.write(this.#wallet, "channels", "claim", [open.slice(i, i + CLAIM_BATCH).map(voucherClaim)]);
    }
    return { channels: open.length, claimed, swept: await this.sweep(till) };
  }

  /** Hands to Revenue what the Till holds and what Channels owe it; 0 where that is nothing. */
  async sweep(till: Address): Promise<bigint> {
    const token = this.#chain.address("openToken");
    const [held, [claimed, settled]] = await Promise.all([
      this.#chain.read<bigint>("openToken", "balanceOf", [till]),
      this.#chain.read<[bigint, bigint]>("channels", "receivers", [till, token]),
    ]);
    const amount = held + claimed - settled;
    if (amount === 0n) return 0n;
    await this.#chain.send(this.#wallet, till, artifact("Till").abi, "sweep");
    return amount;
  }

  /**
   * Commits the Till's receipts of an ended epoch: the one, irrevocable commit, before the log deadline, after adding to
   * the operator's bond what is missing of it. Gives back what
   * is committed already where it was done before, and null where the epoch has no receipts. Throws where another log was committed.
   */
  async commitLog(till: Address, epoch: number): Promise<CommittedLog | null> {
    const { receipts } = this.#store.log(till, epoch, this.#chain.chainId);
    if (receipts.length === 0) return null;
    const log = { root: receiptsList(receipts).root, count: receipts.length, total: totalOf(receipts) };
    const [root, count] = await this.#chain.read<[Hex, bigint, bigint]>("attribution", "logOf", [till, BigInt(epoch)]);
    if (count === 0n) {
      await this.#fillBond();
      const args = [till, BigInt(epoch), log.root, BigInt(log.count), log.total];
      await this.#chain.write(this.#wallet, "attribution", "commitLog", args);
    } else if (root !== log.root) {
      throw new Error(
        `The log of epoch ${epoch} of ${till} is committed as ${root}, but the receipts here give ${log.root}.`,
      );
    }
    return log;
  }

  async #fillBond(): Promise<void> {
    const [needed, [bond]] = await Promise.all([
      this.#chain.read<bigint>("operators", "BOND"),
      this.#chain.read<[bigint]>("operators", "bondOf", [this.#wallet.account.address]),
    ]);
    if (bond >= needed) return;
    const missing = needed - bond;
    await this.#chain.write(this.#wallet, "openToken", "approve", [this.#chain.address("operators"), missing]);
    await this.#chain.write(this.#wallet, "operators", "deposit", [missing]);
  }
}

/** `IChannels.VoucherClaim` of a channel: all that is charged, under the best voucher. */
function voucherClaim({ config, voucherMax, voucherSignature, charged }: ChannelRecord) {
  return {
    voucher: { channel: config, maxClaimableAmount: voucherMax },
    signature: voucherSignature,
    totalClaimed: charged,
  };
}
