import { expect } from "chai";
import { bytesToHex, type Hex } from "viem";
import { fixed, int, join, keccakHex, toHex, uint, WidthError } from "../../protocol/hash.ts";

describe("fixed-width integers", () => {
  it("are big-endian, negative ones in two's complement", () => {
    expect(bytesToHex(uint(258, 4))).to.equal("0x00000102");
    expect(bytesToHex(int(-2n, 4))).to.equal("0xfffffffe");
    expect(bytesToHex(int(-(2n ** 127n), 16))).to.equal(`0x80${"00".repeat(15)}`);
    expect(bytesToHex(join(uint(1, 1), new Uint8Array(), uint(2, 2)))).to.equal("0x010002");
  });

  it("are refused where they do not fit", () => {
    expect(() => uint(256, 1)).to.throw(WidthError, "256 does not fit uint8");
    expect(() => uint(-1, 8)).to.throw(WidthError);
    expect(() => int(128, 1)).to.throw(WidthError, "int8");
    expect(() => fixed("0x1234", 3)).to.throw(WidthError, "2 bytes, not 3");
    expect(() => fixed("0x12345", 3)).to.throw(WidthError, "2.5 bytes, not 3");
  });

  it("are refused where they are no hex", () => {
    for (const bad of ["0x12g4", "0x12 4", "0x12-4", "0x1234é5", "0x\u0130\u0131"]) {
      expect(() => fixed(bad as Hex, bad.length / 2 - 1), bad).to.throw(WidthError, "no hex");
    }
    expect(() => fixed("1234" as Hex, 1)).to.throw(WidthError, "no hex");
  });

  it("are read in either case and written in lower case", () => {
    expect(toHex(fixed("0xABcdEf09", 4))).to.equal("0xabcdef09");
    expect(toHex(Uint8Array.of(9, 255, 0).subarray(1))).to.equal("0xff00");
  });

  it("hash as keccak256 does", () => {
    expect(keccakHex(new Uint8Array())).to.equal("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  });
});
