// Deploys the suite to a chain, and stores where everything is.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEVELOPMENT, deploySuite } from "../deploy/deploy.ts";
import { PARAMETER_SETS, type ParameterSet, type SuiteParameters } from "../deploy/parameters.ts";
import { plan } from "../deploy/plan.ts";
import { DeployError, httpProvider } from "../deploy/provider.ts";
import type { Deployment } from "../protocol/deployment.ts";
import { confirm, parseAddress, unlock } from "./lib/account.ts";
import { main, program } from "./lib/command.ts";
import { UserError } from "./lib/errors.ts";
import { fail, print } from "./lib/output.ts";

/** Networks whose node needs no --rpc. */
const NETWORKS: Record<string, string> = { localhost: "http://127.0.0.1:8545" };

interface Options {
  network: string;
  rpc?: string;
  parameters?: string;
  holder?: string;
  set?: string[];
  account?: string;
  keystore?: string;
  out?: string;
  json?: boolean;
  yes?: boolean;
}

async function deployTo(options: Options): Promise<{ deployment: Deployment; file: string }> {
  const { network } = options;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(network)) throw new UserError(`"${network}" is not a network's name.`);
  const rpcUrl = options.rpc ?? NETWORKS[network];
  if (rpcUrl === undefined) throw new UserError(`The node of ${network} is not known: give it with --rpc URL.`);
  if (!URL.canParse(rpcUrl)) throw new UserError(`"${rpcUrl}" is not a URL.`);
  const chainId = Number(await httpProvider(rpcUrl).request({ method: "eth_chainId" }));
  const set = setFor(options.parameters, chainId);
  const sender = await senderOf(options);
  const parameters = overrides(options);

  const folder = resolve(options.out ?? join(".tributary/networks", network));
  const file = join(folder, "deployment.json");
  // A development chain's blocks go with its node, so there is nothing to take up again.
  const journal = chainId === DEVELOPMENT ? {} : { journal: join(folder, `journal-${chainId}`) };
  const resumed = journal.journal !== undefined && existsSync(journal.journal);
  await confirm(
    `${resumed ? "Take up the deployment" : "Deploy the suite"} with the ${set} parameters on chain ${chainId} (${rpcUrl})?`,
    options,
  );
  const deployment = await deploySuite({ rpcUrl, set, parameters, out: file, ...sender, ...journal });
  return { deployment, file };
}

function setFor(given: string | undefined, chainId: number): ParameterSet {
  const known = PARAMETER_SETS.join(", ");
  if (given === undefined) {
    if (chainId === DEVELOPMENT) return "local";
    throw new UserError(
      `Chain ${chainId} is no development chain: choose a parameter set with --parameters (${known}).`,
    );
  }
  const set = PARAMETER_SETS.find((name) => name === given);
  if (set === undefined) throw new UserError(`There is no parameter set "${given}": ${known}.`);
  return set;
}

async function senderOf({ account, keystore }: Options) {
  if (account !== undefined && keystore !== undefined) throw new UserError("Give either --account or --keystore.");
  if (account !== undefined) return { from: parseAddress(account) };
  return keystore === undefined ? {} : { wallet: await unlock(keystore) };
}

/** Single parameters that the command line gives. */
function overrides({ holder, set = [] }: Options): SuiteParameters {
  const known = plan().flatMap((contract) => contract.parameters.map(({ name }) => name));
  const given: SuiteParameters = holder === undefined ? {} : { holder: parseAddress(holder) };
  for (const text of set) {
    const [, name, value] = /^(\w+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new UserError(`"${text}" is not NAME=VALUE.`);
    if (!known.includes(name)) throw new UserError(`There is no parameter "${name}": ${known.join(", ")}.`);
    given[name] = /^\d+$/.test(value) ? BigInt(value) : parseAddress(value);
  }
  return given;
}

function describe({ addresses, chainId, block }: Deployment, file: string): string {
  const lines = Object.entries(addresses).map(([name, address]) => `  ${name.padEnd(18)} ${address}`);
  return [
    `The suite is on chain ${chainId}, from block ${block} on:`,
    ...lines,
    `Stored in ${file}. Check it with: npm run check -- --deployment ${file}`,
  ].join("\n");
}

const script = program("deploy", "Deploy the suite, and store its addresses. A deployment that broke off goes on.")
  .requiredOption("--network <name>", "localhost, or a name of your choice with --rpc; names the folder too")
  .option("--rpc <url>", "the network's node")
  .option("--parameters <set>", `${PARAMETER_SETS.join(", ")} (default: local on a development chain)`)
  .option("--holder <address>", "who gets the supply (default: the sender)")
  .option("--set <name=value...>", "single parameters in place of the set's: whole numbers (seconds, wei) or addresses")
  .option("--account <address>", "who sends: an account that the node has unlocked (default: its first)")
  .option("--keystore <file>", "who sends: a V3 keystore; its password from TRIBUTARY_PASSWORD, else asked for")
  .option("--out <dir>", "where to keep deployment.json and the journal (default: .tributary/networks/NAME)")
  .option("--json", "print one JSON object: file, chainId, block, addresses, parameters")
  .option("--yes", "do not ask before sending")
  .action(async (options: Options) => {
    const json = options.json ?? false;
    try {
      const { deployment, file } = await deployTo(options);
      print({ text: describe(deployment, file), data: { file, ...deployment } }, json);
    } catch (error) {
      fail(error instanceof DeployError ? new UserError(`Not deployed: ${error.message}`) : error, json);
    }
  });

await main(script);
