import { expect } from "chai";
import { formatOpen, inOpen, parseCount, parseOpen } from "../../scripts/lib/amount.ts";
import { UserError } from "../../scripts/lib/errors.ts";

describe("amounts", () => {
  it("are read to the wei", () => {
    expect(parseOpen("12.5")).to.equal(12_500_000_000_000_000_000n);
    expect(parseOpen("0.000000000000000001")).to.equal(1n);
    expect(parseOpen("1000000000")).to.equal(10n ** 27n);
  });

  it("are written to the wei, without trailing zeros", () => {
    expect(formatOpen(12_500_000_000_000_000_000n)).to.equal("12.5");
    expect(formatOpen(1n)).to.equal("0.000000000000000001");
    expect(inOpen(10n ** 19n)).to.equal("10 OPEN");
    expect(inOpen(0n)).to.equal("0 OPEN");
  });

  for (const text of [
    "",
    "-1",
    "1e3",
    "1,5",
    ".5",
    "1.",
    "0",
    "0.0",
    "0x10",
    "1.0000000000000000001",
    "9".repeat(16),
  ]) {
    it(`refuse "${text}"`, () => expect(() => parseOpen(text)).to.throw(UserError));
  }

  it("of other things are whole numbers in range", () => {
    expect(parseCount("7", "number")).to.equal(7);
    expect(() => parseCount("7.5", "number")).to.throw(UserError, /"7.5" is not a valid number/);
    expect(() => parseCount("11", "number", 0, 10)).to.throw(UserError, /from 0 to 10/);
    expect(() => parseCount("-1", "number")).to.throw(UserError);
  });
});
