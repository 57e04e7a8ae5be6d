import { expect } from "chai";
import { buildFeatureSet, FeatureError, indexOf, standingShares } from "../../oracle/features.ts";
import { DOMAIN } from "../../protocol/domains.ts";
import { chunkList, indexLeaf } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { MIN_EXPONENT, QuantiseError } from "../../protocol/quantise.ts";

const layout = [
  { name: "a", size: 2 },
  { name: "b", size: 1 },
];
const raw = {
  engine: "grad-dot",
  layout,
  contributions: [
    { contributor: 2, contribution: 0, feature: Float32Array.of(127, -64, 0) },
    { contributor: 0, contribution: 7, feature: Float32Array.of(1, 2, 0) },
    { contributor: 0, contribution: 3, feature: Float32Array.of(0, 0, 0) },
  ],
  evaluation: [],
};

describe("buildFeatureSet", () => {
  it("sorts by contributor and contribution", () => {
    expect(buildFeatureSet(raw).contributions).to.deep.equal([
      { contributor: 0, contribution: 3 },
      { contributor: 0, contribution: 7 },
      { contributor: 2, contribution: 0 },
    ]);
  });

  it("gives each tensor one exponent over all contributions", () => {
    const { tensors, features, dims } = buildFeatureSet(raw);
    expect(tensors.map(({ exponent }) => exponent)).to.deep.equal([0, MIN_EXPONENT]);
    expect(features.map((feature) => [...feature])).to.deep.equal([
      [0, 0, 0],
      [1, 2, 0],
      [127, -64, 0],
    ]);
    expect(dims).to.equal(3);
  });

  it("refuses a contribution that comes twice, a wrong length, and NaN", () => {
    const [first] = raw.contributions;
    const twice = { ...raw, contributions: [...raw.contributions, { ...first!, contributor: 1 }] };
    expect(() => buildFeatureSet(twice)).to.throw(FeatureError, "contribution 0 comes twice");
    const short = { ...raw, contributions: [{ ...first!, feature: new Float32Array(2) }] };
    expect(() => buildFeatureSet(short)).to.throw(FeatureError, "has 2 elements, not 3");
    const nan = { ...raw, contributions: [{ ...first!, feature: Float32Array.of(0, Number.NaN, 0) }] };
    expect(() => buildFeatureSet(nan)).to.throw(QuantiseError);
  });
});

describe("standingShares", () => {
  const features = [Int8Array.of(1, 0, 0), Int8Array.of(0, 1, 0), Int8Array.of(0, 0, 1)];

  it("are mean signed parts of the reference answers, negative ones cut off", () => {
    const shares = standingShares(features, [Int8Array.of(1, 1, -2), Int8Array.of(2, -1, -1)]);
    // (1/4 + 2/4) / 2, (1/4 - 1/4) / 2, (-2/4 - 1/4) / 2
    expect(shares).to.deep.equal([375_000_000n, 0n, 0n]);
  });

  it("count a reference that touches nothing as unattributed", () => {
    expect(standingShares(features, [Int8Array.of(0, 0, 0), Int8Array.of(1, 0, 0)])).to.deep.equal([
      500_000_000n,
      0n,
      0n,
    ]);
  });

  it("are zero without references, and never add up to more than one", () => {
    expect(standingShares(features, [])).to.deep.equal([0n, 0n, 0n]);
    const thirds = standingShares(features, [Int8Array.of(1, 1, 1)]);
    expect(thirds).to.deep.equal([333_333_333n, 333_333_333n, 333_333_333n]);
  });
});

describe("indexOf", () => {
  it("commits contributor, contribution, feature and standing share", () => {
    const set = { ...buildFeatureSet(raw), standing: [1n, 2n, 3n] };
    const { entries, list } = indexOf(set);
    expect(entries[1]).to.deep.equal({
      contributor: 0,
      contribution: 7,
      featureRoot: chunkList("features", Int8Array.of(1, 2, 0)).root,
      standing: 2n,
    });
    expect(list.root).to.equal(new List(DOMAIN.index, entries.map(indexLeaf)).root);
  });
});
