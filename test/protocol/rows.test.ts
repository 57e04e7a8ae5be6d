import { expect } from "chai";
import { concat, keccak256, toBeHex, toUtf8Bytes } from "ethers";
import { bytesToHex } from "viem";
import { DOMAIN } from "../../protocol/domains.ts";
import { List } from "../../protocol/list.ts";
import { canonicalRow, canonicalText, rowBytes, rowLeaf, rowsRoot } from "../../protocol/rows.ts";

describe("canonical rows", () => {
  it("are a kind, then length and UTF-8 of each field", () => {
    expect(bytesToHex(rowBytes({ text: "ab" }))).to.equal("0x00000000026162");
    expect(bytesToHex(rowBytes({ question: "é", answer: "b" }))).to.equal("0x0100000002c3a90000000162");
  });

  it("do not tell Unicode forms and white space apart", () => {
    expect(canonicalText(" e\u0301\t\n b\u00a0\u3000c\ufeff ")).to.equal("\u00e9 b c");
    const messy = { question: "  Cafe\u0301\n?", answer: "a\r\n\tb" };
    const clean = { question: "Caf\u00e9 ?", answer: "a b" };
    expect(rowLeaf(messy)).to.equal(rowLeaf(clean));
    expect(canonicalRow(messy)).to.deep.equal(clean);
    expect(canonicalRow(clean)).to.deep.equal(clean);
  });

  it("tell apart what reads alike when joined", () => {
    expect(rowLeaf({ question: "ab", answer: "c" })).to.not.equal(rowLeaf({ question: "a", answer: "bc" }));
    expect(rowLeaf({ text: "a" })).to.not.equal(rowLeaf({ question: "a", answer: "a" }));
    expect(rowLeaf({ text: "a" })).to.not.equal(rowLeaf({ text: "A" }));
  });

  it("hash to the leaves of the rows list", () => {
    const bytes = concat(["0x01", toBeHex(1, 4), toUtf8Bytes("q"), toBeHex(1, 4), toUtf8Bytes("a")]);
    const row = { question: "q", answer: "a" };
    expect(rowLeaf(row)).to.equal(keccak256(bytes));
    expect(rowsRoot([row, { text: "t" }])).to.equal(new List(DOMAIN.rows, [rowLeaf(row), rowLeaf({ text: "t" })]).root);
  });
});
