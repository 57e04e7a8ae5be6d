import { expect } from "chai";
import { gaussLegendre } from "../../oracle/quadrature.ts";

describe("the nodes of the path", () => {
  for (const count of [1, 2, 3, 4, 5]) {
    it(`${count} integrate polynomials up to degree ${2 * count - 1} exactly, and no further`, () => {
      const nodes = gaussLegendre(count);
      expect(nodes).to.have.length(count);
      expect(nodes.every(({ at }, i) => at > (nodes[i - 1]?.at ?? 0) && at < 1)).to.equal(true);
      const integral = (degree: number) => nodes.reduce((sum, { at, weight }) => sum + weight * at ** degree, 0);
      for (let degree = 0; degree < 2 * count; degree++)
        expect(integral(degree)).to.be.closeTo(1 / (degree + 1), 1e-15);
      expect(Math.abs(integral(2 * count) - 1 / (2 * count + 1))).to.be.above(1e-7);
    });
  }

  it("crowd near 0 by a power, and integrate polynomials all the same", () => {
    const nodes = gaussLegendre(5, 3);
    const integral = (degree: number) => nodes.reduce((sum, { at, weight }) => sum + weight * at ** degree, 0);
    for (const degree of [0, 1, 2]) expect(integral(degree)).to.be.closeTo(1 / (degree + 1), 1e-15);
    expect(nodes[0]!.at).to.be.below(gaussLegendre(5)[0]!.at / 100);
    for (const power of [0, 5, 1.5]) expect(() => gaussLegendre(3, power)).to.throw(RangeError);
  });

  it("are 1 to 5", () => {
    for (const count of [0, 6, 2.5]) expect(() => gaussLegendre(count)).to.throw(RangeError);
  });
});
