import { join } from "node:path";
import { type Address, getAddress, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { formatPrompt } from "../../lm/prompt.ts";
import { ServingChain, type Wallet } from "../../serving/chain.ts";
import { ClientError, type Completion, PayingClient } from "../../serving/client.ts";
import type { DepositMethod } from "../../serving/deposit.ts";
import type { PaymentRequirements } from "../../serving/x402.ts";
import { type AccountOptions, signerOf, unlock } from "../lib/account.ts";
import { inOpen } from "../lib/amount.ts";
import { FolderMemory } from "../lib/channel-memory.ts";
import type { Connection } from "../lib/connection.ts";
import { UserError } from "../lib/errors.ts";

/** A payer at an inference server. */
export interface Payer {
  address: Address;
  server: string;
  chain: ServingChain;
  client: PayingClient;
}

export interface Question {
  question: string;
  /** `tributary:<id>` or an alias; default the server's first model. */
  model?: string;
  maxTokens: number;
  temperature?: number;
  seed?: number;
}

export interface ChannelStatus {
  model: string;
  till: string;
  channelId: string;
  /** All in wei: in the channel, of that claimed on chain, and not promised to the Till yet. */
  balance: bigint;
  claimed: bigint;
  available: bigint;
  withdrawing: bigint;
}

/** A payer out of the options that choose an account. What its channels are charged is remembered beside the deployment. */
export async function openPayer(
  connection: Connection,
  options: AccountOptions & { server: string; limit?: bigint },
): Promise<Payer> {
  const { rpcUrl, deployment, home } = connection;
  const chain = await ServingChain.connect(rpcUrl, deployment);
  const wallet = await walletOf(connection, chain, options);
  const client = new PayingClient({
    url: options.server,
    chain,
    wallet,
    memory: new FolderMemory(join(home, "channels")),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  });
  return { address: wallet.account.address, server: options.server, chain, client };
}

/** The request that a question makes. */
export async function requestOf(payer: Payer, { question, model, maxTokens, temperature, seed }: Question) {
  if (question.trim() === "") throw new UserError("The question is empty.");
  return {
    model: model ?? (await serverModels(payer.server))[0] ?? none(payer.server),
    prompt: formatPrompt(question),
    max_tokens: maxTokens,
    temperature: temperature ?? 0,
    ...(seed === undefined ? {} : { seed }),
  };
}

/** What has to be deposited before a demand can be paid, in wei: 0, or at least ten requests' worth. */
export async function missingDeposit({ client }: Payer, demanded: PaymentRequirements): Promise<bigint> {
  const ceiling = BigInt(demanded.amount);
  const available = await client.available(demanded);
  return available >= ceiling ? 0n : 10n * ceiling - available;
}

/** Puts `amount` wei into the channel of a demand. Throws a UserError where the payer has less. */
export async function fund(
  { address, chain, client }: Payer,
  demanded: PaymentRequirements,
  amount: bigint,
  by: DepositMethod = "approval",
): Promise<Hex> {
  const balance = await chain.read<bigint>("openToken", "balanceOf", [address]);
  if (balance < amount)
    throw new UserError(`${address} holds ${inOpen(balance)}; the channel needs ${inOpen(amount)}.`);
  return client.deposit(demanded, amount, by);
}

/** Asks and pays. Throws a UserError with the server's reason where it refuses. */
export async function ask({ client }: Payer, request: Awaited<ReturnType<typeof requestOf>>): Promise<Completion> {
  return client.complete(request).catch(readable);
}

/** What a request would cost at most, and the terms to pay it by. */
export async function quote(
  { client }: Payer,
  request: Awaited<ReturnType<typeof requestOf>>,
): Promise<PaymentRequirements> {
  return client.requirements(request).catch(readable);
}

/** The payer's channel at each model of the server. */
export async function payStatus(payer: Payer): Promise<ChannelStatus[]> {
  const models = await serverModels(payer.server);
  return Promise.all(
    models.map(async (model) => {
      const demanded = await quote(payer, { model, prompt: "?", max_tokens: 1, temperature: 0 });
      const { channelId } = payer.client.channelOf(demanded);
      const { balance, totalClaimed, withdrawing } = await payer.chain.channelFunds(channelId);
      const available = await payer.client.available(demanded);
      return { model, till: demanded.payTo, channelId, balance, claimed: totalClaimed, available, withdrawing };
    }),
  );
}

/** The names of the server's models. */
async function serverModels(server: string): Promise<string[]> {
  const response = await fetch(new URL("/v1/models", server)).catch(() => {
    throw new UserError(
      `No inference server answers at ${server}: start one with \`npm start\`, or name it with --server URL.`,
    );
  });
  const { data } = (await response.json().catch(() => ({}))) as { data?: { id: string }[] };
  if (!response.ok || !Array.isArray(data))
    throw new UserError(`What answers at ${server} is not an inference server.`);
  return data.map(({ id }) => id);
}

async function walletOf(connection: Connection, chain: ServingChain, options: AccountOptions): Promise<Wallet> {
  if (options.keystore !== undefined && options.account === undefined) {
    const { privateKey } = await unlock(options.keystore);
    return chain.wallet(privateKeyToAccount(privateKey as Hex));
  }
  const { address } = await signerOf(connection, options);
  return chain.wallet(getAddress(address));
}

function readable(error: unknown): never {
  if (error instanceof ClientError) throw new UserError(`${error.message} (${error.code})`, { cause: error });
  throw error;
}

function none(server: string): never {
  throw new UserError(`The server at ${server} has no model to ask.`);
}
