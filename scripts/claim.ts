// Claims a contributor's payouts from the newest posting whose window has passed.
import { claim, claimable, type Who } from "./actions/claim.ts";
import { confirm, parseAddress, signerOf } from "./lib/account.ts";
import { inOpen, parseCount } from "./lib/amount.ts";
import { type CommonOptions, command, main, run } from "./lib/command.ts";
import type { Connection } from "./lib/connection.ts";
import { UserError } from "./lib/errors.ts";

interface Options extends CommonOptions {
  contributor?: string;
  bundle?: string;
}

async function action(connection: Connection, options: Options) {
  const found = await claimable(connection, await who(connection, options), options.bundle);
  const signer = await signerOf(connection, senderOf(options), true);
  const { contributor, account } = found.claim;
  await confirm(`Claim ${inOpen(found.amount)} for contributor ${contributor} (${account})?`, options);
  const { amount, cumulative, transaction, gas } = await claim(connection, signer, found);
  return {
    text: `Contributor ${contributor} was paid ${inOpen(amount)} to ${account} (${inOpen(cumulative)} in all; ${gas} gas, ${transaction}).`,
    data: { contributor, account, amount, cumulative, gas, transaction },
  };
}

async function who(connection: Connection, options: Options): Promise<Who> {
  if (options.contributor !== undefined)
    return { contributor: parseCount(options.contributor, "contributor id", 0, 2 ** 32 - 1) };
  if (options.account !== undefined) return { account: parseAddress(options.account) };
  if (options.keystore !== undefined) return { account: (await signerOf(connection, options)).address };
  throw new UserError("Name the contributor with --contributor ID or --account ADDRESS.");
}

// Anyone may send a claim, so --account need not be an account that the node holds.
const senderOf = ({ keystore }: Options) => ({ keystore });

const script = command(
  "claim",
  "Claim a contributor's payouts; they go to the contributor's account, whoever sends this.",
)
  .option("--contributor <id>", "the contributor by its id (default: the one of --account)")
  .option("--bundle <dir>", "bundle of the posting (default: the newest active one beside the deployment file)")
  .action((options: Options) => run(options, action));

await main(script);
