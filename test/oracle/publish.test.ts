import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { fetchBundle } from "../../oracle/fetch-bundle.ts";
import { latestBundle, publishBundle, publishedBundles } from "../../oracle/publish.ts";
import { BundleError, readBundle } from "../../oracle/read-bundle.ts";
import { makeBundle, rejection, withFolder } from "./fixtures.ts";

describe("publishBundle", () => {
  it("writes a directory named by the hash, from which the bundle can be fetched", () =>
    withFolder(async (folder) => {
      const { hash, path } = await publishBundle(await makeBundle(), join(folder, "bundles"));
      expect(path).to.equal(join(folder, "bundles", hash));
      const fetched = await fetchBundle([path], hash, { cache: join(folder, "cache"), folders: [folder] });
      expect((await readBundle(fetched)).hash).to.equal(hash);
    }));

  it("lists bundles by their epochs, of the same epochs the last published first", () =>
    withFolder(async (folder) => {
      expect(await publishedBundles(join(folder, "none"))).to.deep.equal([]);
      expect(await latestBundle(folder)).to.equal(null);
      const bundle = await makeBundle();
      const publish = async (block: number, toEpoch: number) =>
        (await publishBundle({ ...bundle, block, posting: { ...bundle.posting, toEpoch } }, folder)).path;
      const [a, b, c] = [await publish(1, 105), await publish(2, 103), await publish(3, 105)];
      expect(await publishedBundles(folder)).to.deep.equal([c, a, b]);
      expect(await publish(1, 105)).to.equal(a);
      expect(await publishedBundles(folder)).to.deep.equal([a, c, b]);
      expect(await latestBundle(folder)).to.equal(a);
    }));

  it("writes an index that any server of static files can publish", () =>
    withFolder(async (folder) => {
      const bundle = await makeBundle();
      const { hash } = await publishBundle(bundle, folder);
      expect((await readdir(folder)).sort()).to.deep.equal([hash, "index.json"]);
      const { fromEpoch, toEpoch, payoutRoot } = bundle.posting;
      expect(JSON.parse(await readFile(join(folder, "index.json"), "utf8"))).to.deep.equal({
        format: "tributary.bundles.v1",
        bundles: [{ hash, fromEpoch, toEpoch, payoutRoot }],
      });
    }));

  it("names an index that is malformed", () =>
    withFolder(async (folder) => {
      for (const [text, message] of [
        ["{", "index.json is not JSON"],
        ['{"format":"x"}', "format: not tributary.bundles.v1"],
        ['{"format":"tributary.bundles.v1","bundles":[{"hash":"../x"}]}', "bundles[0].hash: not hex"],
      ] as const) {
        await writeFile(join(folder, "index.json"), text);
        const error = await rejection(latestBundle(folder));
        expect(error).to.be.instanceOf(BundleError);
        expect(error.message).to.equal(`index.json of ${folder}: ${message}`);
      }
    }));
});
