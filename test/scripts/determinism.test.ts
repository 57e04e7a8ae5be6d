import { expect } from "chai";
import { forBrowser } from "../../scripts/determinism/chromium.ts";
import { describe as describeReport, type Report, type Row, reportOn } from "../../scripts/determinism/report.ts";
import { cli } from "./cli.ts";

describe("npm run determinism", () => {
  it("finds the same bits on 1, 2 and 4 threads, with and without 256 bits", async () => {
    const { code, json } = await cli("determinism", ["--here", "--json"]);
    const { equal, runs, skipped } = json<Report>();
    expect(code).to.equal(0);
    expect(equal).to.equal(true);
    const quick = skipped.length === 0 ? [1, 2, 4] : [];
    expect(runs.map(({ threads }) => threads)).to.deep.equal([1, 2, 4, ...quick]);
    expect(runs.map(({ wide }) => wide)).to.deep.equal([false, false, false, ...quick.map(() => true)]);
    for (const key of ["adapter", "features", "scores"] as const) {
      expect(runs[0]![key]).to.match(/^0x[0-9a-f]{64}$/);
      expect(new Set(runs.map((run) => run[key])).size, key).to.equal(1);
    }
  });

  const row = (change: Partial<Row> = {}): Row => ({
    where: "Node 24",
    threads: 1,
    wide: false,
    adapter: "0x01",
    features: "0x02",
    scores: "0x03",
    ...change,
  });

  for (const key of ["adapter", "features", "scores"] as const) {
    it(`names the run that differs in its ${key}`, () => {
      const report = reportOn([row(), row({ threads: 2, [key]: "0xff" }), row({ threads: 4 })], []);
      expect(report.equal).to.equal(false);
      const lines = describeReport(report).split("\n");
      expect(lines.find((line) => line.includes("2 threads"))).to.match(new RegExp(`DIFFERS: ${key} 0xff$`));
      expect(lines.find((line) => line.includes("4 threads"))).to.match(/ equal$/);
      expect(lines.at(-1)).to.equal("NOT EQUAL.");
    });
  }

  it("says what it could not run", () => {
    const report = reportOn([row()], ["Node 26: npm does not have it for this machine"]);
    expect(report.equal).to.equal(true);
    expect(describeReport(report)).to.include("skipped: Node 26: npm does not have it for this machine");
  });

  it("calls nothing equal where nothing ran", () => {
    expect(reportOn([], []).equal).to.equal(false);
  });

  it("hands a browser sources without types, and Node's modules by name", () => {
    const source = `import type { A } from "./a.ts";
import { type B, c as d } from "node:os";
import { e } from "./e.ts";
export const f = (g: number): B => d(g, e);`;
    const words = forBrowser(source).replace(/\s+/g, " ");
    expect(words).to.match(/const \{ +c: d \} = foreignModule\("node:os"\)/);
    expect(words).to.include('import { e } from "./e.ts";');
    expect(words).to.not.match(/type|number|a\.ts/);
  });
});
