import { expect } from "chai";
import type { Hex } from "viem";
import { DOMAIN } from "../../protocol/domains.ts";
import { keccakHex } from "../../protocol/hash.ts";
import { chunkList, partialsList } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { receiptStructHash } from "../../protocol/receipt.ts";
import { element, LEAF, readVectors } from "../vectors/commitments.ts";

const vectors = readVectors();

function leavesOf(list: List): Hex[] {
  return Array.from({ length: list.count }, (_, i) => list.leaf(i));
}

describe("the test vectors of the commitments", () => {
  it("have the domains of all lists", () => {
    expect(DOMAIN).to.deep.equal(vectors.domains);
  });

  for (const [i, { list, fields, structHash, bytes, leaf }] of vectors.leaves.entries()) {
    it(`have leaf ${i}, of ${list}`, () => {
      expect(LEAF[list](fields)).to.equal(leaf);
      expect(leaf).to.equal(list === "payouts" ? bytes : keccakHex(Buffer.from(bytes.slice(2), "hex")));
      if (structHash !== undefined) expect(receiptStructHash(fields)).to.equal(structHash);
    });
  }

  for (const { list, leaves, root } of vectors.lists) {
    it(`have the root of ${leaves.length} ${list}`, () => {
      expect(new List(DOMAIN[list], leaves).root).to.equal(root);
    });
  }

  for (const { sums, leaves, root } of vectors.partials) {
    it(`have ${sums.length} partials`, () => {
      const list = partialsList(sums);
      expect([leavesOf(list), list.root]).to.deep.equal([leaves, root]);
    });
  }

  for (const { list: name, length, leaves, root } of vectors.chunks.vectors) {
    it(`have the chunks of ${name} of ${length} elements`, () => {
      const list = chunkList(
        name,
        Int8Array.from({ length }, (_, i) => element(i)),
      );
      expect([leavesOf(list), list.root]).to.deep.equal([leaves, root]);
    });
  }
});
