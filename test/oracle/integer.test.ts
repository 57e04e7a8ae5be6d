import { expect } from "chai";
import { abs, floorDiv } from "../../oracle/integer.ts";

describe("integer division", () => {
  it("rounds toward minus infinity", () => {
    const cases: [bigint, bigint, bigint][] = [
      [7n, 2n, 3n],
      [-7n, 2n, -4n],
      [-8n, 2n, -4n],
      [0n, 5n, 0n],
      [-1n, 5n, -1n],
    ];
    for (const [a, b, quotient] of cases) expect(floorDiv(a, b)).to.equal(quotient);
    expect([-3n, 0n, 3n].map(abs)).to.deep.equal([3n, 0n, 3n]);
  });
});
