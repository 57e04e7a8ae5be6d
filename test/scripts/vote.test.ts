import { expect } from "chai";
import { parseEther } from "ethers";
import { proposeModel } from "../../scripts/actions/propose.ts";
import { delegate, setCommission, stake } from "../../scripts/actions/stake.ts";
import { cli } from "./cli.ts";
import { type Suite, startSuite, termsFor } from "./suite.ts";

describe("vote", function () {
  this.timeout(120_000);
  let suite: Suite;
  before(async () => (suite = await startSuite()));
  after(() => suite.close());
  const vote = (...args: string[]) => cli("vote", args, { TRIBUTARY_DEPLOYMENT: suite.deploymentFile });
  const as = (role: keyof Suite["roles"]) => ["--account", suite.roles[role].address];

  it("has nothing to list at first", async () => {
    expect((await vote("list")).stdout).to.match(/No proposal has been made yet/);
    expect((await vote("show", "0")).stderr).to.match(/There is no proposal 0: 0 have been made/);
  });

  it("lists, shows, casts, queues and executes, each only in its time", async () => {
    const { connection, roles, wait } = suite;
    await stake(connection, roles.developer, parseEther("20000"));
    await setCommission(connection, roles.developer, 0);
    await delegate(connection, roles.payer, roles.developer.address);
    await stake(connection, roles.payer, parseEther("5000"));
    await wait(10);
    const terms = termsFor(suite, { baseHash: `0x${"44".repeat(32)}`, adapterHash: `0x${"55".repeat(32)}` });
    const { proposal } = await proposeModel(connection, roles.developer, { terms, uri: "", title: "bees" });
    expect((await vote("list")).stdout).to.equal("0  pending    Take model 0 live: bees\n");
    expect((await vote("cast", "0", "for", ...as("developer"))).stderr).to.match(/opens in \d+ s/);
    await wait(61);
    const shown = await vote("show", String(proposal));
    expect(shown.stdout)
      .to.match(/state +active/)
      .and.match(/calls +Models\.approve\(0\)/)
      .and.match(/quorum +0 OPEN of 2500 OPEN so far/)
      .and.match(/next +2500 OPEN more, for or abstaining, make the quorum\. The vote closes in \d+ s/);
    expect((await vote("queue", "0")).stderr).to.match(/is active; to be queued it must be succeeded/);
    expect((await vote("cast", "0", "for", ...as("stranger"))).stderr).to.match(/had no stake when the vote opened/);
    const cast = await vote("cast", "0", "for", "--json", ...as("developer"));
    expect(cast.json()).to.include({ choice: "for", weight: parseEther("25000").toString() });
    expect((await vote("override", "0", "against", ...as("stranger"))).stderr).to.match(/had no stake/);
    const override = await vote("override", "0", "against", ...as("payer"));
    expect(override.stdout).to.contain(`voted against with 5000 OPEN, in place of ${roles.developer.address}`);
    expect((await vote("override", "0", "for", ...as("payer"))).stderr).to.match(/has overridden its delegate already/);
    expect((await vote("show", "0")).stdout).to.match(/The quorum is reached: it would pass/);
    expect((await vote("cast", "0", "against", ...as("developer"))).stderr).to.match(/has voted already/);
    await wait(601);
    expect((await vote("cast", "0", "for", ...as("developer"))).stderr).to.match(/is over: it is succeeded/);
    expect((await vote("show", "0")).stdout).to.match(/next +Anyone may queue it: `vote queue 0`/);
    expect((await vote("execute", "0")).stderr).to.match(/is succeeded; to be executed it must be queued/);
    expect((await vote("queue", "0", "--json")).json()).to.include({ state: "queued" });
    expect((await vote("execute", "0")).stderr).to.match(/can be executed in \d+ s/);
    await wait(301);
    expect((await vote("execute", "0", "--json")).json()).to.include({ state: "executed" });
    const { proposals } = (await vote("list", "--json")).json<{ proposals: { state: string; votes: object }[] }>();
    expect(proposals[0]).to.deep.include({
      state: "executed",
      votes: { for: parseEther("20000").toString(), against: parseEther("5000").toString(), abstain: "0" },
    });
  });

  it("refuses what is no proposal and no vote", async () => {
    expect((await vote("show", "bees")).stderr).to.match(/"bees" is not a proposal's number or id/);
    expect((await vote("cast", "0", "maybe", ...as("developer"))).stderr).to.match(/"maybe" is not a vote/);
    expect((await vote("cast", "0")).stderr).to.match(/missing required argument/);
  });
});
