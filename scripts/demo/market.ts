import type { Address, Hex } from "viem";
import type { Engine } from "../../lm/index.ts";
import { ServingChain, type Wallet } from "../../serving/chain.ts";
import { type Completion, PayingClient } from "../../serving/client.ts";
import { loadModels, ModelRegistry } from "../../serving/models.ts";
import { Operator, signerOf } from "../../serving/operator.ts";
import { type RunningServer, startServer } from "../../serving/server.ts";
import { Store } from "../../serving/store.ts";
import type { Report } from "../lib/progress.ts";
import type { World } from "./world.ts";

/** What each payer puts into its channel, in wei. */
const DEPOSIT = 200n * 10n ** 18n;
/** Tokens that an answer may have. */
const MAX_TOKENS = 48;

export interface Market {
  server: RunningServer;
  operator: Operator;
  store: Store;
  till: Address;
  /** Name under which requests find the model. */
  model: string;
  close(): Promise<void>;
}

/** Starts serving the live version over HTTP: its Till, its receipts, its price. */
export async function openMarket(
  world: World,
  engine: Engine,
  options: { model: number; artifacts: string; store: string; port?: number },
): Promise<Market> {
  const chain = await ServingChain.connect(world.chain.url, world.deployment);
  const wallet = chain.wallet(world.roles.operator.address as Hex);
  const store = new Store(options.store);
  const operator = new Operator(chain, store, wallet);
  const till = await operator.ensureTill(options.model);
  const { models, skipped } = await loadModels(chain, engine.base, options.artifacts, wallet.account.address);
  const served = models.find(({ model }) => model === options.model);
  if (!served) throw new Error(`Version ${options.model} is not served: ${skipped[0]?.reason ?? "it is not live"}`);
  const { openToken: token, channels } = world.deployment.addresses;
  const server = await startServer({
    engine,
    models: new ModelRegistry(models),
    store,
    chain,
    operator: signerOf(wallet),
    token,
    channels,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  const close = async () => {
    await server.close();
    store.close();
  };
  return { server, operator, store, till, model: served.name, close };
}

/** What a payer asks. */
export interface Ask {
  /** As people read it. */
  question: string;
  /** As the model gets it. */
  prompt: string;
}

/** A paid answer and who paid it. */
export interface Sale extends Completion {
  question: string;
  payer: Address;
}

/**
 * Has three payers open channels and ask the questions in turn, each answer paid by a signed voucher. The first payer
 * deposits by an ERC-3009 authorization, the others by allowance.
 */
export async function buyAnswers(world: World, market: Market, asks: readonly Ask[], report: Report): Promise<Sale[]> {
  const chain = await ServingChain.connect(world.chain.url, world.deployment);
  const { payer1, payer2, payer3 } = world.roles;
  const payers: { client: PayingClient; wallet: Wallet }[] = [];
  const request = ({ prompt }: Ask) => ({ model: market.model, prompt, max_tokens: MAX_TOKENS, temperature: 0 });
  for (const [i, { address }] of [payer1, payer2, payer3].entries()) {
    const wallet = chain.wallet(address as Hex);
    const client = new PayingClient({ url: market.server.url, chain, wallet });
    const demanded = await client.requirements(request(asks[0]!));
    await client.deposit(demanded, DEPOSIT, i === 0 ? "erc3009" : "approval");
    payers.push({ client, wallet });
  }
  const sales: Sale[] = [];
  for (const [i, ask] of asks.entries()) {
    const { client, wallet } = payers[i % payers.length]!;
    const completion = await client.complete(request(ask));
    sales.push({ question: ask.question, payer: wallet.account.address, ...completion });
    report(i + 1, asks.length);
  }
  return sales;
}
