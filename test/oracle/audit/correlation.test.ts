import { expect } from "chai";
import { Random } from "../../../lm/index.ts";
import { bootstrap, linearDatamodeling, pearson, ranks, spearman } from "../../../oracle/audit/correlation.ts";
import { AuditError } from "../../../oracle/audit/shapley.ts";

describe("correlations of an audit", () => {
  it("Pearson's is that of the textbook", () => {
    // Σxy = 14, Σx² = 10, Σy² = 29.2 about the means
    expect(pearson([1, 2, 3, 4, 5], [2, 1, 4, 3, 8])).to.be.closeTo(14 / Math.sqrt(10 * 29.2), 1e-15);
    expect(pearson([1, 2], [5, -5])).to.be.closeTo(-1, 1e-15);
    expect(pearson([1, 2, 3], [7, 7, 7])).to.equal(0);
  });

  it("ranks share the mean of equal values", () => {
    expect([...ranks([30, 10, 20, 10, 10])]).to.deep.equal([5, 2, 4, 2, 2]);
  });

  it("Spearman's sees order alone", () => {
    expect(spearman([1, 2, 3, 4], [1, 10, 100, 1e9])).to.be.closeTo(1, 1e-15);
    expect(spearman([1, 2, 3], [3, 2, 1])).to.be.closeTo(-1, 1e-15);
  });

  it("refuse what has no correlation", () => {
    expect(() => pearson([1], [2])).to.throw(AuditError, "needs two pairs");
    expect(() => pearson([1, 2], [2])).to.throw(AuditError, "2 values beside 1");
    expect(() => spearman([1, Number.NaN], [2, 3])).to.throw(AuditError, "pair 1 is NaN");
  });

  it("bootstrap intervals hold their value, narrow with the data, and repeat by their seed", () => {
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const random = new Random(8);
    const draw = (n: number) => Array.from({ length: n }, () => random.uniform());
    const [few, many] = [draw(20), draw(2_000)];
    const wide = bootstrap(few, mean, { seed: 1 });
    const narrow = bootstrap(many, mean, { seed: 1 });
    expect(wide.value).to.equal(mean(few));
    for (const { value, low, high } of [wide, narrow]) {
      expect(low).to.be.below(value);
      expect(high).to.be.above(value);
    }
    expect(narrow.high - narrow.low).to.be.below((wide.high - wide.low) / 5);
    expect(narrow.low).to.be.below(0.5);
    expect(narrow.high).to.be.above(0.5);
    expect(bootstrap(few, mean, { seed: 1 })).to.deep.equal(wide);
    expect(bootstrap(few, mean, { seed: 2 })).to.not.deep.equal(wide);
    expect(() => bootstrap([], mean, { seed: 1 })).to.throw(AuditError);
  });

  it("a rank correlation's interval is within its bounds", () => {
    const a = Array.from({ length: 30 }, (_, i) => i);
    const b = a.map((x) => x + ((x * 7) % 5));
    const { value, low, high } = bootstrap(
      a.map((x) => [x, b[x]!] as const),
      (sample) =>
        spearman(
          sample.map(([x]) => x),
          sample.map(([, y]) => y),
        ),
      { seed: 3 },
    );
    expect(value).to.equal(spearman(a, b));
    expect(low).to.be.above(0.8);
    expect(high).to.be.at.most(1);
  });

  it("the linear datamodeling score is 1 where outputs are sums of scores", () => {
    const random = new Random(5);
    const scores = Array.from({ length: 4 }, () => Array.from({ length: 6 }, () => random.uniform() - 0.5));
    const subsets = Array.from({ length: 12 }, () => Array.from({ length: 6 }, () => random.below(2) === 1));
    const outputs = scores.map((row) =>
      subsets.map((subset) => 3 + subset.reduce((sum, inside, c) => sum + (inside ? row[c]! : 0), 0)),
    );
    const how = { seed: 1 };
    expect(linearDatamodeling(scores, subsets, outputs, how).value).to.be.closeTo(1, 1e-12);
    const negative = outputs.map((row) => row.map((value) => -value));
    expect(linearDatamodeling(scores, subsets, negative, how).value).to.be.closeTo(-1, 1e-12);
    expect(() => linearDatamodeling(scores, subsets, outputs.slice(1), how)).to.throw(AuditError, "4 answers");
    expect(() => linearDatamodeling([[1]], subsets, [outputs[0]!], how)).to.throw(AuditError, "6 contributions, not 1");
  });
});
