import { randomBytes } from "node:crypto";
import { type Address, type Hex, isAddressEqual, keccak256, type TransactionReceipt } from "viem";
import { artifact } from "../../protocol/abi.ts";
import type { ContractName, Deployment } from "../../protocol/deployment.ts";
import { toHex } from "../../protocol/hash.ts";
import { read } from "../chain.ts";
import { type Poster, RevertError, send } from "../post.ts";
import { readBundle } from "../read-bundle.ts";
import type { Proof } from "../refute/context.ts";
import { findProofs } from "../refute/find.ts";
import { publishedOf } from "../refute/published.ts";
import { readJudged } from "./facts.ts";
import type { FoundPosting } from "./follow.ts";
import type { Judgement } from "./judge.ts";
import { isNodeTrouble } from "./node-trouble.ts";
import type { Act, Refuter } from "./watcher.ts";

/** Proofs that are simulated before a posting is given up. */
const TRIED = 16;

/** `IDemands.List.Steps`; the list that every posting has. */
const STEPS = 0;

/** Refutes and demands on chain, from one account. */
export class ChainRefuter implements Refuter {
  readonly #at: Poster;

  constructor(at: Poster) {
    this.#at = at;
  }

  /**
   * Sends the cheapest proof that the chain would take, after a commitment to it, so that whoever copies it from the
   * mempool comes second.
   */
  async refute(found: FoundPosting, { directory }: Judgement): Promise<Act> {
    if (directory === null) return { why: "its bundle is not there" };
    const { client, wallet, deployment } = this.#at;
    const { refutations } = deployment.addresses;
    const { proofs, unproved } = await this.#find(found, directory);
    const refuter = wallet.account.address;
    for (const proof of proofs.slice(0, TRIED)) {
      const verifier = verifierOf(deployment, proof);
      const args = [found.entry, verifier, proof.evidence];
      if (!(await this.#passes("refute", args))) continue;
      const salt = toHex(randomBytes(32));
      const commitment = await read<Hex>(client, "Refutations", refutations, "commitmentOf", [
        refuter,
        found.id,
        verifier,
        keccak256(proof.evidence),
        salt,
      ]);
      try {
        await this.#send("commitRefutation", [commitment]);
        return { what: `refuted (${proof.what})`, ...(await this.#first(args, salt)) };
      } catch (error) {
        if (error instanceof RevertError) return { why: error.message };
        throw error;
      }
    }
    return { why: unproved[0]?.what ?? "no proof of it is found that the chain takes" };
  }

  /** Demands the last step of the posting. Who withholds its bundle has to show that one first. */
  async demand(found: FoundPosting): Promise<Act> {
    const { client, wallet, deployment } = this.#at;
    const { demands, openToken } = deployment.addresses;
    const place = { list: STEPS, step: 0n, position: 0n, chunk: 0n };
    const key = await read<Hex>(client, "Demands", demands, "keyOf", [found.id, place]);
    const [demander, deadline, closed] = await read<[Address, bigint, boolean]>(
      client,
      "Demands",
      demands,
      "demandOf",
      [key],
    );
    try {
      if (BigInt(demander) !== 0n) {
        if (closed || (await client.getBlock()).timestamp <= deadline) return { why: "demanded, and not answered yet" };
        return {
          what: "ended its demand, which nobody answered",
          ...sentOf(await send(this.#at, "Demands", demands, "expire", [found.entry, place])),
        };
      }
      const deposit = await read<bigint>(client, "Demands", demands, "DEPOSIT");
      const allowed = [wallet.account.address, demands];
      if ((await read<bigint>(client, "OpenToken", openToken, "allowance", allowed)) < deposit) {
        await send(this.#at, "OpenToken", openToken, "approve", [demands, deposit]);
      }
      return { what: "demanded", ...sentOf(await send(this.#at, "Demands", demands, "demand", [found.entry, place])) };
    } catch (error) {
      if (error instanceof RevertError) return { why: error.message };
      throw error;
    }
  }

  /** Pays out a reward whose blocks have passed. Returns whether there is nothing more to come. */
  async collect(target: Hex): Promise<boolean> {
    const { client, wallet, deployment } = this.#at;
    const { refutations } = deployment.addresses;
    const [refuter, , takeableAt] = await read<[Address, bigint, bigint]>(
      client,
      "Refutations",
      refutations,
      "rewardOf",
      [target],
    );
    if (!isAddressEqual(refuter, wallet.account.address)) return true;
    if ((await client.getBlockNumber()) < takeableAt) return false;
    await this.#send("takeReward", [target]);
    return true;
  }

  /** A hostile bundle may hold numbers that fit no list: then it proves nothing. */
  async #find(found: FoundPosting, directory: string): Promise<ReturnType<typeof findProofs>> {
    try {
      const bundle = await readBundle(directory);
      return findProofs(await readJudged(found, bundle, this.#at), publishedOf(bundle));
    } catch (error) {
      if (isNodeTrouble(error)) throw error;
      const what = error instanceof Error ? error.message : String(error);
      return { proofs: [], unproved: [{ list: "steps", step: null, position: null, remedy: "withheld", what }] };
    }
  }

  async #passes(functionName: string, args: readonly unknown[]): Promise<boolean> {
    try {
      const { client, wallet, deployment } = this.#at;
      const { abi } = artifact("Refutations");
      const address = deployment.addresses.refutations;
      await client.simulateContract({ abi, address, functionName, args, account: wallet.account });
      return true;
    } catch (error) {
      if (isNodeTrouble(error)) throw error;
      return false;
    }
  }

  /** Refutes, or where somebody was faster shows the earlier commitment. */
  async #first(args: readonly unknown[], salt: Hex): Promise<ReturnType<typeof sentOf>> {
    try {
      return sentOf(await this.#send("refute", args));
    } catch (error) {
      if (!(error instanceof RevertError)) throw error;
      return sentOf(await this.#send("takePrecedence", [...args, salt]));
    }
  }

  #send(functionName: string, args: readonly unknown[]): Promise<TransactionReceipt> {
    return send(this.#at, "Refutations", this.#at.deployment.addresses.refutations, functionName, args);
  }
}

const sentOf = ({ transactionHash, gasUsed }: TransactionReceipt) => ({ transaction: transactionHash, gas: gasUsed });

/** Deployments name verifiers as the artifacts do, but for the first letter. */
function verifierOf({ addresses }: Deployment, { verifier }: Proof): Address {
  return addresses[`${verifier[0]!.toLowerCase()}${verifier.slice(1)}` as ContractName];
}
