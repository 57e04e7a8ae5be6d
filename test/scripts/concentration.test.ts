import { expect } from "chai";
import { concentration, median } from "../../scripts/lib/concentration.ts";

describe("concentration", () => {
  it("is nothing where nobody holds", () => {
    expect(concentration([])).to.equal(null);
    expect(concentration([0n, 0n])).to.equal(null);
  });

  it("of equal holders has Gini 0, HHI 1/n, and needs more than half of them", () => {
    expect(concentration([5n, 5n, 5n, 5n])).to.deep.equal({ holders: 4, gini: 0, hhi: 0.25, nakamoto: 3 });
  });

  it("of one holder has HHI 1", () => {
    expect(concentration([0n, 7n])).to.deep.equal({ holders: 1, gini: 0, hhi: 1, nakamoto: 1 });
  });

  it("is Gini's mean difference over twice the mean", () => {
    // |1-3| twice in 4 ordered pairs, over twice the mean 2.
    expect(concentration([10n ** 27n, 3n * 10n ** 27n])).to.deep.equal({
      holders: 2,
      gini: 0.25,
      hhi: 0.625,
      nakamoto: 1,
    });
  });

  it("does not call exactly half a majority", () => {
    expect(concentration([2n, 1n, 1n])?.nakamoto).to.equal(2);
  });
});

describe("median", () => {
  it("is the middle one, or the mean of both, rounded down", () => {
    expect(median([])).to.equal(null);
    expect(median([9n, 1n, 5n])).to.equal(5n);
    expect(median([10n, 1n, 4n, 3n])).to.equal(3n);
  });
});
