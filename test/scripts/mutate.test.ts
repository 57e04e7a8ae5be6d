import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "../../scripts/mutate/compiler.ts";
import { mutantsOf } from "../../scripts/mutate/mutants.ts";
import { cli } from "./cli.ts";

const TALLY = ["--targets", "test/scripts/mutate/targets.json"];

interface Report {
  ok: boolean;
  mutants: number;
  killed: number;
  equivalent: number;
  rawScore: number;
  score: number;
  contracts: { survivors: { id: string; mutant: string; justified?: { reason: string } }[] }[];
}

describe("mutate", function () {
  this.timeout(600_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "tributary-mutate-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("names the mutants that no test notices, and exits 1 below the bar", async () => {
    const { code, json } = await cli("mutate", [...TALLY, "--results", folder, "--json"]);
    const { ok, mutants, killed, rawScore, contracts } = json<Report & Record<string, unknown>>();
    expect({ ok, mutants, killed, rawScore, code }).to.deep.equal({
      ...{ ok: false, mutants: 6, killed: 4, rawScore: 66.66, code: 1 },
    });
    expect(contracts[0]!.survivors.map(({ mutant }) => mutant)).to.deep.equal([
      'test/scripts/mutate/Tally.sol:9 add: "<=" becomes "<"',
      'test/scripts/mutate/Tally.sol:9 add: "10" becomes "(10 + 1)"',
    ]);
  });

  it("leaves justified equivalents out of the score, never out of the raw one", async () => {
    const [file, report] = [join(folder, "justified.json"), join(folder, "report.json")];
    const { mutants } = (await cli("mutate", [...TALLY, "--list", "--json"])).json<{ mutants: { id: string }[] }>();
    const justified = { mutant: "any", equivalent: true, reason: "nobody can tell" };
    writeFileSync(file, JSON.stringify(Object.fromEntries(mutants.map(({ id }) => [id, justified]))));
    const { code, stdout } = await cli("mutate", [
      ...[...TALLY, "--results", folder, "--justified", file, "--json", report],
    ]);
    const { ok, equivalent, rawScore, score } = JSON.parse(readFileSync(report, "utf8")) as Report;
    expect({ ok, equivalent, rawScore, score, code }).to.deep.equal({
      ...{ ok: true, equivalent: 2, rawScore: 66.66, score: 100, code: 0 },
    });
    expect(stdout).to.match(/equivalent \w{8} .*nobody can tell/);
  });

  it("takes earlier results up", async () => {
    await cli("mutate", [...TALLY, "--results", folder]);
    const text = readFileSync(join(folder, "results.jsonl"), "utf8");
    await cli("mutate", [...TALLY, "--results", folder]);
    expect(readFileSync(join(folder, "results.jsonl"), "utf8")).to.equal(text);
  });

  it("refuses what is no contract, no number and no file", async () => {
    for (const [args, message] of [
      [["--only", "Nothing"], /There is no "Nothing"; there are: Pools, /],
      [["--jobs", "0"], /Not a number from 1 to 99/],
      [["--jobs", "many"], /Not a number from 1 to 99/],
      [["--targets", "nowhere.json"], /nowhere.json cannot be read/],
      [["--fast"], /unknown option '--fast'/],
    ] as const) {
      const { code, stderr } = await cli("mutate", [...args]);
      expect(stderr).to.match(message);
      expect(code).to.equal(1);
    }
  });

  it("refuses tests that fail without any mutation", async () => {
    const targets = join(folder, "targets.json");
    const tests = ["test/scripts/mutate/Tally.fails.ts"];
    writeFileSync(targets, JSON.stringify({ Tally: { source: "test/scripts/mutate/Tally.sol", tests } }));
    const { code, stderr } = await cli("mutate", ["--targets", targets, "--results", join(folder, "other")]);
    expect(stderr).to.match(/Without any mutation this fails already: Tally is never right/);
    expect(code).to.equal(1);
  });
});

describe("mutants", () => {
  /** What becomes of the body of a function that takes a and b and returns c. */
  const edits = (body: string, returns = "uint256 c") => {
    const source = `// —\npragma solidity 0.8.37;\ncontract C { event E(); function f(uint256 a, uint256 b) external returns (${returns}) { ${body} } }\n`;
    return mutantsOf("C.sol", source, parse("C.sol", source)).map(({ before, after }) => `${before} → ${after}`);
  };

  for (const [name, body, expected] of [
    ["boundaries", "bool d = a < b; bool e = b >= a;", ["< → <=", ">= → >"]],
    ["equality", "bool d = a == b;", ["== → !="]],
    ["arithmetic", "c = (a + b) * a;", ["c = (a + b) * a; → {}", "+ → -", "* → /"]],
    ["conditions", "if (a == b) return a;", ["a == b → false", "a == b → true", "a → 0"]],
    [
      "requirements",
      "require(a == b || a < 2);",
      [...["a == b → false", "a == b || a < 2 → true", "a < 2 → false", "< → <=", "2 → (2 + 1)"]],
    ],
    ["loops", "for (uint256 i; i < a; ++i) ++c;", ["i < a → false", "< → <=", "++c → --c", "++c; → {}"]],
    ["statements", "emit E(); c += a; delete c;", [...["emit E(); → {}", "c += a; → {}", "+= → -=", "delete c; → {}"]]],
    ["arms", "c = a == b ? a : b;", ["c = a == b ? a : b; → {}", "a == b → false", "a == b → true"]],
    [
      "assembly",
      'assembly ("memory-safe") { c := add(shl(3, a), 0x20) }',
      [...["c := add(shl(3, a), 0x20) → ", "add → sub", "shl → shr", "3 → 4"]],
    ],
  ] as const)
    it(`change ${name}`, () => {
      expect(edits(body)).to.deep.equal(expected);
    });

  it("take the value of what is returned", () => {
    expect(edits("return a == b;", "bool")).to.deep.equal(["a == b → !(a == b)"]);
    expect(edits("return msg.sender;", "address")).to.deep.equal(["msg.sender → address(0)"]);
  });

  it("keep their names when the lines move", () => {
    const named = (source: string) => mutantsOf("C.sol", source, parse("C.sol", source)).map(({ id }) => id);
    const source = "contract C { uint256 a; function f() external { a = 1; a = 1; } }";
    expect(named(`\n\n${source}`)).to.deep.equal(named(source));
    expect(new Set(named(source)).size).to.equal(named(source).length);
  });
});
