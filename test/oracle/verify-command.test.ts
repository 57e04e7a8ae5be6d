import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { writeBundle } from "../../oracle/bundle.ts";
import { publishBundle } from "../../oracle/publish.ts";
import { makeBundle, runVerify as verify, withFolder } from "./fixtures.ts";

describe("npm run verify", function () {
  this.timeout(60_000);

  it("prints a line per check and exits 0 where all is right", () =>
    withFolder(async (folder) => {
      const hash = await writeBundle(await makeBundle(), join(folder, "b"));
      const { code, out } = await verify(folder, "b");
      expect(code).to.equal(0);
      const lines = out.trim().split("\n");
      expect(lines.slice(0, -1).every((line) => line.startsWith("ok  "))).to.equal(true);
      expect(lines.at(-2)).to.equal(`ok  bundle: hash ${hash}`);
      expect(lines.at(-1)).to.equal("The bundle is right: 11 checks passed.");
    }));

  it("exits 1 at the first mismatch and names it, as text and as JSON", () =>
    withFolder(async (folder) => {
      const bundle = await makeBundle();
      bundle.steps[1]!.parts[1]![2]! += 1n;
      await writeBundle(bundle, join(folder, "b"));
      const text = await verify(folder, "b");
      expect(text.code).to.equal(1);
      expect(text.err).to.match(/^MISMATCH: parts of 0x.*b1 in epoch 101, 5: expected -?\d+, found -?\d+\n$/i);
      const { code, out } = await verify(folder, "b", "--json");
      expect(code).to.equal(1);
      const report = JSON.parse(out);
      expect(report.ok).to.equal(false);
      expect(report.mismatch).to.include({ position: 5, found: `${bundle.steps[1]!.parts[1]![2]}` });
      expect(report.checks).to.not.be.empty;
    }));

  it("takes the newest bundle where none is named, and says where there is none", () =>
    withFolder(async (folder) => {
      const none = await verify(folder);
      expect(none).to.include({ code: 1, err: "Error: No bundle is in .tributary/bundles: name a directory.\n" });
      await publishBundle(await makeBundle(), join(folder, ".tributary/bundles"));
      expect((await verify(folder)).code).to.equal(0);
    }));

  it("names a truncated file", () =>
    withFolder(async (folder) => {
      await writeBundle(await makeBundle(), join(folder, "b"));
      const path = join(folder, "b", "features.bin");
      await writeFile(path, (await readFile(path)).subarray(9));
      const { code, err } = await verify(folder, "b");
      expect(code).to.equal(1);
      expect(err).to.equal("Error: features.bin has 6171 bytes, 6180 are declared\n");
    }));

  it("says where no node is running, and which deployment file is missing", () =>
    withFolder(async (folder) => {
      await writeBundle(await makeBundle(), join(folder, "b"));
      const away = await verify(folder, "b", "--rpc", "http://127.0.0.1:1");
      expect(away.code).to.equal(1);
      expect(away.err).to.equal("Error: no node is running at http://127.0.0.1:1\n");
      const missing = await verify(folder, "b", "--rpc", "http://127.0.0.1:1", "--deployment", "none.json");
      expect(missing.err).to.include("no deployment at none.json");
    }));

  it("has --help", async () => {
    const { code, out } = await verify("/", "--help");
    expect(code).to.equal(0);
    expect(out).to.include("--rpc <url>").and.include("--json");
  });
});
