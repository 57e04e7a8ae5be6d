import { type Hex, keccak256, toHex, toRlp } from "viem";

/** Fields of a block's header in their order, as nodes name them. Those from the base fee on came with later forks. */
const FIELDS = [
  "parentHash",
  "sha3Uncles",
  "miner",
  "stateRoot",
  "transactionsRoot",
  "receiptsRoot",
  "logsBloom",
  "difficulty",
  "number",
  "gasLimit",
  "gasUsed",
  "timestamp",
  "extraData",
  "mixHash",
  "nonce",
  "baseFeePerGas",
  "withdrawalsRoot",
  "blobGasUsed",
  "excessBlobGas",
  "parentBeaconBlockRoot",
  "requestsHash",
];
const NUMBERS = new Set([
  "difficulty",
  "number",
  "gasLimit",
  "gasUsed",
  "timestamp",
  "baseFeePerGas",
  "blobGasUsed",
  "excessBlobGas",
]);

/** What a node tells of a block does not hash to the block's hash. */
export class HeaderError extends Error {
  override name = "HeaderError";
}

/** RLP of the header of a block as `eth_getBlockByNumber` tells it. Throws {@link HeaderError} where it has another hash. */
export function encodeHeader(block: Readonly<Record<string, unknown>>): Hex {
  const fields: Hex[] = [];
  for (const name of FIELDS) {
    const value = block[name] as Hex | null | undefined;
    if (value === undefined || value === null) continue; // of a fork that the chain has not seen
    fields.push(NUMBERS.has(name) ? quantity(value) : value);
  }
  const header = toRlp(fields);
  const hash = keccak256(header);
  if (hash !== block.hash) {
    throw new HeaderError(
      `the header of block ${String(block.number)} hashes to ${hash}, not to ${String(block.hash)}`,
    );
  }
  return header;
}

/** A number as RLP has it: whole bytes without leading zeros, none for 0. */
function quantity(value: Hex): Hex {
  const number = BigInt(value);
  if (number === 0n) return "0x";
  const digits = toHex(number).slice(2);
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`;
}
