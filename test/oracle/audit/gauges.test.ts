import { expect } from "chai";
import { efficiencyError, metasmoothness } from "../../../oracle/audit/gauges.ts";
import { AuditError } from "../../../oracle/audit/shapley.ts";

describe("gauges of a run", () => {
  it("efficiency compares summed scores with what was gained", () => {
    const { total, perAnswer } = efficiencyError(
      [
        [1, 2],
        [4, -1],
      ],
      [4, 4],
    );
    expect(total).to.equal(0.25);
    expect(perAnswer).to.equal(0.25);
    const crossed = efficiencyError([[5], [3]], [4, 4]);
    expect(crossed.total).to.equal(0);
    expect(crossed.perAnswer).to.equal(0.25);
  });

  it("efficiency refuses a run that gained nothing, uneven rows and NaN", () => {
    expect(() => efficiencyError([[1], [1]], [1, -1])).to.throw(AuditError, "gained nothing");
    expect(() => efficiencyError([[1]], [1, 2])).to.throw(AuditError, "scores of 1 answers");
    expect(() => efficiencyError([[Number.NaN]], [1])).to.throw(AuditError, "not finite");
  });

  it("metasmoothness is 1 along a line and less around a corner", () => {
    expect(metasmoothness([1, 1], [2, 1.5], [3, 2])).to.be.closeTo(1, 1e-12);
    expect(metasmoothness([0, 0], [1, 0], [1, 1])).to.be.closeTo(Math.SQRT1_2, 1e-12);
    expect(() => metasmoothness([0], [0], [1])).to.throw(AuditError, "move nothing");
    expect(() => metasmoothness([0], [0, 1], [1])).to.throw(AuditError);
  });
});
