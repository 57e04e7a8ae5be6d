// Asks a model a question and pays for the answer by voucher.
import { ask, fund, missingDeposit, openPayer, payStatus, quote, requestOf } from "./actions/pay.ts";
import { confirm } from "./lib/account.ts";
import { inOpen, parseCount, parseOpen } from "./lib/amount.ts";
import { type CommonOptions, command, main, program, run } from "./lib/command.ts";
import type { Connection } from "./lib/connection.ts";
import { UserError } from "./lib/errors.ts";
import { findServer } from "./lib/server-url.ts";

interface Options extends CommonOptions {
  server?: string;
}

interface AskOptions extends Options {
  model?: string;
  maxTokens: string;
  temperature: string;
  seed?: string;
  deposit?: string;
  limit?: string;
  erc3009?: boolean;
}

const script = program("pay", "Ask a model and pay for the answer; see what the payment channels hold.");

const SERVER = [
  "--server <url>",
  "inference server (default: TRIBUTARY_SERVER, else the one that `npm start` started)",
] as const;

script.addCommand(
  command("ask", 'Ask a question (the default: `pay "..."` is `pay ask "..."`).')
    .argument("<question>", "what to ask")
    .option(...SERVER)
    .option("--model <name>", "model, as tributary:<id> or by its alias (default: the server's first)")
    .option("--max-tokens <n>", "most tokens of the answer", "96")
    .option("--temperature <t>", "0 always takes the likeliest token", "0")
    .option("--seed <n>", "seed of the sampling")
    .option("--deposit <open>", "OPEN to put into the channel (default: ten requests' worth where it is short)")
    .option("--limit <open>", "refuse to pay more than this for the answer")
    .option("--erc3009", "deposit by a signed authorization instead of an allowance")
    .action((question: string, given: AskOptions) =>
      run(given, (connection, options) => answer(connection, question, options)),
    ),
  { isDefault: true },
);

script.addCommand(
  command("status", "The account's channels at the server's models.")
    .option(...SERVER)
    .action((given: Options) =>
      run(given, async (connection, options) => {
        const payer = await openPayer(connection, { ...options, server: findServer(connection, options.server) });
        const channels = await payStatus(payer);
        const lines = channels.map(
          ({ model, channelId, balance, claimed, available }) =>
            `${model}  ${channelId}\n  ${inOpen(balance)} deposited, ${inOpen(claimed)} claimed, ${inOpen(available)} free`,
        );
        return { text: [payer.address, ...lines].join("\n"), data: { account: payer.address, channels } };
      }),
    ),
);

async function answer(connection: Connection, question: string, options: AskOptions) {
  const { account, keystore } = options;
  const limit = options.limit === undefined ? undefined : parseOpen(options.limit);
  const payer = await openPayer(connection, {
    account,
    keystore,
    server: findServer(connection, options.server),
    ...(limit === undefined ? {} : { limit }),
  });
  const request = await requestOf(payer, {
    question,
    maxTokens: parseCount(options.maxTokens, "number of tokens", 1, 1_000_000),
    temperature: parseTemperature(options.temperature),
    ...(options.model === undefined ? {} : { model: options.model }),
    ...(options.seed === undefined ? {} : { seed: parseCount(options.seed, "seed", 0, 0xffffffff) }),
  });
  const demanded = await quote(payer, request);
  const ceiling = BigInt(demanded.amount);
  // Before a deposit is made for what will not be paid.
  if (limit !== undefined && ceiling > limit) {
    throw new UserError(`The answer may cost ${inOpen(ceiling)}, more than the limit of ${inOpen(limit)}.`);
  }
  const missing = options.deposit === undefined ? await missingDeposit(payer, demanded) : parseOpen(options.deposit);
  if (missing > 0n) {
    await confirm(`Deposit ${inOpen(missing)} of ${payer.address} into its channel?`, options);
    await fund(payer, demanded, missing, options.erc3009 ? "erc3009" : "approval");
  }
  await confirm(`Pay up to ${inOpen(ceiling)} for the answer?`, options);
  const { text, finish, usage, charged, receipt } = await ask(payer, request);
  return {
    text: `${text.trim()}\n\nPaid ${inOpen(charged)} for ${usage.prompt_tokens} + ${usage.completion_tokens} tokens; receipt ${receipt.number} of ${receipt.till}.`,
    data: { question, answer: text, finish, usage, charged, deposited: missing, receipt },
  };
}

function parseTemperature(text: string): number {
  const value = /^\d(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 2)) throw new UserError(`"${text}" is not a temperature: a number from 0 to 2 is needed.`);
  return value;
}

await main(script);
