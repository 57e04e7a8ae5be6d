import { expect } from "chai";
import { coverageOf } from "../../scripts/lib/coverage.ts";
import { cli } from "./cli.ts";

const TABLE = `
╔═══════════════════════════════════════════════════════════════════════════════╗
║                               Coverage Report                                 ║
╟──────────────────────────────────┬────────┬─────────────┬─────────────────────╢
║ File Path                        │ Line % │ Statement % │ Uncovered Lines     ║
╟──────────────────────────────────┼────────┼─────────────┼─────────────────────╢
║ test/contracts/helpers/Other.sol │ 0.00   │ 0.00        │ 14, 19-20           ║
║ contracts/libraries/Signed.sol   │ 94.12  │ 93.75       │ 44, 50-52           ║
║ contracts/Escrow.sol             │ 100.00 │ 100.00      │ -                   ║
╟──────────────────────────────────┼────────┼─────────────┼─────────────────────╢
║ Total                            │ 97.79  │ 97.42       │                     ║
╚══════════════════════════════════╧════════╧═════════════╧═════════════════════╝
`;

describe("coverage", () => {
  it("reads each file's lines and statements, and what has not run", () => {
    expect(coverageOf(TABLE, "contracts/")).to.deep.equal([
      { file: "contracts/Escrow.sol", lines: 100, statements: 100, uncovered: "" },
      { file: "contracts/libraries/Signed.sol", lines: 94.12, statements: 93.75, uncovered: "44, 50-52" },
    ]);
  });

  it("reads nothing where there is no table", () => {
    expect(coverageOf("480 passing", "contracts/")).to.deep.equal([]);
  });

  it("refuses flags that there are not", async () => {
    const { code, stderr } = await cli("coverage", ["--fast"]);
    expect(stderr).to.match(/unknown option '--fast'/);
    expect(code).to.equal(1);
  });
});
