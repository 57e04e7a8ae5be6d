import { expect } from "chai";
import { keccak256, solidityPacked, solidityPackedKeccak256, ZeroHash } from "ethers";
import type { Hex } from "viem";
import { WidthError } from "../../protocol/hash.ts";
import {
  claimPlace,
  indexLeaf,
  partLeaf,
  payoutLeaf,
  resultLeaf,
  sampleLeaf,
  stepLeaf,
} from "../../protocol/leaves.ts";

const word = (byte: string): Hex => `0x${byte.repeat(32)}`;
const account: Hex = "0x00000000000000000000000000000000000000AA";

describe("leaves", () => {
  it("puts slot, count and contributor of a claim in 32 bits each", () => {
    expect(claimPlace(1, 2, 3)).to.equal((1n << 64n) | (2n << 32n) | 3n);
    expect(claimPlace(2 ** 32 - 1, 0, 2 ** 32 - 1)).to.equal(2n ** 96n - 2n ** 64n + 2n ** 32n - 1n);
    for (const [slot, count, contributor] of [
      [2 ** 32, 1, 0],
      [0, 2 ** 32, 0],
      [0, 1, -1],
    ] as const) {
      expect(() => claimPlace(slot, count, contributor)).to.throw(WidthError, "uint32");
    }
  });

  it("of payouts are account and cumulative wei in one word", () => {
    expect(payoutLeaf({ account, cumulative: 258n })).to.equal(`0x${"00".repeat(19)}aa${"00".repeat(10)}0102`);
    expect(() => payoutLeaf({ account, cumulative: 1n << 96n })).to.throw(WidthError, "uint96");
  });

  it("of the index, samples, parts, results and steps are packed at fixed widths", () => {
    expect(indexLeaf({ contributor: 1, contribution: 2, featureRoot: word("03"), standing: 4n })).to.equal(
      solidityPackedKeccak256(["uint32", "uint64", "bytes32", "uint64"], [1, 2, word("03"), 4]),
    );
    expect(sampleLeaf({ sample: 1, receipt: 2, weight: 3n, gradientRoot: word("04"), gross: 5n })).to.equal(
      solidityPackedKeccak256(["uint64", "uint64", "uint128", "bytes32", "uint64"], [1, 2, 3, word("04"), 5]),
    );
    const partials = keccak256(solidityPacked(["int64", "int64"], [7, -3]));
    expect(partLeaf({ score: -3n, partials: [7, -3], runningGross: 9n, part: -4n, runningPart: -5n })).to.equal(
      solidityPackedKeccak256(["int64", "bytes32", "uint64", "int128", "int128"], [-3, partials, 9, -4, -5]),
    );
    expect(resultLeaf({ total: -1n, runningPositive: 2n })).to.equal(
      solidityPackedKeccak256(["int128", "uint128"], [-1, 2]),
    );
    const step = {
      epoch: 1,
      till: account,
      rootBefore: word("02"),
      rootAfter: word("03"),
      pool: 4n,
      receiptsRoot: word("05"),
      samplesRoot: word("06"),
      partsRoot: word("07"),
      resultsRoot: ZeroHash as Hex,
      receipts: 9,
      samples: 10,
      contributions: 11,
      runningPool: 12n,
    };
    const types =
      "uint64 address bytes32 bytes32 uint128 bytes32 bytes32 bytes32 bytes32 uint64 uint64 uint64 uint128".split(" ");
    expect(stepLeaf(step)).to.equal(solidityPackedKeccak256(types, Object.values(step)));
  });
});
