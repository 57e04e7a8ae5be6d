import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";

const folder = (path: string) => new URL(path, import.meta.url);

/** Errors declared in contracts/interfaces. */
function declared() {
  const files = readdirSync(folder("../../contracts/interfaces/"));
  const sources = files.map((file) => readFileSync(folder(`../../contracts/interfaces/${file}`), "utf8"));
  return sources.flatMap((source) => [...source.matchAll(/^ +error (\w+)\(/gm)].map((match) => match[1]!));
}

describe("errors", () => {
  it("are each provoked by a test", () => {
    const tests = readdirSync(folder("."))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(folder(file), "utf8"))
      .join("\n");
    const errors = declared();
    expect(errors.length).to.be.greaterThan(60);
    expect(errors.filter((name) => !tests.includes(`"${name}"`))).to.deep.equal([]);
  });

  it("are declared in interfaces alone", () => {
    const sources = readdirSync(folder("../../contracts"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".sol") && !file.startsWith("interfaces"))
      .map((file) => readFileSync(folder(`../../contracts/${file}`), "utf8"));
    for (const source of sources) expect(source).not.to.match(/^ +(error|event) /m);
  });
});
