// Stake OPEN: one staked OPEN is one vote, and earns its part of the stakers' rewards.
import { collect, stake, stakeStatus, unstake, withdraw } from "./actions/stake.ts";
import { confirm, parseAddress, signerOf } from "./lib/account.ts";
import { inOpen, parseCount, parseOpen } from "./lib/amount.ts";
import { type CommonOptions, command, main, program, run } from "./lib/command.ts";

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

script.addCommand(
  command("withdraw", "Pay out thawed stake.")
    .argument("[ticket]", "one ticket (default: all that have thawed)")
    .action((text: string | undefined, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const ticket = text === undefined ? undefined : BigInt(parseCount(text, "ticket number"));
        const signer = await signerOf(connection, options);
        const amount = await withdraw(connection, signer, ticket);
        return {
          text: `${signer.address} got back ${inOpen(amount)}.`,
          data: { account: signer.address, amount },
        };
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
          `  votes    ${inOpen(status.votes)}`,
          `  earned   ${inOpen(status.earned)}`,
          `  thawing  ${thawing.join("") || "nothing"}`,
        ].join("\n"),
        data: status,
      };
    }),
  ),
);

/** A chain time as a date. */
function when(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().replace(".000", "");
}

await main(script);
