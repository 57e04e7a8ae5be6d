import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { BUNDLE_FILES, bundleHashOf, writeBundle } from "../../oracle/bundle.ts";
import { Mismatch } from "../../oracle/mismatch.ts";
import { BundleError, readBundle } from "../../oracle/read-bundle.ts";
import { verifyBundle } from "../../oracle/verify.ts";
import { keccakHex } from "../../protocol/hash.ts";
import { makeBundle, withFolder } from "./fixtures.ts";

type Path = (string | number)[];

// a bundle cannot know these by itself: only the chain can contradict them
const CHAIN_ONLY = new Set([
  "block",
  "deployedAt",
  "addresses.datanets",
  "addresses.models",
  "addresses.revenue",
  "addresses.attribution",
  "posting.parent",
  "posting.toEpoch",
  "models[].datanet",
  "models[].engine",
  "models[].manifestHash",
  "models[].snapshotBlock",
  "models[].tensors[].name",
  "models[].tensors[].exponent",
  "steps[].income",
  "steps[].seed",
]);

/** Paths of all scalars of a JSON value. */
function* scalars(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== "object" || value === null) yield path;
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* scalars(item, [...path, i]);
  else for (const [key, item] of Object.entries(value)) yield* scalars(item, [...path, key]);
}

function pattern(path: Path): string {
  return path.map((key, i) => (typeof key === "number" ? "[]" : i === 0 ? key : `.${key}`)).join("");
}

/** Another value of the same shape. */
function changed(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (value === null) return `0x${"01".repeat(32)}`;
  const text = value as string;
  if (/^-?\d+$/.test(text)) return (BigInt(text) + 1n).toString();
  // hex: the last digit but two, which in a signature is part of s
  if (text.startsWith("0x")) return text.slice(0, -3) + (text.at(-3) === "1" ? "2" : "1") + text.slice(-2);
  return `${text}x`;
}

function change(root: unknown, path: Path): void {
  let at = root as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1)!] = changed(at[path.at(-1)!]);
}

/** Declares the hash of the files as they are, as a forger would. */
async function redeclare(directory: string): Promise<void> {
  const files = await Promise.all(
    BUNDLE_FILES.map(async (name) => ({ name, bytes: await readFile(join(directory, name)) })),
  );
  await writeFile(join(directory, "bundle.hash"), `${bundleHashOf(files)}\n`);
}

async function outcome(directory: string): Promise<Error | null> {
  try {
    await verifyBundle(await readBundle(directory));
    return null;
  } catch (error) {
    return error as Error;
  }
}

describe("a corrupted bundle", () => {
  it("is found, whatever field of bundle.json is changed", function () {
    this.timeout(120_000);
    return withFolder(async (folder) => {
      const directory = join(folder, "b");
      await writeBundle(await makeBundle(), directory);
      const text = await readFile(join(directory, "bundle.json"), "utf8");
      const declared = await readFile(join(directory, "bundle.hash"), "utf8");
      // the last of each kind of place: deep in its list
      const paths = new Map([...scalars(JSON.parse(text))].map((path) => [pattern(path), path]));
      expect(paths.size).to.be.greaterThan(90);
      const unseen: string[] = [];
      for (const [kind, path] of paths) {
        const json: unknown = JSON.parse(text);
        change(json, path);
        await writeFile(join(directory, "bundle.json"), `${JSON.stringify(json)}\n`);
        await writeFile(join(directory, "bundle.hash"), declared);
        const error = await outcome(directory);
        expect(error, kind).to.satisfy((e: unknown) => e instanceof Mismatch || e instanceof BundleError);
        if (!(error instanceof Mismatch && error.list === "bundle")) continue;
        await redeclare(directory);
        if ((await outcome(directory)) === null) unseen.push(kind);
      }
      expect(new Set(unseen)).to.deep.equal(CHAIN_ONLY);
    });
  });

  for (const [file, list] of [
    ["features.bin", /^index of model 2$/],
    ["gradients.bin", /^samples of .* in epoch 101$/],
  ] as const) {
    it(`is found where ${file} is changed and its hashes declared anew`, () =>
      withFolder(async (folder) => {
        const directory = join(folder, "b");
        await writeBundle(await makeBundle(), directory);
        const path = join(directory, file);
        const bytes = await readFile(path);
        const before = keccakHex(bytes);
        bytes[bytes.length - 1]! ^= 1;
        await writeFile(path, bytes);
        const json = await readFile(join(directory, "bundle.json"), "utf8");
        await writeFile(join(directory, "bundle.json"), json.replace(before, keccakHex(bytes)));
        await redeclare(directory);
        const error = await outcome(directory);
        expect(error).to.be.instanceOf(Mismatch);
        expect((error as Mismatch).list).to.match(list);
      }));
  }
});
