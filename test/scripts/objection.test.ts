import { expect } from "chai";
import { parseEther } from "ethers";
import { proposeModel, type Terms } from "../../scripts/actions/propose.ts";
import { cli } from "./cli.ts";
import { type Suite, startSuite, takeLive, termsFor } from "./suite.ts";

describe("propose, the next version of a live one", function () {
  this.timeout(180_000);
  let suite: Suite;
  let next: Terms;
  before(async () => {
    suite = await startSuite();
    const terms = termsFor(suite, { baseHash: `0x${"44".repeat(32)}`, adapterHash: `0x${"55".repeat(32)}` });
    expect(await takeLive(suite, terms)).to.equal(0);
    next = { ...terms, adapterHash: `0x${"66".repeat(32)}`, parentAfter: 1 };
  });
  after(() => suite.close());
  const propose = (...args: string[]) => cli("propose", args, { TRIBUTARY_DEPLOYMENT: suite.deploymentFile });
  const as = (role: keyof Suite["roles"]) => ["--account", suite.roles[role].address];
  const proposeNext = (changes: Partial<Terms> = {}) =>
    proposeModel(suite.connection, suite.roles.developer, { terms: { ...next, ...changes }, uri: "", title: "bees 2" });

  it("is approved without a vote once nobody has objected in time", async () => {
    expect(await proposeNext()).to.include({ model: 1n, proposal: null });
    expect((await propose("status", "1")).stdout)
      .to.match(/follows +model 0/)
      .and.match(/approval +at chain time \d+ unless 2000 OPEN object; 0 OPEN have/);
    expect((await propose("approve", "1")).stderr).to.match(/Objections to model 1 are taken for another \d+ s/);
    expect((await propose("vote", "1", ...as("developer"))).stderr).to.match(/needs no vote unless stake objects/);
    expect((await propose("object", "1", ...as("stranger"))).stderr).to.match(/had no votes before the version/);
    await suite.wait(601);
    expect((await propose("approve", "1")).stdout).to.match(/Model 1 is approved/);
    expect((await propose("approve", "1")).stderr).to.match(/is approved; for this it must be proposed/);
  });

  it("goes to the full vote when stake objects", async () => {
    expect(await proposeNext()).to.include({ model: 2n, proposal: null });
    const objected = await propose("object", "2", "--reason", "it forgets winter", "--json", ...as("validator"));
    expect(objected.json()).to.include({ votes: parseEther("20000").toString(), voteRequired: true });
    expect((await propose("approve", "2")).stderr).to.match(/Model 2 needs the full vote/);
    expect((await propose("object", "2", ...as("validator"))).stderr).to.match(/is at a full vote: vote against it/);
    expect((await propose("status", "2")).stdout).to.match(/approval +by a full vote/);
    expect((await propose("vote", "2", ...as("developer"))).stdout).to.match(/The vote on model 2 is proposal \d+/);
  });

  it("needs the vote from the beginning at a raised price", async () => {
    const { model, proposal } = await proposeNext({ priceIn: next.priceIn + 1n });
    expect(model).to.equal(3n);
    expect(proposal).to.be.a("bigint");
  });
});
