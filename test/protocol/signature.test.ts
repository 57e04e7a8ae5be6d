import { expect } from "chai";
import { type Hex, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { recoverSigner } from "../../protocol/signature.ts";

const account = privateKeyToAccount(`0x${"11".repeat(32)}`);
const digest: Hex = `0x${"ab".repeat(32)}`;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

describe("recoverSigner", () => {
  it("finds who signed", async () => {
    const signature = await account.sign({ hash: digest });
    expect(await recoverSigner(digest, signature)).to.equal(account.address);
  });

  it("refuses the twin with a high s, other lengths, and v that is not 27 or 28", async () => {
    const signature = await account.sign({ hash: digest });
    const s = BigInt(`0x${signature.slice(66, 130)}`);
    const v = signature.endsWith("1b") ? "1c" : "1b";
    const twin = `${signature.slice(0, 66)}${toHex(ORDER - s, { size: 32 }).slice(2)}${v}` as Hex;
    expect(await recoverSigner(digest, twin)).to.equal(null);
    expect(await recoverSigner(digest, signature.slice(0, -2) as Hex)).to.equal(null);
    expect(await recoverSigner(digest, `${signature}00`)).to.equal(null);
    expect(await recoverSigner(digest, `${signature.slice(0, -2)}00` as Hex)).to.equal(null);
    expect(await recoverSigner(digest, `0x${"ff".repeat(32)}${"01".repeat(32)}1b`)).to.equal(null);
  });
});
