import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { cli } from "./cli.ts";

describe("npm run explain", function () {
  this.timeout(60_000);
  let home: string;
  before(() => (home = mkdtempSync(join(tmpdir(), "tributary-"))));
  after(() => rmSync(home, { recursive: true, force: true }));

  it("says what to do where nothing was posted", async () => {
    const { code, stderr } = await cli("explain", ["0", "--home", home]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^Error: No bundle is in .*: run `npm start` first\.\n$/);
  });

  it("takes the number of a receipt", async () => {
    const { code, stderr } = await cli("explain", ["first", "--home", home]);
    expect(code).to.equal(1);
    expect(stderr).to.include("Not a whole number.");
  });
});
