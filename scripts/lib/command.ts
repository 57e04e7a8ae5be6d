import { Command } from "commander";
import type { AccountOptions } from "./account.ts";
import { type Connection, type ConnectOptions, connect } from "./connection.ts";
import { UserError } from "./errors.ts";
import { explain } from "./explain.ts";
import { fail, type Outcome, print } from "./output.ts";

/** The flags that every script has. */
export interface CommonOptions extends ConnectOptions, AccountOptions {
  json?: boolean;
  yes?: boolean;
}

/** A command with the common flags. */
export function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option("--rpc <url>", "node (default: TRIBUTARY_RPC, else the one in the deployment file)")
    .option("--deployment <file>", "deployment file (default: TRIBUTARY_DEPLOYMENT, else .tributary/deployment.json)")
    .option("--account <address>", "who acts: an account that the node has unlocked")
    .option("--keystore <file>", "who acts: a V3 keystore; its password from TRIBUTARY_PASSWORD, else asked for")
    .option("--json", "print one JSON object; amounts in wei, as decimal strings")
    .option("--yes", "do not ask before sending");
}

/** A script with subcommands, each of which takes the common flags itself. */
export function program(name: string, description: string): Command {
  return new Command(name).description(description);
}

/** Runs an action over a connection: prints its outcome, or one line on what went wrong with exit code 1. */
export async function run<O extends CommonOptions>(
  options: O,
  action: (connection: Connection, options: O) => Promise<Outcome>,
): Promise<void> {
  let connection: Connection | undefined;
  try {
    connection = await connect(options);
    print(await action(connection, options), options.json ?? false);
  } catch (error) {
    fail(explain(error), options.json ?? false);
  } finally {
    connection?.provider.destroy();
  }
}

/** Reads the arguments; what is wrong with them is one line too. */
export async function main(script: Command): Promise<void> {
  try {
    await script.parseAsync();
  } catch (error) {
    fail(error instanceof UserError ? error : explain(error), false);
  }
}
