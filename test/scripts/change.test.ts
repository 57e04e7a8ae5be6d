import { expect } from "chai";
import { parseEther } from "ethers";
import { CHANGES } from "../../scripts/actions/change.ts";
import { stake } from "../../scripts/actions/stake.ts";
import { mined } from "../../scripts/lib/send.ts";
import { cli } from "./cli.ts";
import { type Suite, startSuite } from "./suite.ts";

describe("propose change", function () {
  this.timeout(180_000);
  let suite: Suite;
  before(async () => {
    suite = await startSuite();
    const { token, governor } = suite.connection.contracts;
    await mined(token.connect(suite.roles.holder).transfer(await governor.timelock(), parseEther("20")));
  });
  after(() => suite.close());
  const run = (script: string, ...args: string[]) => cli(script, args, { TRIBUTARY_DEPLOYMENT: suite.deploymentFile });
  const change = (...args: string[]) => run("propose", "change", ...args);
  const as = (role: keyof Suite["roles"]) => ["--account", suite.roles[role].address];

  it("lists what can be changed", async () => {
    const { stdout, code } = await change();
    expect(code).to.equal(0);
    for (const { name } of CHANGES) expect(stdout).to.contain(name);
    expect(stdout).to.match(/^voting-period SECONDS +how long a vote is open$/m);
  });

  it("gives ready-made calldata, and proposes nothing", async () => {
    const { governor } = suite.connection.contracts;
    const asked = await change("quorum", "20", "--calldata", "--json");
    expect(asked.json()).to.deep.equal({
      target: await governor.getAddress(),
      calldata: governor.interface.encodeFunctionData("updateQuorumNumerator", [20]),
      description: "A proposal needs 20 % of all votes",
    });
    expect((await run("vote", "list")).stdout).to.match(/No proposal has been made yet/);
  });

  it("has calldata for every change that can be made now", async () => {
    const { address } = suite.roles.stranger;
    const values: Record<string, string[]> = {
      "voting-delay": ["30"],
      "voting-period": ["500"],
      "vote-extension": ["200"],
      "proposal-threshold": ["500"],
      quorum: ["15"],
      "appoint-slasher": [address],
      "dismiss-slasher": [address],
      pay: [address, "12.5"],
    };
    for (const [name, given] of Object.entries(values)) {
      const { code, stdout, stderr } = await change(name, ...given, "--calldata");
      expect(code, `${name}: ${stderr}`).to.equal(0);
      expect(stdout, name).to.match(/calldata {2}0x[0-9a-f]{8}/);
    }
    for (const name of ["pause-postings", "dismiss-guardian"]) {
      expect((await change(name, "--calldata")).stdout, name).to.match(/calldata {2}0x[0-9a-f]{8}\n$/);
    }
  });

  it("takes a change through its vote, and it holds", async () => {
    const { connection, roles, wait } = suite;
    expect((await change("voting-period", "500", ...as("developer"))).stderr).to.match(
      /Proposing takes 1000 OPEN of votes; 0x\w+ has 0 OPEN: stake first/,
    );
    await stake(connection, roles.developer, parseEther("20000"));
    await wait(10);
    const proposed = await change("voting-period", "500", "--title", "more time", ...as("developer"));
    expect(proposed.stdout).to.match(/The vote is proposal \d+/);
    expect((await run("vote", "list")).stdout).to.match(/^0 {2}pending +Votes are open for 500 seconds: more time$/m);
    await wait(61);
    await run("vote", "cast", "0", "for", ...as("developer"));
    expect((await run("vote", "show", "0")).stdout).to.match(/OpenGovernor\.setVotingPeriod\(500\)/);
    await wait(601);
    await run("vote", "queue", "0", ...as("developer"));
    await wait(3601);
    expect((await run("vote", "execute", "0", ...as("developer"))).code).to.equal(0);
    expect(await connection.contracts.governor.votingPeriod()).to.equal(500n);
  });

  it("refuses what the contract would refuse, by the contract's own error", async () => {
    for (const [name, ...values] of [
      ["voting-period", "4000000000"],
      ["quorum", "99"],
      ["suspend", "7"],
      ["pay", suite.roles.stranger.address, "21"],
    ] as const) {
      const { code, stderr } = await change(name, ...values, "--calldata");
      expect(code, name).to.equal(1);
      expect(stderr, name).to.match(/^Error: \S/);
      expect(stderr, name).to.not.match(/missing revert data|CALL_EXCEPTION/);
    }
    expect((await change("quorum", "99", "--calldata")).stderr).to.match(
      /The value is out of its bounds\. ParameterOutOfBounds\(name: QUORUM, value: 99, lower: \d+, upper: \d+\)/,
    );
  });

  it("refuses names, values and postings that are none", async () => {
    expect((await change("colour", "red")).stderr).to.match(/There is no change "colour": voting-delay, /);
    expect((await change("quorum")).stderr).to.match(/quorum takes PERCENT, not 0 values/);
    expect((await change("pay", "bob", "1")).stderr).to.match(/"bob" is not an address/);
    expect((await change("pay", suite.roles.payer.address, "-1")).stderr).to.match(/error|not an amount/);
    expect((await change("voting-delay", "soon")).stderr).to.match(/number of seconds/);
    expect((await change("void-posting", "0x12")).stderr).to.match(/"0x12" is not the id of a posting/);
    expect((await change("void-posting", `0x${"ab".repeat(32)}`)).stderr).to.match(/There is no posting 0xabab/);
  });
});
