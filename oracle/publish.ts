import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "viem";
import { decodeJson, FormatError } from "../protocol/decode.ts";
import { canonicalJson } from "../protocol/json.ts";
import { type Bundle, encodeBundle, writeBundle } from "./bundle.ts";
import { BundleError } from "./read-bundle.ts";

const FORMAT = "tributary.bundles.v1";
const INDEX_FILE = "index.json";
const MAX_BUNDLES = 1_000_000;

/** One line of the index that lies beside published bundles. */
export interface PublishedBundle {
  /** Name of its directory. */
  hash: Hex;
  fromEpoch: number;
  toEpoch: number;
  payoutRoot: Hex;
}

/**
 * Writes a bundle as a directory of `folder` named by its hash, and puts it into the folder's index.json. Any server of
 * static files publishes such a folder: the URI of a bundle is that of its directory.
 */
export async function publishBundle(bundle: Bundle, folder: string): Promise<{ hash: Hex; path: string }> {
  const { hash } = encodeBundle(bundle);
  const path = join(folder, hash);
  await writeBundle(bundle, path);
  const { fromEpoch, toEpoch, payoutRoot } = bundle.posting;
  const others = (await readIndex(folder)).filter((each) => each.hash !== hash);
  const index = { format: FORMAT, bundles: [...others, { hash, fromEpoch, toEpoch, payoutRoot }] };
  const temporary = join(folder, `.${INDEX_FILE}.${process.pid}.tmp`);
  await writeFile(temporary, `${canonicalJson(index)}\n`);
  await rename(temporary, join(folder, INDEX_FILE));
  return { hash, path };
}

/** Directories of the bundles of a folder, the latest epochs first, of the same epochs the last published first. */
export async function publishedBundles(folder: string): Promise<string[]> {
  const bundles = (await readIndex(folder)).reverse();
  return bundles.sort((a, b) => b.toEpoch - a.toEpoch).map(({ hash }) => join(folder, hash));
}

/** Directory of the newest bundle in `folder`, or null where there is none. */
export async function latestBundle(folder: string): Promise<string | null> {
  return (await publishedBundles(folder))[0] ?? null;
}

/** In the order of publication. Throws {@link BundleError} where index.json is malformed. */
async function readIndex(folder: string): Promise<PublishedBundle[]> {
  const text = await readFile(join(folder, INDEX_FILE), "utf8").catch(() => null);
  if (text === null) return [];
  try {
    const root = decodeJson(text, INDEX_FILE);
    if (root.field("format").value !== FORMAT) root.field("format").fail(`not ${FORMAT}`);
    return root
      .field("bundles")
      .items(MAX_BUNDLES)
      .map((entry) => ({
        hash: entry.field("hash").hex(32),
        fromEpoch: entry.field("fromEpoch").integer(),
        toEpoch: entry.field("toEpoch").integer(),
        payoutRoot: entry.field("payoutRoot").hex(32),
      }));
  } catch (error) {
    if (error instanceof FormatError)
      throw new BundleError("malformed", `${INDEX_FILE} of ${folder}: ${error.message}`);
    throw error;
  }
}
