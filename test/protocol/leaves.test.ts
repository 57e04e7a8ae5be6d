import { expect } from "chai";
import { keccak256, solidityPacked, solidityPackedKeccak256, ZeroHash } from "ethers";
import type { Hex } from "viem";
import { DOMAIN } from "../../protocol/domains.ts";
import { WidthError } from "../../protocol/hash.ts";
import {
  claimPlace,
  indexLeaf,
  partialsList,
  partLeaf,
  payoutLeaf,
  resultLeaf,
  sampleLeaf,
  stepLeaf,
} from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";

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
    const partials = partialsList([7, -3]).root;
    expect(partLeaf({ score: -3n, partials: [7, -3], runningGross: 9n, part: -4n, runningPart: -5n })).to.equal(
      solidityPackedKeccak256(["int64", "bytes32", "uint64", "int128", "int128"], [-3, partials, 9, -4, -5]),
    );
    expect(resultLeaf({ total: -1n, runningPaid: 2n })).to.equal(
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
      runningPaid: 13n,
    };
    const types =
      "uint64 address bytes32 bytes32 uint128 bytes32 bytes32 bytes32 bytes32 uint64 uint64 uint64 uint128 uint128";
    expect(stepLeaf(step)).to.equal(solidityPackedKeccak256(types.split(" "), Object.values(step)));
  });

  it("of partials hold sixteen sums, the last filled up with zeros", () => {
    const sums = Array.from({ length: 17 }, (_, k) => (k % 2 === 0 ? k : -k));
    const leaf = (from: number): Hex => {
      const words = Array.from({ length: 16 }, (_, i) => sums[from + i] ?? 0);
      return keccak256(solidityPacked(Array(16).fill("int64"), words)) as Hex;
    };
    expect(partialsList(sums).root).to.equal(new List(DOMAIN.partials, [leaf(0), leaf(16)]).root);
    expect(partialsList(sums.slice(0, 16)).root).to.equal(new List(DOMAIN.partials, [leaf(0)]).root);
    expect(partialsList([]).count).to.equal(0);
    expect(() => partialsList([2 ** 63])).to.throw(WidthError, "int64");
  });
});
