import { expect } from "chai";
import { payoutShares, shareDistance } from "../../../oracle/audit/payouts.ts";
import { AuditError } from "../../../oracle/audit/shapley.ts";

describe("payout shares of an audit", () => {
  it("are signed parts, added over the answers, and only then cut off at zero", () => {
    // parts (1/2, -1/2, 0) and (-1/4, 1/4, 1/2)
    const shares = payoutShares([
      [3, -3, 0],
      [-1, 1, 2],
    ]);
    expect([...shares]).to.deep.equal([0.125, 0, 0.25]);
  });

  it("weigh answers by their fees, and leave the rest to nobody", () => {
    const shares = payoutShares(
      [
        [1, 0],
        [0, 0],
        [1, -1],
      ],
      [1, 2, 1],
    );
    expect([...shares]).to.deep.equal([0.375, 0]);
  });

  it("refuse uneven rows, NaN, and nothing to share", () => {
    expect(() => payoutShares([])).to.throw(AuditError, "no answers");
    expect(() => payoutShares([[1], [1, 2]])).to.throw(AuditError, "answer 1 has 2 scores, not 1");
    expect(() => payoutShares([[Number.NaN]])).to.throw(AuditError, "add up to NaN");
    expect(() => payoutShares([[1]], [-1])).to.throw(AuditError, "fee of answer 0 is -1");
    expect(() => payoutShares([[1]], [0])).to.throw(AuditError, "no fees");
  });

  it("are as far apart as their differences together", () => {
    expect(shareDistance([0.5, 0.25], [0.25, 0.5])).to.equal(0.5);
    expect(() => shareDistance([1], [])).to.throw(AuditError);
  });
});
