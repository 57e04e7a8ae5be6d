import type { AbiEvent, Address, Hex, PublicClient } from "viem";
import { artifact } from "../protocol/abi.ts";

/** Blocks asked for at once. */
const RANGE = 10_000;

/** A decoded log. */
export interface ChainEvent {
  name: string;
  args: Record<string, unknown>;
  block: number;
  /** Place within the block. */
  index: number;
  transaction: Hex;
}

export interface EventQuery {
  /** Artifact whose ABI has the events. */
  contract: string;
  address: Address;
  names: readonly string[];
  fromBlock: number;
  /** Inclusive. */
  toBlock: number;
  /** Blocks per request; a node may bound them. */
  range?: number;
}

/** An event that the ABI does not have was asked for. */
export class EventError extends Error {
  override name = "EventError";
}

/** All logs of the named events in [fromBlock, toBlock], in the order of the chain. */
export async function readEvents(client: PublicClient, query: EventQuery): Promise<ChainEvent[]> {
  const { contract, address, names, fromBlock, toBlock, range = RANGE } = query;
  const { abi } = artifact(contract);
  const events = names.map((name) => {
    const event = abi.find((item): item is AbiEvent => item.type === "event" && item.name === name);
    if (event === undefined) throw new EventError(`${contract} has no event ${name}`);
    return event;
  });
  const found: ChainEvent[] = [];
  for (let start = fromBlock; start <= toBlock; start += range) {
    const end = Math.min(start + range - 1, toBlock);
    const logs = await client.getLogs({
      address,
      events,
      strict: true,
      fromBlock: BigInt(start),
      toBlock: BigInt(end),
    });
    for (const log of logs) {
      found.push({
        name: log.eventName,
        args: log.args as Record<string, unknown>,
        block: Number(log.blockNumber),
        index: log.logIndex,
        transaction: log.transactionHash,
      });
    }
  }
  return found.sort((a, b) => a.block - b.block || a.index - b.index);
}
