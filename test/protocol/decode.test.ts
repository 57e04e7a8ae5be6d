import { expect } from "chai";
import { Decoder, FormatError } from "../../protocol/decode.ts";

const at = (value: unknown): Decoder => new Decoder(value, "x");

describe("Decoder", () => {
  it("takes signed decimal strings within their width", () => {
    expect(at("-128").int(8)).to.equal(-128n);
    expect(at("0").int(8)).to.equal(0n);
    for (const text of ["-129", "128"]) expect(() => at(text).int(8)).to.throw(FormatError, "8 signed bits");
    for (const text of ["-0", "+1", "1e3", "", "0x1", " 1"])
      expect(() => at(text).int(8)).to.throw(FormatError, "x: not a decimal");
  });

  it("does not parse endless digits", () => {
    expect(() => at("9".repeat(1_000_000)).uint()).to.throw(FormatError, "not a decimal string");
  });

  it("bounds lists", () => {
    expect(() => at([1, 2, 3]).items(2)).to.throw(FormatError, "x: 3 items, at most 2");
    expect(at([1, 2]).items(2)[1]!.place).to.equal("x[1]");
  });

  it("does not take fields from an object's prototype", () => {
    expect(at({}).field("toString").value).to.equal(undefined);
    expect(
      at({ a: { b: 1 } })
        .field("a")
        .field("b")
        .integer(),
    ).to.equal(1);
    expect(() => at(null).field("a")).to.throw(FormatError, "x: not an object");
  });

  it("folds hex to lower case and addresses to their checksum", () => {
    expect(at("0xAB").hex(1)).to.equal("0xab");
    expect(() => at("0xzz").hex(1)).to.throw(FormatError, "not hex");
    expect(at("0x00000000000000000000000000000000000000aa").address()).to.equal(
      "0x00000000000000000000000000000000000000AA",
    );
    expect(() => at(7).address()).to.throw(FormatError, "not an address");
    expect(() => at(7).string()).to.throw(FormatError, "not a string");
  });
});
