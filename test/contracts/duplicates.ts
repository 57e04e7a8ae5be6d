import { expect } from "chai";
import { type Row, rowLeaf, rowsList } from "../../protocol/rows.ts";
import { contribute, scoreAll } from "./contributions.ts";
import { deployed, open, type Suite } from "./fixtures.ts";

export const text = (words: string): Row => ({ text: words });
export const ORIGINAL = rowsList(["the queen lays", "a hive hums", "wax is warm"].map(text));
export const COPY = rowsList(["drones drift", "smoke calms", "nectar dries", "swarms settle", "wax is warm"].map(text));
export const ROW = rowLeaf(text("wax is warm"));

export const batch = (list: typeof ORIGINAL) => ({ root: list.root, rows: list.count, bond: open(12) });
const proof = (contribution: number, list: typeof ORIGINAL, position: number) => ({
  contribution,
  position,
  siblings: list.proof(position),
});
export const original = proof(0, ORIGINAL, 2);
export const copy = proof(1, COPY, 4);

/** alice has contributed {@link ORIGINAL}. */
export async function original0() {
  const suite = await deployed();
  await suite.datanets.create("Bees", "CC-BY-4.0", open(10), [suite.member]);
  await contribute(suite, suite.alice, batch(ORIGINAL));
  return suite;
}

export const score = (suite: Suite, contribution: number, value: number) =>
  scoreAll(suite, contribution, [[suite.member, value]]);

/** alice's accepted contribution 0, and bob's pending 1, which repeats its last row. */
export async function repeated() {
  const suite = await original0();
  await score(suite, 0, 90);
  await contribute(suite, suite.bob, batch(COPY));
  return suite;
}

export type RowProof = typeof original;

/** The registry does not take the first for an original of the second. */
export async function refused({ datanets }: Suite, first: RowProof, second: RowProof) {
  await expect(datanets.proveDuplicate(ROW, first, second))
    .to.be.revertedWithCustomError(datanets, "DatanetNotOriginal")
    .withArgs(first.contribution, second.contribution);
}
