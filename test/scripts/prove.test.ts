import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { cli } from "./cli.ts";

describe("prove", function () {
  this.timeout(0); // as long as the solver's steps take
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "tributary-prove-"))));
  after(() => rmSync(folder, { recursive: true }));

  /** Proves a counter that starts at 1, with this body of a function and of a check. */
  const prove = (body: string, check: string, ...args: string[]) => {
    const source = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
contract Counter {
    uint256 internal n = 1;
    function step(uint256 by) external { ${body} }
    function check() external view { ${check} }
}
`;
    writeFileSync(join(folder, "Counter.sol"), source);
    return cli("prove", ["--folder", folder, ...args]);
  };

  // All of them take two minutes of one processor.
  const names = process.env.TRIBUTARY_PROFILE === "ci" ? [] : ["Parameters", "Part", "Rounding", "Shares"];
  it(`proves ${names.join(", ") || "all that the project says is proved"}`, async () => {
    const { code, stdout } = await cli("prove", [...names, "--json"]);
    const { ok, proved, unproved } = JSON.parse(stdout) as { ok: boolean; proved: number; unproved: number };
    expect({ ok, unproved, code }).to.deep.equal({ ok: true, unproved: 0, code: 0 });
    expect(proved).to.be.above(0);
  });

  it("proves what holds in every state that calls can reach", async () => {
    const { code, stdout } = await prove("if (by > n && by < 1000) n = by;", "assert(n > 0 && n < 1000);");
    expect(stdout).to.match(/Counter.sol: 1 conditions hold, 0 unproved/);
    expect(code).to.equal(0);
  });

  it("names what does not hold, and exits 1", async () => {
    const { code, stdout } = await prove("if (by < 1000) n = by;", "assert(n != 7);");
    expect(stdout)
      .to.match(/Assertion violation/)
      .and.match(/assert\(n != 7\)/);
    expect(code).to.equal(1);
  });

  it("finds an overflow", async () => {
    const { code, stdout } = await prove("n += by;", "assert(true);");
    expect(stdout).to.match(/Overflow/);
    expect(code).to.equal(1);
  });

  it("refuses a file that asserts nothing", async () => {
    const { code, stderr } = await prove("", "");
    expect(stderr).to.match(/asserts nothing, so nothing can be proved/);
    expect(code).to.equal(1);
  });

  it("refuses a file that does not compile", async () => {
    const { code, stderr } = await prove("n = bees;", "");
    expect(stderr).to.match(/does not compile: .*Undeclared identifier/s);
    expect(code).to.equal(1);
  });

  it("refuses a proof that is not there", async () => {
    const { code, stderr } = await cli("prove", ["Bees"]);
    expect(stderr).to.match(/There is no test\/proofs\/Bees.sol; there are: .*test\/proofs\/Parameters.sol/);
    expect(code).to.equal(1);
  });

  it("gives a query up after so many steps of the solver, the same on every machine", async () => {
    const { code, stdout } = await prove("if (by < 1000) n = by;", "assert(n < 1000);", "--steps", "1");
    expect(stdout).to.match(/UNPROVED/);
    expect(code).to.equal(1);
  });

  it("refuses a number of steps that is none", async () => {
    expect((await cli("prove", ["--steps", "soon"])).stderr).to.match(/Not a positive integer/);
  });
});
