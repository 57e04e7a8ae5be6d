import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type Row, rowsRoot } from "../../protocol/rows.ts";
import { cli } from "./cli.ts";
import { type Suite, startSuite } from "./suite.ts";

const ROWS: Row[] = [
  { question: "Who lays?", answer: "The queen." },
  { question: "What is warm?", answer: "Wax." },
];

// The suite's Datanet 0 has the validator as its committee.
describe("contribute", function () {
  this.timeout(120_000);
  let suite: Suite;
  let file: string;
  before(async () => {
    suite = await startSuite();
    file = join(suite.folder, "bees.jsonl");
    writeFileSync(file, ROWS.map((row) => `${JSON.stringify(row)}\n`).join(""));
  });
  after(() => suite.close());
  const contribute = (...args: string[]) => cli("contribute", args, { TRIBUTARY_DEPLOYMENT: suite.deploymentFile });
  const as = (role: keyof Suite["roles"]) => ["--account", suite.roles[role].address];
  const commit = (...args: string[]) => contribute("commit", file, "--datanet", "0", ...as("contributor"), ...args);

  it("has nothing to show at first", async () => {
    expect((await contribute("status")).stdout).to.match(/Nothing has been contributed yet/);
    expect((await contribute("status", "0")).stderr).to.match(/There is no contribution 0: 0 have been committed/);
  });

  it("takes rows from a commitment to an accepted contribution, and back", async () => {
    const { wait } = suite;
    const committed = await commit("--bond", "5", "--json");
    expect(committed.json()).to.include({ contribution: 0, rows: 2, root: rowsRoot(ROWS), bond: `${5n * 10n ** 18n}` });
    expect((await contribute("status", "0")).stdout)
      .to.match(/committed/)
      .and.match(/not revealed/);
    expect((await contribute("score", "0", "80", ...as("validator"))).stderr).to.match(/no round of scores is open/);
    expect((await contribute("reveal", "0", ...as("stranger"))).stderr).to.match(/DatanetWrongCommitment/);
    expect((await contribute("reveal", "0", ...as("contributor"))).stdout).to.match(/is revealed; its committee/);
    expect((await contribute("reveal", "0", ...as("contributor"))).stderr).to.match(/is pending/);
    expect((await contribute("status", "0")).stdout)
      .to.match(/rows +2, bees\.jsonl/)
      .and.match(/round +1: 0 of 1 committed/);

    expect((await contribute("score", "0", "80", ...as("stranger"))).stderr).to.match(/Only a member of the Datanet/);
    expect((await contribute("score", "0", "80", ...as("validator"))).stdout).to.match(/The score is sealed/);
    expect((await contribute("score", "0", "70", ...as("validator"))).stderr).to.match(/sealed a score in this round/);
    expect((await contribute("decide", "0")).stderr).to.match(/The round ends in \d+ s/);
    const revealed = await contribute("reveal-score", "0", "--json", ...as("validator"));
    expect(revealed.json()).to.include({ score: 80, state: "accepted" });

    expect((await contribute("challenge", "0", ...as("developer"))).stdout).to.match(/challenged: it is accepted/);
    expect((await contribute("score", "0", "60", ...as("validator"))).code).to.equal(0);
    expect((await contribute("reveal-score", "0", ...as("validator"))).stdout).to.match(/Scored 60\..*is accepted/);
    expect((await contribute("return-bond", "0")).stderr).to.match(/is accepted: its bond of 5 OPEN is not due/);
    await wait(601);
    expect((await contribute("challenge", "0", ...as("developer"))).stderr).to.match(/is final/);

    expect((await contribute("withdraw", "0", ...as("stranger"))).stderr).to.match(/Only the contributor/);
    expect((await contribute("withdraw", "0", ...as("contributor"))).stdout).to.match(/it is withdrawn/);
    expect((await contribute("return-bond", "0")).stderr).to.match(/can be returned in \d+ s/);
    await wait(601);
    expect((await contribute("return-bond", "0")).stdout).to.match(/got back 5 OPEN/);
    expect((await contribute("status")).stdout).to.match(/^0 {2}withdrawn +2 rows by 0x/);
  });

  it("says so where what was committed is not kept here", async () => {
    expect((await commit("--json")).json()).to.include({ contribution: 1 });
    rmSync(join(suite.folder, "secrets"), { recursive: true });
    expect((await contribute("reveal", "1", ...as("contributor"))).stderr).to.match(/is not kept here/);
  });

  it("refuses what is no rows, Datanet, bond or score, before anything is kept or sent", async () => {
    rmSync(join(suite.folder, "secrets"), { recursive: true, force: true });
    const bad = join(suite.folder, "bad.jsonl");
    writeFileSync(bad, "{}\n");
    const empty = join(suite.folder, "empty.jsonl");
    writeFileSync(empty, "\n");
    const to = ["--datanet", "0", ...as("contributor")];
    expect((await contribute("commit", bad, ...to)).stderr).to.match(/bad\.jsonl:1: neither "question"/);
    expect((await contribute("commit", empty, ...to)).stderr).to.match(/holds no rows/);
    expect((await contribute("commit", "/nowhere", ...to)).stderr).to.match(/\/nowhere cannot be read/);
    expect((await commit("--bond", "much")).stderr).to.match(/"much" is not an amount/);
    expect((await contribute("score", "0", "101", ...as("validator"))).stderr).to.match(/not a valid score/);
    expect((await contribute("commit", file, ...as("contributor"))).stderr).to.match(/required option '--datanet/);
    expect(existsSync(join(suite.folder, "secrets"))).to.equal(false);
    expect((await contribute("commit", file, "--datanet", "7", ...as("contributor"))).stderr).to.match(
      /There is no Datanet 7: 1 have been created/,
    );
    expect(await suite.connection.contracts.datanets.contributionCount()).to.equal(2n);
  });
});
