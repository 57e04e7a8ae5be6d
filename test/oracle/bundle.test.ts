import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { keccak256 } from "viem";
import { bundleHashOf, encodeBundle, writeBundle } from "../../oracle/bundle.ts";
import { BundleError, readBundle } from "../../oracle/read-bundle.ts";
import { makeBundle, rejection, withFolder } from "./fixtures.ts";

describe("bundle", () => {
  it("comes back as it was written", () =>
    withFolder(async (folder) => {
      const bundle = await makeBundle();
      const hash = await writeBundle(bundle, join(folder, "b"));
      const { hash: found, declaredHash, indexes, ...back } = await readBundle(join(folder, "b"));
      expect(back).to.deep.equal(bundle);
      expect([found, declaredHash]).to.deep.equal([hash, hash]);
      expect(indexes).to.have.length(2);
    }));

  it("takes the place of an earlier one, and leaves nothing beside it", () =>
    withFolder(async (folder) => {
      const bundle = await makeBundle();
      await writeBundle(bundle, join(folder, "b"));
      const hash = await writeBundle({ ...bundle, block: 51 }, join(folder, "b"));
      expect((await readBundle(join(folder, "b"))).hash).to.equal(hash);
      expect(await readdir(folder)).to.deep.equal(["b"]);
    }));

  it("has the same bytes each time", async () => {
    expect(encodeBundle(await makeBundle())).to.deep.equal(encodeBundle(await makeBundle()));
  });

  it("hashes names, lengths and contents of its files", () => {
    const content = keccak256("0x0102").slice(2);
    expect(bundleHashOf([{ name: "ab", bytes: Uint8Array.of(1, 2) }])).to.equal(
      keccak256(`0x000000026162${"00".repeat(7)}02${content}`),
    );
  });
});

describe("readBundle", () => {
  async function damaged(damage: (directory: string) => Promise<void>): Promise<BundleError> {
    let error: Error | undefined;
    await withFolder(async (folder) => {
      const directory = join(folder, "b");
      await writeBundle(await makeBundle(), directory);
      await damage(directory);
      error = await rejection(readBundle(directory));
    });
    expect(error).to.be.instanceOf(BundleError);
    return error as BundleError;
  }

  it("names a directory that holds no bundle", async () => {
    const error = (await rejection(readBundle("/nowhere"))) as BundleError;
    expect(error).to.include({ fault: "missing", message: "no bundle.json in /nowhere" });
  });

  it("names a binary file that is truncated", async () => {
    const error = await damaged((directory) => truncate(join(directory, "features.bin"), 100));
    expect(error).to.include({ fault: "truncated", message: "features.bin has 100 bytes, 6180 are declared" });
  });

  it("names a binary file with another hash", async () => {
    const error = await damaged(async (directory) => {
      const bytes = await readFile(join(directory, "gradients.bin"));
      bytes[7]! ^= 1;
      await writeFile(join(directory, "gradients.bin"), bytes);
    });
    expect(error.fault).to.equal("hash");
    expect(error.message).to.match(/^gradients\.bin has the hash 0x.*, 0x.* is declared$/);
  });

  it("does not read a huge file", async () => {
    const error = await damaged((directory) => truncate(join(directory, "gradients.bin"), 2 ** 30 + 1));
    expect(error.fault).to.equal("huge");
  });

  it("names bundle.json that is cut off", async () => {
    const error = await damaged((directory) => truncate(join(directory, "bundle.json"), 1_000));
    expect(error).to.include({ fault: "malformed", message: "bundle.json: bundle.json is not JSON" });
  });

  it("names a hash file that holds no hash", async () => {
    const error = await damaged((directory) => writeFile(join(directory, "bundle.hash"), "0x12"));
    expect(error).to.include({ fault: "malformed", message: "bundle.hash holds no hash" });
  });

  const edits: [string, string | RegExp, string, string, string][] = [
    ["another format", "tributary.bundle.v1", "tributary.bundle.v2", "malformed", "format: not tributary.bundle.v1"],
    ["a number for a string", /"income":"(\d+)"/, '"income":$1', "malformed", "steps[0].income: not a decimal string"],
    [
      "a version that is not there",
      /"model":1,"parts"/,
      '"model":9,"parts"',
      "malformed",
      "steps[0].model: model 9 is not in the bundle",
    ],
    [
      "dims that do not fit",
      '"dims":1030',
      '"dims":1031',
      "malformed",
      "models[0].tensors: 1030 elements in all, not 1031",
    ],
    [
      "more gradients than receipts",
      '"gradients":[0,1]',
      '"gradients":[0,3]',
      "malformed",
      "steps[0].gradients[1]: 3 is not between 1 and 2",
    ],
    [
      "a gradient too many",
      '"gradients":[0,1],"income":"1777900"',
      '"gradients":[0,1,2],"income":"1777900"',
      "truncated",
      "gradients.bin ends at byte",
    ],
    [
      "a gradient too few",
      '"gradients":[0,1],"income":"1777900"',
      '"gradients":[0],"income":"1777900"',
      "malformed",
      "gradients.bin has 1030 bytes too many",
    ],
    ["a wrong address", /"operator":"0x../, '"operator":"0xzz', "malformed", "models[0].operator: not an address"],
    [
      "a share above all",
      '"contributorsBps":5000',
      '"contributorsBps":10001',
      "malformed",
      "models[0].contributorsBps: 10001 is not between",
    ],
  ];
  for (const [name, from, to, fault, message] of edits) {
    it(`names ${name}`, async () => {
      const error = await damaged(async (directory) => {
        const path = join(directory, "bundle.json");
        const text = await readFile(path, "utf8");
        expect(text).to.match(from instanceof RegExp ? from : new RegExp(from.replace(/[[\]]/g, "\\$&")));
        await writeFile(path, text.replace(from, to));
      });
      expect(error.message).to.include(message);
      expect(error.fault).to.equal(fault);
    });
  }
});
