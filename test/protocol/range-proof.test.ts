import { expect } from "chai";
import { bytesToHex } from "viem";
import { DOMAIN } from "../../protocol/domains.ts";
import { uint } from "../../protocol/hash.ts";
import { List, ListError } from "../../protocol/list.ts";
import { rangeProof } from "../../protocol/range-proof.ts";

const list = new List(
  DOMAIN.payouts,
  Array.from({ length: 11 }, (_, i) => bytesToHex(uint(i + 1, 32))),
);

describe("rangeProof", () => {
  it("is the ordinary proof for a block of one", () => {
    for (let i = 0; i < 11; i++) expect(rangeProof(list, i, 1)).to.deep.equal(list.proof(i));
  });

  it("names only siblings outside of the block", () => {
    expect(rangeProof(list, 0, 8)).to.deep.equal([list.proof(0)[3]]);
    expect(rangeProof(list, 1, 2)).to.deep.equal([
      list.proof(1)[0],
      list.proof(2)[0],
      list.proof(1)[2],
      list.proof(1)[3],
    ]);
  });

  it("refuses an empty block, and one that is not in the list", () => {
    for (const [first, length] of [
      [0, 0],
      [0, 1.5],
      [-1, 2],
      [10, 2],
    ] as const) {
      expect(() => rangeProof(list, first, length)).to.throw(ListError);
    }
  });
});
