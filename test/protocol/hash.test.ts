import { expect } from "chai";
import { bytesToHex } from "viem";
import { fixed, int, join, keccakHex, uint, WidthError } from "../../protocol/hash.ts";

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
  });

  it("hash as keccak256 does", () => {
    expect(keccakHex(new Uint8Array())).to.equal("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  });
});
