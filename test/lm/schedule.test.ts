import { expect } from "chai";
import { scheduledRate } from "../../lm/schedule.ts";

describe("the learning rate", () => {
  it("rises linearly to its peak and falls linearly towards zero", () => {
    const rates = Array.from({ length: 8 }, (_, step) => scheduledRate(step, 8, 4, 1));
    expect(rates).to.deep.equal([0.25, 0.5, 0.75, 1, 1, 0.75, 0.5, 0.25]);
  });

  it("begins at its peak without warm-up", () => {
    expect(scheduledRate(0, 10, 0, 0.3)).to.equal(0.3);
  });
});
