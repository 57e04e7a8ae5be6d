// Stake OPEN: one staked OPEN is one vote, by its holder or a validator, and earns its part of the stakers' rewards.
import {
  collect,
  delegate,
  listValidators,
  restake,
  setCommission,
  stake,
  stakeStatus,
  unstake,
  withdraw,
} from "./actions/stake.ts";
import { confirm, parseAddress, signerOf } from "./lib/account.ts";
import { inOpen, parseCount, parseOpen } from "./lib/amount.ts";
import { type CommonOptions, command, main, program, run } from "./lib/command.ts";
import { UserError } from "./lib/errors.ts";

const script = program("stake", "Stake OPEN for votes and rewards, and take it out again.");

script.addCommand(
  command("add", "Stake an amount of OPEN (the default: `stake 100` is `stake add 100`).")
    .argument("<amount>", "OPEN, such as 12.5")
    .action((text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const amount = parseOpen(text);
        const signer = await signerOf(connection, options);
        await confirm(`Stake ${inOpen(amount)} of ${signer.address}?`, options);
        const { transaction } = await stake(connection, signer, amount);
        const { staked, votes } = await stakeStatus(connection, signer.address);
        return {
          text: `Staked ${inOpen(amount)}. ${signer.address} now has ${inOpen(staked)} at stake.`,
          data: { account: signer.address, amount, staked, votes, transaction },
        };
      }),
    ),
  { isDefault: true },
);

script.addCommand(
  command("unstake", "Begin to thaw an amount; its votes and rewards end at once.")
    .argument("<amount>", "OPEN, such as 12.5")
    .action((text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const amount = parseOpen(text);
        const signer = await signerOf(connection, options);
        await confirm(`Thaw ${inOpen(amount)} of ${signer.address}?`, options);
        const { ticket, availableAt, transaction } = await unstake(connection, signer, amount);
        return {
          text: `${inOpen(amount)} thaws as ticket ${ticket} until ${when(availableAt)}.`,
          data: { account: signer.address, amount, ticket, availableAt, transaction },
        };
      }),
    ),
);

for (const [name, doing, done, act] of [
  ["withdraw", "Pay out thawed stake.", "got back", withdraw],
  ["restake", "Put thawed stake back, with the delegate of now.", "has again at stake", restake],
] as const) {
  script.addCommand(
    command(name, doing)
      .argument("[ticket]", "one ticket (default: all that have thawed)")
      .action((text: string | undefined, given: CommonOptions) =>
        run(given, async (connection, options) => {
          const ticket = text === undefined ? undefined : BigInt(parseCount(text, "ticket number"));
          const signer = await signerOf(connection, options);
          const amount = await act(connection, signer, ticket);
          return {
            text: `${signer.address} ${done} ${inOpen(amount)}.`,
            data: { account: signer.address, amount },
          };
        }),
      ),
  );
}

script.addCommand(
  command("delegate", "Bring the whole stake to a validator, who votes with it, or back to oneself.")
    .argument("<to>", "a validator's address, or self")
    .action((text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const signer = await signerOf(connection, options);
        const to = text === "self" ? signer.address : parseAddress(text);
        await confirm(`Delegate the stake of ${signer.address} to ${to}? Its slashes reach the stake.`, options);
        const { ticket, transaction } = await delegate(connection, signer, to);
        const next =
          ticket === undefined ? "" : ` What left the validator thaws as ticket ${ticket}: \`restake\` it then.`;
        return {
          text: `${to} is the delegate of ${signer.address}.${next}`,
          data: { account: signer.address, delegate: to, ticket, transaction },
        };
      }),
    ),
);

script.addCommand(
  command("commission", "Become a validator, for good, or change the commission; a raise is due after a notice.")
    .argument("<percent>", "of the pool's rewards, such as 10 or 2.5")
    .action((text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const points = parsePercent(text);
        const signer = await signerOf(connection, options);
        await confirm(`Take ${text} % as the validator ${signer.address}?`, options);
        const { transaction } = await setCommission(connection, signer, points);
        const pools = await listValidators(connection);
        const pool = pools.find(({ validator }) => validator === signer.address)!;
        const next = pool.nextFrom === 0n ? "" : `, and ${percent(pool.nextCommission)} from ${when(pool.nextFrom)} on`;
        return {
          text: `${signer.address} takes ${percent(pool.commission)}${next}.`,
          data: { ...pool, transaction },
        };
      }),
    ),
);

script.addCommand(
  command("validators", "Who takes delegations.").action((given: CommonOptions) =>
    run(given, async (connection) => {
      const validators = await listValidators(connection);
      const lines = validators.map(({ validator, staked, commission, left, nextFrom, nextCommission }) => {
        const next = nextFrom === 0n ? "" : `, ${percent(nextCommission)} from ${when(nextFrom)} on`;
        const slashed = left === 1 ? "" : `, slashed to ${(left * 100).toFixed(2)} %`;
        return `${validator}  ${inOpen(staked)}, takes ${percent(commission)}${next}${slashed}`;
      });
      return { text: lines.join("\n") || "There is no validator yet.", data: { validators } };
    }),
  ),
);

script.addCommand(
  command("collect", "Pay out the rewards that an account has earned, to that account.")
    .option("--for <address>", "whose rewards (default: those of the account that acts)")
    .action((given: CommonOptions & { for?: string }) =>
      run(given, async (connection, options) => {
        const signer = await signerOf(connection, options, options.for !== undefined);
        const account = options.for === undefined ? signer.address : parseAddress(options.for);
        const amount = await collect(connection, signer, account);
        return { text: `${account} was paid ${inOpen(amount)}.`, data: { account, amount } };
      }),
    ),
);

script.addCommand(
  command("status", "What an account holds, has at stake and has earned.").action((given: CommonOptions) =>
    run(given, async (connection, options) => {
      // Reading takes no key: any address will do.
      const account =
        options.account === undefined ? (await signerOf(connection, options)).address : parseAddress(options.account);
      const status = await stakeStatus(connection, account);
      const thawing = status.thawing.map(
        (t) => `\n  ticket ${t.ticket}: ${inOpen(t.amount)}, thawed at ${when(t.availableAt)}`,
      );
      return {
        text: [
          `${account}`,
          `  balance  ${inOpen(status.balance)}`,
          `  staked   ${inOpen(status.staked)} of ${inOpen(status.totalStaked)} in all`,
          `  delegate ${status.delegate === account ? "itself" : status.delegate}`,
          `  votes    ${inOpen(status.votes)}`,
          `  earned   ${inOpen(status.earned)}`,
          `  thawing  ${thawing.join("") || "nothing"}`,
        ].join("\n"),
        data: status,
      };
    }),
  ),
);

/** Basis points of a percentage such as "2.5". */
function parsePercent(text: string): number {
  if (!/^\d{1,2}(\.\d{1,2})?$/.test(text)) throw new UserError(`"${text}" is not a percentage: write it like 2.5.`);
  return Math.round(Number(text) * 100);
}

function percent(points: bigint): string {
  return `${Number(points) / 100} %`;
}

/** A chain time as a date. */
function when(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().replace(".000", "");
}

await main(script);
