import { expect } from "chai";
import { parseEther } from "ethers";
import { listModels, modelStatus } from "../../scripts/actions/propose.ts";
import { stakeStatus } from "../../scripts/actions/stake.ts";
import { listProposals } from "../../scripts/actions/vote.ts";
import { type Suite, startSuite, takeLive, termsFor } from "./suite.ts";

describe("from stake to a live version", function () {
  this.timeout(120_000);
  let suite: Suite;
  before(async () => (suite = await startSuite()));
  after(() => suite.close());

  it("goes by the scripts' actions alone, and every step is on chain", async () => {
    const { connection, roles } = suite;
    const terms = termsFor(suite, { baseHash: `0x${"44".repeat(32)}`, adapterHash: `0x${"55".repeat(32)}` });
    const model = await takeLive(suite, terms);
    const status = await modelStatus(connection, model);
    expect(status).to.deep.include({ model, state: "live", developer: roles.developer.address, terms });
    expect(status.evaluator).to.equal(roles.validator.address);
    expect(await listModels(connection)).to.deep.equal([status]);

    const [proposal] = await listProposals(connection);
    expect(proposal).to.deep.include({ number: 0, state: "executed", calls: [`Models.approve(${model})`] });
    expect(proposal!.votes).to.deep.equal({ for: parseEther("40000"), against: 0n, abstain: 0n });
    expect((await stakeStatus(connection, roles.developer.address)).votes).to.equal(parseEther("20000"));
  });
});
