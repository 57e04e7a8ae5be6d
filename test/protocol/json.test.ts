import { expect } from "chai";
import { canonicalJson, JsonError } from "../../protocol/json.ts";

describe("canonicalJson", () => {
  it("sorts keys, leaves out undefined, writes numbers as ECMAScript does", () => {
    expect(canonicalJson({ b: [1, "é\n", null], a: { d: 1e21, c: 0.1 }, u: undefined, n: -0 })).to.equal(
      '{"a":{"c":0.1,"d":1e+21},"b":[1,"é\\n",null],"n":0}',
    );
  });

  it("does not depend on the order of the keys", () => {
    expect(canonicalJson({ x: 1, y: true })).to.equal(canonicalJson({ y: true, x: 1 }));
  });

  it("refuses what JSON cannot carry", () => {
    const bad = [Number.NaN, Infinity, 1n, "\ud800", [undefined], new Date(0), new Map(), () => 1];
    for (const value of bad) expect(() => canonicalJson(value)).to.throw(JsonError);
  });
});
