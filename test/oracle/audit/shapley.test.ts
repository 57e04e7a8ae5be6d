import { expect } from "chai";
import { Random } from "../../../lm/index.ts";
import { AuditError, shapleyValues } from "../../../oracle/audit/shapley.ts";

/** By definition: the mean gain of joining over all orders. */
function byOrders(utilities: readonly number[], players: number): number[] {
  const values = new Array<number>(players).fill(0);
  let orders = 0;
  const join = (subset: number, left: number[]): void => {
    if (left.length === 0) orders++;
    for (const c of left) {
      const rest = left.filter((other) => other !== c);
      // every order that goes on from here sees this gain
      let ways = 1;
      for (let k = 2; k <= rest.length; k++) ways *= k;
      values[c]! += ways * (utilities[subset | (1 << c)]! - utilities[subset]!);
      join(subset | (1 << c), rest);
    }
  };
  join(
    0,
    Array.from({ length: players }, (_, c) => c),
  );
  return values.map((value) => value / orders);
}

describe("exact Shapley values", () => {
  const random = new Random(1);
  const table = (players: number) => Array.from({ length: 2 ** players }, () => random.uniform());

  for (const players of [1, 2, 3, 5]) {
    it(`are the mean gain of joining, over all orders of ${players}`, () => {
      const utilities = table(players);
      const expected = byOrders(utilities, players);
      for (const [c, value] of shapleyValues(utilities, players).entries()) {
        expect(value).to.be.closeTo(expected[c]!, 1e-12);
      }
    });
  }

  it("add up to the whole gain, also of ten", () => {
    const utilities = table(10);
    const sum = shapleyValues(utilities, 10).reduce((total, value) => total + value, 0);
    expect(sum).to.be.closeTo(utilities[1023]! - utilities[0]!, 1e-10);
  });

  it("refuse a table of the wrong size, too many players, and NaN", () => {
    expect(() => shapleyValues([1, 2, 3], 2)).to.throw(AuditError, "3 utilities for 4 subsets");
    expect(() => shapleyValues([], 17)).to.throw(AuditError, "1 to 16");
    expect(() => shapleyValues([1], 0)).to.throw(AuditError, "1 to 16");
    expect(() => shapleyValues([0, Number.NaN], 1)).to.throw(AuditError, "subset 1 is NaN");
  });
});
