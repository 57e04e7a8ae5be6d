import { expect } from "chai";
import { id } from "ethers";
import type { Hex } from "viem";
import { DOMAIN } from "../../protocol/domains.ts";
import { WidthError } from "../../protocol/hash.ts";
import { List, ListError } from "../../protocol/list.ts";

const domain = DOMAIN.payouts;
const leaf = (i: number | string): Hex => id(`leaf ${i}`) as Hex;
const leaves = (count: number): Hex[] => Array.from({ length: count }, (_, i) => leaf(i));

// the list that was built with the changes in it
function rebuilt(count: number, changes: ReadonlyMap<number, Hex>): List {
  return new List(
    domain,
    leaves(count).map((old, i) => changes.get(i) ?? old),
  );
}

describe("List.update", () => {
  for (const count of [1, 2, 3, 5, 8, 9, 17, 100, 1025, 5000]) {
    it(`of ${count} leaves ends where building anew does`, () => {
      const list = new List(domain, leaves(count));
      const changes = new Map<number, Hex>();
      for (const share of [1, 3, count]) {
        // scattered, not in order, the last leaf among them
        const positions = Array.from({ length: Math.ceil(count / share) }, (_, i) => (count - 1 + 7919 * i) % count);
        const words = positions.map((position, i) => leaf(`${position} ${share} ${i}`));
        list.update(positions, words);
        for (const [i, position] of positions.entries()) changes.set(position, words[i]!);
        const expected = rebuilt(count, changes);
        expect(list.root).to.equal(expected.root);
        for (const position of new Set([0, positions[0]!, count >> 1])) {
          expect(list.leaf(position)).to.equal(expected.leaf(position));
          expect(list.proof(position)).to.deep.equal(expected.proof(position));
        }
      }
    });
  }

  it("takes flat leaves as it takes hex, and lets the last of equal positions count", () => {
    const list = new List(domain, leaves(20));
    const flat = Uint8Array.from([leaf("a"), leaf("b")].flatMap((hex) => [...Buffer.from(hex.slice(2), "hex")]));
    list.update(Uint32Array.of(7, 7), flat);
    expect(list.root).to.equal(rebuilt(20, new Map([[7, leaf("b")]])).root);
  });

  it("does nothing for no change", () => {
    const list = new List(domain, leaves(20));
    list.update([], []);
    expect(list.root).to.equal(rebuilt(20, new Map()).root);
    const empty = new List(domain, []);
    empty.update([], []);
    expect(empty.root).to.equal(new List(domain, []).root);
  });

  it("refuses what does not fit, with nothing changed", () => {
    const list = new List(domain, leaves(20));
    const word = leaf("new");
    expect(() => list.update([3, 20], [word, word])).to.throw(ListError, "position 20 is not in a list of 20");
    expect(() => list.update([3, -1], [word, word])).to.throw(ListError, "position -1");
    expect(() => list.update([3, 4.5], [word, word])).to.throw(ListError, "position 4.5");
    expect(() => list.update([3, 4], [word])).to.throw(ListError, "1 leaves for 2 positions");
    expect(() => list.update([3], new Uint8Array(33))).to.throw(ListError, "33 bytes");
    expect(() => list.update([3, 4], [word, "0x12"])).to.throw(WidthError, "1 bytes, not 32");
    expect(() => list.update([3], [`0x${"zz".repeat(32)}`])).to.throw(WidthError, "no hex");
    expect(list.root).to.equal(rebuilt(20, new Map()).root);
    expect(list.leaf(3)).to.equal(leaf(3));
  });
});
