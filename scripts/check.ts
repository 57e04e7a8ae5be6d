// Reads a live deployment and reports every parameter, role and wiring fault. Exits 1 on a fault.
import { JsonRpcProvider } from "ethers";
import { PARAMETER_SETS, parameterSet } from "../deploy/parameters.ts";
import { httpProvider } from "../deploy/provider.ts";
import { deploymentPath, readDeployment } from "../protocol/deployment.ts";
import { type CheckReport, checkDeployment } from "./actions/check.ts";
import { main, program } from "./lib/command.ts";
import { UserError } from "./lib/errors.ts";
import { explain } from "./lib/explain.ts";
import { fail, print } from "./lib/output.ts";

interface Options {
  deployment?: string;
  rpc?: string;
  parameters?: string;
  json?: boolean;
}

async function check(options: Options): Promise<CheckReport> {
  const path = options.deployment ?? deploymentPath();
  const deployment = readDeployment(path);
  const rpcUrl = options.rpc ?? process.env.TRIBUTARY_RPC ?? deployment.rpcUrl;
  if (rpcUrl === undefined) throw new UserError(`${path} names no node: give one with --rpc URL.`);
  if (!URL.canParse(rpcUrl)) throw new UserError(`"${rpcUrl}" is not a URL.`);
  // Asked without ethers, whose provider would go on trying for ever.
  const chainId = Number(await httpProvider(rpcUrl).request({ method: "eth_chainId" }));
  const provider = new JsonRpcProvider(rpcUrl, chainId, { staticNetwork: true, cacheTimeout: -1 });
  try {
    return await checkDeployment(provider, deployment, expected(options.parameters, deployment.parameters));
  } finally {
    provider.destroy();
  }
}

/** The set that is named, with the holder that the file names; else what the file says it was deployed with. */
function expected(given: string | undefined, inFile: Record<string, string> = {}): Record<string, string> {
  if (given === undefined) return inFile;
  const set = PARAMETER_SETS.find((name) => name === given);
  if (set === undefined) throw new UserError(`There is no parameter set "${given}": ${PARAMETER_SETS.join(", ")}.`);
  const named = Object.entries(parameterSet(set)).map(([name, value]) => [name, String(value)]);
  const { holder: _, ...parameters } = Object.fromEntries(named) as Record<string, string>;
  return { ...parameters, ...(inFile.holder !== undefined && { holder: inFile.holder }) };
}

function describe({ values, roles, passed, notes, faults }: CheckReport): string {
  const lines: string[] = [];
  for (const contract of new Set(values.map((value) => value.contract))) {
    lines.push(contract);
    for (const { getter, value } of values.filter((one) => one.contract === contract))
      lines.push(`  ${getter.padEnd(26)} ${Array.isArray(value) ? value.map(String).join(", ") : String(value)}`);
  }
  lines.push("roles of the timelock");
  for (const [role, holders] of Object.entries(roles))
    lines.push(`  ${role.padEnd(26)} ${holders.join(", ") || "nobody"}`);
  lines.push(...passed.map((line) => `ok     ${line}`), ...notes.map((line) => `note   ${line}`));
  lines.push(...faults.map((line) => `FAULT  ${line}`));
  lines.push(`${passed.length} checks passed, ${faults.length} faults.`);
  return lines.join("\n");
}

const script = program(
  "check",
  "Read a deployment from its chain, and report every fault of code, parameters, roles and wiring.",
)
  .option("--deployment <file>", "deployment file (default: TRIBUTARY_DEPLOYMENT, else .tributary/deployment.json)")
  .option("--rpc <url>", "node (default: TRIBUTARY_RPC, else the one in the deployment file)")
  .option("--parameters <set>", `compare with ${PARAMETER_SETS.join(", ")} (default: with what the file says)`)
  .option("--json", "print one JSON object: ok, values, roles, passed, notes, faults")
  .addHelpText("after", "\nExits 0 where nothing is wrong, 1 on a fault.")
  .action(async (options: Options) => {
    const json = options.json ?? false;
    try {
      const report = await check(options);
      print({ text: describe(report), data: { ok: report.faults.length === 0, ...report } }, json);
      if (report.faults.length > 0) process.exitCode = 1;
    } catch (error) {
      fail(explain(error), json);
    }
  });

await main(script);
