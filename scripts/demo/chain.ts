import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** The public test mnemonic that every development chain knows. Never send it anything of worth. */
export const MNEMONIC = "test test test test test test test test test test test junk";

/** First block's timestamp: fixed, so that a run's epochs and hashes never depend on the clock. */
const GENESIS = 1_800_000_000;

export interface ChainOptions {
  /** Loopback port; a free one when absent. */
  port?: number | undefined;
  /** Unlocked accounts derived from the mnemonic. */
  accounts: number;
}

export interface Chain {
  url: string;
  chainId: number;
  pid: number;
  /** One JSON-RPC call. */
  rpc<T = unknown>(method: string, params?: unknown[]): Promise<T>;
  stop(): Promise<void>;
}

/** A free loopback TCP port, as the operating system gives it. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

/** One JSON-RPC call to `url`; throws the node's own message where it answers with an error. */
export async function rpc<T>(url: string, method: string, params: unknown[] = []): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = (await response.json()) as { result: T; error?: { message: string } };
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

/** The anvil program itself, from its platform's package: its wrapper script would leave it running when killed. */
function anvilBinary(): string {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const windows = process.platform === "win32";
  const file = `@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil${windows ? ".exe" : ""}`;
  try {
    return createRequire(import.meta.url).resolve(file);
  } catch {
    throw new Error(`There is no anvil for ${process.platform} ${process.arch} (${file}): run \`npm ci\`.`);
  }
}

/**
 * Starts anvil on loopback with a fixed mnemonic, a fixed first timestamp, one second per block and no fees. The chain
 * ends with this process, however it ends.
 */
export async function startChain({ port, accounts }: ChainOptions): Promise<Chain> {
  const chosen = port ?? (await freePort());
  const guard = fileURLToPath(new URL("guard.mjs", import.meta.url));
  const flags = ["--host", "127.0.0.1", "--port", chosen, "--mnemonic", MNEMONIC, "--accounts", accounts];
  const free = ["--timestamp", GENESIS, "--base-fee", 0, "--gas-price", 0, "--silent"];
  const child = spawn(process.execPath, [guard, anvilBinary(), ...[...flags, ...free].map(String)], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (data) => (complaint += data));
  let ended = false;
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve(void (ended = true))));
  const url = `http://127.0.0.1:${chosen}`;
  for (let tries = 0; ; tries++) {
    if (ended)
      throw new Error(`The chain could not be started on port ${chosen}: ${complaint.trim() || "is the port taken?"}`);
    const id = await rpc<string>(url, "eth_chainId").catch(() => undefined);
    if (id && !ended) {
      await rpc(url, "anvil_setBlockTimestampInterval", [1]);
      const stop = async () => {
        child.stdin.end();
        await exit;
      };
      return { url, chainId: Number(id), pid: child.pid!, rpc: (method, params) => rpc(url, method, params), stop };
    }
    if (tries > 300) throw new Error(`The chain did not answer on ${url} within 30 s. ${complaint.trim()}`);
    await sleep(100);
  }
}
