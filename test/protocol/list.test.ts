import { expect } from "chai";
import { AbiCoder, id, keccak256, ZeroHash } from "ethers";
import type { Hex } from "viem";
import { DOMAIN } from "../../protocol/domains.ts";
import { depthOf, List, ListError } from "../../protocol/list.ts";

const leaf = (i: number): Hex => id(`leaf ${i}`) as Hex;
const leaves = (count: number): Hex[] => Array.from({ length: count }, (_, i) => leaf(i));

// the definition, said the slow way with another library
function slowRoot(domain: Hex, words: string[]): string {
  let depth = 0;
  while (1 << depth < words.length) depth++;
  let level = [...words, ...new Array<string>((1 << depth) - words.length).fill(ZeroHash)];
  while (level.length > 1) {
    level = level.flatMap((left, i) => (i % 2 === 0 ? [keccak256(left + level[i + 1]!.slice(2))] : []));
  }
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ["bytes32", "uint256", "uint256", "bytes32"],
    [domain, words.length, depth, level[0] ?? ZeroHash],
  );
  return keccak256(encoded);
}

describe("List", () => {
  for (const count of [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 100, 815, 816, 817, 1025, 3265]) {
    it(`of ${count} leaves has the root of the definition`, () => {
      expect(new List(DOMAIN.rows, leaves(count)).root).to.equal(slowRoot(DOMAIN.rows, leaves(count)));
    });
  }

  it("takes flat leaves as it takes hex", () => {
    const flat = new Uint8Array(3 * 32);
    for (let i = 0; i < 3; i++) flat.set(Buffer.from(leaf(i).slice(2), "hex"), 32 * i);
    expect(new List(DOMAIN.rows, flat).root).to.equal(new List(DOMAIN.rows, leaves(3)).root);
  });

  it("has another root in another domain, and with an empty leaf more", () => {
    const { root } = new List(DOMAIN.rows, leaves(3));
    expect(new List(DOMAIN.index, leaves(3)).root).to.not.equal(root);
    expect(new List(DOMAIN.rows, [...leaves(3), ZeroHash as Hex]).root).to.not.equal(root);
  });

  it("has the smallest depth that holds its leaves", () => {
    expect([0, 1, 2, 3, 4, 5, 8, 9, 20_000].map(depthOf)).to.deep.equal([0, 0, 1, 2, 2, 3, 3, 4, 15]);
  });

  it("takes a view for what it shows, wherever it begins", () => {
    const flat = new Uint8Array(5 * 32 + 1);
    for (let i = 0; i < 5; i++) flat.set(Buffer.from(leaf(i).slice(2), "hex"), 1 + 32 * i);
    expect(new List(DOMAIN.rows, flat.subarray(1)).root).to.equal(new List(DOMAIN.rows, leaves(5)).root);
  });

  it("takes more leaves in hex than a call takes arguments", () => {
    const words = new Array<Hex>(200_000).fill(leaf(0));
    expect(new List(DOMAIN.rows, words).count).to.equal(200_000);
  });

  it("refuses leaves that are no words", () => {
    expect(() => new List(DOMAIN.rows, new Uint8Array(33))).to.throw(ListError, "33 bytes");
    expect(() => new List(DOMAIN.rows, ["0x12"])).to.throw("1 bytes, not 32");
  });
});
