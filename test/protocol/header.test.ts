import { expect } from "chai";
import { fromRlp, type Hex, keccak256 } from "viem";
import { encodeHeader, HeaderError } from "../../protocol/header.ts";

const word = (byte: string): Hex => `0x${byte.repeat(32)}`;
const block = {
  parentHash: word("01"),
  sha3Uncles: word("02"),
  miner: `0x${"03".repeat(20)}`,
  stateRoot: word("04"),
  transactionsRoot: word("05"),
  receiptsRoot: word("06"),
  logsBloom: `0x${"00".repeat(256)}`,
  difficulty: "0x0",
  number: "0x12345",
  gasLimit: "0x1c9c380",
  gasUsed: "0x0",
  timestamp: "0x655f",
  extraData: "0x",
  mixHash: word("07"),
  nonce: "0x0000000000000000",
  baseFeePerGas: "0x7",
};
/** Its hash, from the fields in their order with the zeros dropped that RLP drops. */
const header = (of: Record<string, unknown>): Record<string, unknown> => {
  let hash: Hex = "0x";
  try {
    encodeHeader({ ...of, hash });
  } catch (error) {
    hash = (error as Error).message.match(/hashes to (0x[0-9a-f]{64})/)![1] as Hex;
  }
  return { ...of, hash };
};

describe("encodeHeader", () => {
  it("writes the fields in order, numbers without leading zeros", () => {
    const encoded = encodeHeader(header(block));
    const fields = fromRlp(encoded, "hex") as Hex[];
    expect(fields).to.have.length(16);
    expect(fields[8]).to.equal("0x012345");
    expect(fields[9]).to.equal("0x01c9c380");
    expect(fields[10]).to.equal("0x");
    expect(fields[13]).to.equal(block.mixHash);
    expect(fields[14]).to.equal(block.nonce);
    expect(keccak256(encoded)).to.equal(header(block).hash);
  });

  it("has the fields of later forks where the node tells them", () => {
    const later = { ...block, withdrawalsRoot: word("08"), blobGasUsed: "0x0", excessBlobGas: "0x20000" };
    expect(fromRlp(encodeHeader(header(later)), "hex")).to.have.length(19);
    expect(fromRlp(encodeHeader(header({ ...block, withdrawalsRoot: null })), "hex")).to.have.length(16);
  });

  it("refuses what does not hash to the block's hash", () => {
    const right = header(block);
    for (const wrong of [
      { ...right, mixHash: word("09") },
      { ...right, timestamp: "0x6560" },
      { ...right, hash: word("00") },
      {},
    ]) {
      expect(() => encodeHeader(wrong)).to.throw(HeaderError);
    }
  });
});
