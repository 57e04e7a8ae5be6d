import { expect } from "chai";
import { contribute, scoreAll } from "./contributions.ts";
import { BATCH, pending } from "./datanet.ts";
import { hash, loadFixture, open, type Suite } from "./fixtures.ts";

/** Another contribution of a Datanet whose members have 1, 2 and 4 OPEN at stake. */
async function staked() {
  const suite = await pending();
  const { stakeVault, member, staker, validator, bob } = suite;
  for (const [i, account] of [member, staker, validator].entries())
    await stakeVault.connect(account).stake(open(2 ** i));
  await contribute(suite, bob, { ...BATCH, root: hash("more") });
  return suite;
}

/** The least score at or below which lies half of all weight, by its definition. */
function median(scores: number[], weights: number[]): number {
  const below = (score: number) => weights.reduce((sum, weight, i) => sum + (scores[i]! <= score ? weight : 0), 0);
  const total = weights.reduce((sum, weight) => sum + weight);
  return Math.min(...scores.filter((score) => 2 * below(score) >= total));
}

const ORDERS = [
  [10, 50, 90],
  [10, 90, 50],
  [50, 10, 90],
  [50, 90, 10],
  [90, 10, 50],
  [90, 50, 10],
  [50, 50, 10],
  [90, 50, 50],
];

/** The three score the contribution, in the order of the committee; returns the median that was decided by. */
async function decided(suite: Suite, contribution: number, scores: number[]) {
  const { datanets, member, staker, validator } = suite;
  await scoreAll(
    suite,
    contribution,
    [member, staker, validator].map((account, i) => [account, scores[i]!]),
  );
  const [event] = await datanets.queryFilter(datanets.filters.Decided(contribution));
  return event!.args.median;
}

describe("Datanets' median", () => {
  for (const scores of ORDERS) {
    it(`of ${scores.join(", ")} does not depend on their order`, async () => {
      const suite = await loadFixture(pending);
      expect(await decided(suite, 0, scores)).to.equal(median(scores, [1, 1, 1]));
    });

    it(`of ${scores.join(", ")} with weights 1, 2 and 4 is the least that half the weight is at or below`, async () => {
      const suite = await loadFixture(staked);
      expect(await decided(suite, 1, scores)).to.equal(median(scores, [1, 2, 4]));
    });
  }
});
