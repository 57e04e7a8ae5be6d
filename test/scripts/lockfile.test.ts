import { readFileSync } from "node:fs";
import { expect } from "chai";

interface Locked {
  version: string;
  resolved?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

describe("package-lock.json", () => {
  const url = new URL("../../package-lock.json", import.meta.url);
  const { packages } = JSON.parse(readFileSync(url, "utf8")) as { packages: Record<string, Locked> };

  it("names every package of every platform, so that `npm ci` accepts it everywhere", () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
      ),
    );
    expect(missing).to.deep.equal([]);
  });

  it("holds no addresses of a registry", () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).to.deep.equal([]);
  });
});
