import { type Address, type Hex, zeroHash } from "viem";
import { encodeHeader } from "../protocol/header.ts";
import { read } from "./chain.ts";
import { MAX_ALL } from "./epoch.ts";
import { type Poster, send } from "./post.ts";
import { readLog, readTills } from "./state.ts";

/** The block whose prevrandao is the seed did not come in time. */
export class SeedError extends Error {
  override name = "SeedError";
}

/**
 * Records the seed of every epoch in which a log has more receipts than are all taken, unless it is recorded. Waits for the
 * armed block, some blocks after the first call. Returns the epochs whose seeds were recorded here.
 *
 * @throws {SeedError} no such block within `timeout` milliseconds
 * @throws {RevertError} the log deadline is not over
 */
export async function recordSeeds(
  poster: Poster,
  epochs: { from: number; to: number },
  { timeout = 600_000 } = {},
): Promise<number[]> {
  const { client, deployment } = poster;
  const { addresses } = deployment;
  const toBlock = Number(await client.getBlockNumber());
  const tills = await readTills(client, { addresses, fromBlock: deployment.block, toBlock }, epochs);
  const large = new Set<number>();
  for (const { till, epoch } of tills) {
    const { count } = await readLog(client, addresses, till, epoch);
    if (count > MAX_ALL) large.add(epoch);
  }
  const recorded: number[] = [];
  for (const epoch of [...large].sort((a, b) => a - b)) {
    if (await recordSeed(poster, epoch, timeout)) recorded.push(epoch);
  }
  return recorded;
}

/** Arms a block where none is, waits for it, and records its prevrandao. False where that was done before. */
async function recordSeed(poster: Poster, epoch: number, timeout: number): Promise<boolean> {
  const { client, deployment } = poster;
  const { seeds } = deployment.addresses;
  const args = [BigInt(epoch)];
  const told = <T>(getter: string) => read<T>(client, "Seeds", seeds as Address, getter, args);
  if ((await told<Hex>("seedOf")) !== zeroHash) return false;
  if ((await told<bigint>("armedBlock")) === 0n) await send(poster, "Seeds", seeds, "arm", args);
  const armed = await told<bigint>("armedBlock");
  const end = performance.now() + timeout;
  while ((await client.getBlockNumber({ cacheTime: 0 })) < armed) {
    if (performance.now() > end) throw new SeedError(`block ${armed}, armed for epoch ${epoch}, did not come in time`);
    await new Promise((resolve) => setTimeout(resolve, client.pollingInterval));
  }
  const block = await client.request({ method: "eth_getBlockByNumber", params: [`0x${armed.toString(16)}`, false] });
  const header = encodeHeader(block as unknown as Record<string, unknown>);
  await send(poster, "Seeds", seeds, "recordSeed", [...args, header]);
  return true;
}
