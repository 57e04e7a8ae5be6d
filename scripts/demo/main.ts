/** `npm start`: builds what is not built, runs the whole loop on a chain of its own, prints the tables, and stays up. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { whole } from "../lib/numbers.ts";
import { type Progress, progressOn } from "../lib/progress.ts";
import { endWithNpm } from "./parent.ts";
import type { Demo } from "./run.ts";

const root = join(import.meta.dirname, "../..");

interface Options {
  once?: boolean;
  json?: string;
  data?: string;
  home: string;
  chainPort?: number;
  port?: number;
  threads?: number;
  engine?: string;
}

/** Compiles the contracts where that is due; the compiler's own output shows only when it fails. */
function build(): Promise<void> {
  const hardhat = join(root, "node_modules/hardhat/dist/src/cli.js");
  const child = spawn(process.execPath, [hardhat, "build", "--quiet", "--no-tests"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (output += data));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => (code === 0 ? done() : fail(new Error(`The contracts do not build:\n${output}`))));
  });
}

/** Another run that still stands in this home would lose its files. */
async function demandFree(home: string): Promise<void> {
  let url: string;
  try {
    ({ rpcUrl: url } = JSON.parse(readFileSync(join(home, "deployment.json"), "utf8")));
  } catch {
    return;
  }
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  const running = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } }).catch(
    () => null,
  );
  if (running)
    throw new Error(`A chain of ${home} runs at ${url} already: stop it, or choose another folder with --home.`);
}

function nextSteps({ market, world, bundle }: Demo): string {
  const { roles, contributors, rpcUrl } = world;
  return `
The chain (${rpcUrl}) and the server (${market.server.url}) stay up until Ctrl-C. Try, in another terminal:
  npm run pay -- "How do I keep wax moths out of stored combs?" --account ${roles.payer1.address}
  npm run claim -- --account ${contributors[0]?.address}   (all is claimed, it will say)
  npm run stake -- status --account ${roles.voter1.address}
  npm run vote -- list
  npm run propose -- status
  npm run watch -- --once --reexecute
  npm run rebuild -- --from-chain
  npm run verify -- ${relative(process.cwd(), bundle)} --rpc ${rpcUrl}
  curl ${market.server.url}/v1/models`;
}

async function main(options: Options, progress: Progress): Promise<void> {
  const home = resolve(options.home);
  await demandFree(home);
  mkdirSync(home, { recursive: true });
  await progress.step("Building the contracts", build);
  const { runDemo } = await import("./run.ts"); // needs the build
  const { tables } = await import("./report.ts");
  const demo = await runDemo({
    home,
    progress,
    ...(options.data !== undefined && { data: resolve(options.data) }),
    ...(options.chainPort !== undefined && { chainPort: options.chainPort }),
    ...(options.port !== undefined && { serverPort: options.port }),
    ...(options.threads !== undefined && { threads: options.threads }),
    ...(options.engine !== undefined && { engine: options.engine }),
  });
  if (options.json) {
    const path = resolve(options.json);
    writeFileSync(`${path}.tmp`, `${JSON.stringify(demo.figures, null, 2)}\n`);
    renameSync(`${path}.tmp`, path);
  }
  console.log(tables(demo.figures));
  if (!options.once) {
    console.log(nextSteps(demo));
    await new Promise((stop) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
    });
  }
  await demo.close();
  if (!demo.figures.supplyOk) throw new Error("The balances do not add up to the supply.");
}

const program = new Command("npm start --")
  .description("Runs the whole loop on a local chain: from rows to a live model, paid answers, a posting, and claims.")
  .option("--once", "exit after the tables, instead of leaving chain and server up")
  .option("--json <file>", "write the figures as JSON")
  .option("--data <dir>", "folder of JSON Lines files, a contributor each, instead of the built-in Datanet")
  .option("--home <dir>", "where to keep artifacts", process.env.TRIBUTARY_HOME ?? join(root, ".tributary"))
  .option("--chain-port <n>", "loopback port of the chain (default: a free one)", whole)
  .option("--port <n>", "loopback port of the server (default: a free one)", whole)
  .option("--threads <n>", "worker threads (default: all processors)", whole)
  .option(
    "--engine <name>",
    "what attributes: trajectory, or tangent on a shorter and smoother run (default: trajectory)",
  )
  .parse();

endWithNpm();
try {
  await main(program.opts<Options>(), progressOn());
} catch (error) {
  console.error(`\nError: ${(error as Error).message}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
}
process.exit();
