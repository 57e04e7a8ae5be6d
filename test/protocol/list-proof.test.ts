import { expect } from "chai";
import { id } from "ethers";
import { type Hex, zeroHash } from "viem";
import { DOMAIN } from "../../protocol/domains.ts";
import { List, ListError } from "../../protocol/list.ts";

const leaves = (count: number): Hex[] => Array.from({ length: count }, (_, i) => id(`leaf ${i}`) as Hex);
const domain = DOMAIN.payouts;

describe("List.proof", () => {
  for (const count of [1, 2, 3, 5, 8, 13, 33]) {
    it(`proves every leaf of ${count}, at its position only`, () => {
      const list = new List(domain, leaves(count));
      for (let position = 0; position < count; position++) {
        const claim = {
          domain,
          root: list.root,
          count,
          position,
          leaf: list.leaf(position),
          proof: list.proof(position),
        };
        expect(List.verify(claim)).to.equal(true);
        for (let other = 0; other < count; other++) {
          if (other !== position) expect(List.verify({ ...claim, position: other })).to.equal(false);
        }
      }
    });
  }

  it("proves nothing else", () => {
    const list = new List(domain, leaves(5));
    const claim = { domain, root: list.root, count: 5, position: 4, leaf: list.leaf(4), proof: list.proof(4) };
    expect(List.verify(claim)).to.equal(true);
    expect(List.verify({ ...claim, leaf: zeroHash })).to.equal(false);
    expect(List.verify({ ...claim, domain: DOMAIN.rows })).to.equal(false);
    expect(List.verify({ ...claim, root: zeroHash })).to.equal(false);
    expect(List.verify({ ...claim, count: 6 })).to.equal(false);
    expect(List.verify({ ...claim, count: 4 })).to.equal(false);
    expect(List.verify({ ...claim, proof: claim.proof.slice(1) })).to.equal(false);
    expect(List.verify({ ...claim, proof: [...claim.proof, zeroHash] })).to.equal(false);
    expect(List.verify({ ...claim, proof: ["0x12", ...claim.proof.slice(1)] })).to.equal(false);
    expect(List.verify({ ...claim, leaf: "0x12" })).to.equal(false);
    expect(List.verify({ ...claim, leaf: `0x${"zz".repeat(32)}` })).to.equal(false);
    expect(List.verify({ ...claim, domain: "0x12" })).to.equal(false);
    expect(List.verify({ ...claim, position: 5, leaf: zeroHash })).to.equal(false);
    expect(List.verify({ ...claim, position: 1.5 })).to.equal(false);
  });

  it("refuses positions that are not in the list", () => {
    const list = new List(domain, leaves(3));
    for (const position of [-1, 3, 0.5, Number.NaN])
      expect(() => list.proof(position)).to.throw(ListError, "list of 3");
    expect(() => new List(domain, []).leaf(0)).to.throw(ListError, "list of 0");
  });
});
