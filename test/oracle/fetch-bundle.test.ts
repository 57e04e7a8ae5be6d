import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { type Hex, zeroHash } from "viem";
import { BUNDLE_FILES, writeBundle } from "../../oracle/bundle.ts";
import { type FetchOptions, fetchBundle } from "../../oracle/fetch-bundle.ts";
import { BundleError, readBundle } from "../../oracle/read-bundle.ts";
import { makeBundle, rejection, withFolder } from "./fixtures.ts";

interface Place {
  folder: string;
  /** Where the bundle lies. */
  source: string;
  cache: string;
  hash: Hex;
  options: FetchOptions;
}

async function withBundle(use: (place: Place) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const source = join(folder, "published");
    const cache = join(folder, "cache");
    const hash = await writeBundle(await makeBundle(), source);
    await use({ folder, source, cache, hash, options: { cache, folders: [folder], maxSeconds: 2 } });
  });
}

async function withServer(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answers with the files of a folder. */
const statically =
  (folder: string): RequestListener =>
  async ({ url = "" }, response) => {
    const path = new URL(url, "http://x").pathname.replace(/^\/b\//, "");
    const bytes = await readFile(join(folder, path)).catch(() => null);
    if (bytes === null) response.writeHead(404).end();
    else response.end(bytes);
  };

/** Fetching throws a BundleError, and leaves nothing in the cache. */
async function faultOf(uris: string[], hash: Hex, options: FetchOptions): Promise<BundleError> {
  const error = await rejection(fetchBundle(uris, hash, options));
  expect(error).to.be.instanceOf(BundleError);
  expect(await readdir(options.cache).catch(() => [])).to.deep.equal([]);
  return error as BundleError;
}

describe("fetchBundle", function () {
  this.timeout(20_000);

  it("brings a bundle of a path or a file: URI into the cache, named by its hash", () =>
    withBundle(async ({ source, cache, hash, options }) => {
      for (const uri of [source, pathToFileURL(source).href, `file:${source}`]) {
        const directory = await fetchBundle([uri], hash, options);
        expect(directory).to.equal(join(cache, hash));
        expect((await readBundle(directory)).hash).to.equal(hash);
        expect(await readdir(cache)).to.deep.equal([hash]);
      }
    }));

  it("brings a bundle over HTTP, with a query and after redirects", () =>
    withBundle(async ({ source, hash, options }) => {
      const files = statically(source);
      const redirecting: RequestListener = (request, response) => {
        if (request.url!.startsWith("/old/")) {
          response.writeHead(302, { location: request.url!.replace("/old/", "/b/") }).end();
        } else if (!request.url!.endsWith("?key=1")) response.writeHead(403).end();
        else files(request, response);
      };
      await withServer(redirecting, async (url) => {
        const directory = await fetchBundle([`${url}/old/?key=1`], hash, options);
        expect((await readBundle(directory)).declaredHash).to.equal(hash);
      });
    }));

  it("does not fetch again what the cache has", () =>
    withBundle(async ({ source, hash, options }) => {
      const directory = await fetchBundle([source], hash, options);
      expect(await fetchBundle([], hash, options)).to.equal(directory);
    }));

  it("fetches again what was damaged in the cache", () =>
    withBundle(async ({ source, hash, options }) => {
      const directory = await fetchBundle([source], hash, options);
      await writeFile(join(directory, "features.bin"), "x");
      await fetchBundle([source], hash, options);
      expect((await readBundle(directory)).hash).to.equal(hash);
    }));

  it("tries mirrors in turn, and tells what each one gave", () =>
    withBundle(async ({ folder, source, hash, options }) => {
      const none = [join(folder, "none"), "http://127.0.0.1:1/b"];
      const error = await faultOf(none, hash, options);
      expect(error.fault).to.equal("missing");
      expect(error.message).to.match(/^there is no .*none; http:.* cannot be reached: /);
      await fetchBundle([...none, source], hash, options);
    }));

  it("goes through the IPFS gateway that is configured, and through none otherwise", () =>
    withBundle(async ({ source, hash, options }) => {
      const gateway: RequestListener = (request, response) => {
        request.url = request.url!.replace("/gate/ipfs/bafy1/posting/", "/b/");
        statically(source)(request, response);
      };
      await withServer(gateway, async (url) => {
        expect((await faultOf(["ipfs://bafy1/posting"], hash, options)).fault).to.equal("refused");
        await fetchBundle(["ipfs://bafy1/posting"], hash, { ...options, gateway: `${url}/gate` });
      });
      expect(
        (await rejection(fetchBundle(["ipfs://?x"], zeroHash, { ...options, gateway: "http://g" }))).message,
      ).to.equal("ipfs://?x names no content");
    }));

  const refused: [string, string][] = [
    ["a path outside the folders", "/etc"],
    ["a file: URI of another machine", "file://host/bundle"],
    ["a file: URI that is no path", "file:///a%2Fb"],
    ["a scheme that is not fetched", "ftp://127.0.0.1/bundle"],
    ["a relative path", "bundle"],
    ["a URI with a password", "http://user:word@127.0.0.1/b"],
    ["a URI that is too long", `http://127.0.0.1/${"x".repeat(2_048)}`],
  ];
  for (const [name, uri] of refused) {
    it(`refuses ${name}`, () =>
      withBundle(async ({ hash, options }) => {
        expect((await faultOf([uri], hash, options)).fault).to.equal("refused");
      }));
  }

  it("refuses links out of the folder, and files that are none", () =>
    withBundle(async ({ folder, hash, options }) => {
      const linked = join(folder, "linked");
      await symlink("/etc", linked);
      expect((await faultOf([linked], hash, options)).fault).to.equal("refused");
      const inner = join(folder, "inner");
      await mkdir(inner);
      await symlink("/etc/hostname", join(inner, BUNDLE_FILES[0]));
      expect((await faultOf([inner], hash, options)).fault).to.equal("missing");
      const odd = join(folder, "odd");
      await mkdir(join(odd, BUNDLE_FILES[0]), { recursive: true });
      expect((await faultOf([odd], hash, options)).fault).to.equal("refused");
    }));

  it("keeps nothing of another hash", () =>
    withBundle(async ({ source, hash, options }) => {
      const error = await faultOf([source], zeroHash, options);
      expect(error).to.include({ fault: "hash", message: `${source} has the bundle ${hash}, not ${zeroHash}` });
    }));

  const faults: [string, BundleError["fault"], RegExp, (source: string) => RequestListener][] = [
    ["a server that has nothing", "missing", /is not there$/, () => (_, response) => response.writeHead(404).end()],
    [
      "a server that fails",
      "unreachable",
      /answers with status 503$/,
      () => (_, response) => response.writeHead(503).end(),
    ],
    ["a server that hangs", "timeout", /takes longer than 2 s$/, () => () => {}],
    [
      "a server that drips",
      "timeout",
      /takes longer than 2 s$/,
      () => async (_, response) => {
        for (let i = 0; i < 100 && !response.destroyed; i++, await sleep(100)) response.write("{");
      },
    ],
    [
      "a file that breaks off",
      "truncated",
      /broke off: /,
      () => (_, response) => {
        response.writeHead(200, { "content-length": 1_000 });
        response.write("{", () => response.destroy());
      },
    ],
    [
      "a file that declares too much",
      "huge",
      /goes beyond 100000 bytes$/,
      () => (_, response) => {
        response.writeHead(200, { "content-length": 2 ** 40 });
        response.flushHeaders();
      },
    ],
    [
      "a file that does not end",
      "huge",
      /goes beyond 100000 bytes$/,
      () => async (_, response) => {
        for (; !response.destroyed; await sleep(1)) response.write(Buffer.alloc(65_536));
      },
    ],
    [
      "redirects without an end",
      "redirect",
      /redirects more than 5 times$/,
      () => (_, response) => response.writeHead(302, { location: "again" }).end(),
    ],
    [
      "a redirect to a file",
      "redirect",
      /redirects to file:\/\/\/etc\/passwd, which is not fetched$/,
      () => (_, response) => response.writeHead(301, { location: "file:///etc/passwd" }).end(),
    ],
    [
      "one file of three missing",
      "missing",
      /gradients\.bin is not there$/,
      (source) => (request, response) =>
        request.url!.endsWith("gradients.bin") ? response.writeHead(404).end() : statically(source)(request, response),
    ],
    [
      "a file that is cut short",
      "hash",
      /has the bundle 0x/,
      (source) => async (request, response) => {
        const bytes = await readFile(join(source, request.url!.replace("/b/", "")));
        response.end(bytes.subarray(0, request.url!.endsWith("features.bin") ? 10 : undefined));
      },
    ],
  ];
  for (const [name, fault, message, listener] of faults) {
    it(`names ${name}`, () =>
      withBundle(({ source, hash, options }) =>
        withServer(listener(source), async (url) => {
          const error = await faultOf([`${url}/b`], hash, { ...options, maxBytes: 100_000 });
          expect(error.message).to.match(message);
          expect(error.fault).to.equal(fault);
        }),
      ));
  }
});
