import { expect } from "chai";
import { loadFixture, open } from "./fixtures.ts";
import { ballot, openVote, Support } from "./governance.ts";

describe("OpenGovernor.castOverrideVote", () => {
  it("takes a delegator's stake out of its delegate's vote, whoever came first", async () => {
    const suite = await loadFixture(ballot);
    const { governor, validator, alice, bob, id } = suite;
    await openVote(suite, id);
    await governor.connect(alice).castOverrideVote(id, Support.against, "");
    await governor.connect(validator).castVote(id, Support.for);
    expect(await governor.proposalVotes(id)).to.deep.equal([open(5000), open(15_000), 0n]);
    await expect(governor.connect(bob).castOverrideVote(id, Support.abstain, "no view"))
      .to.emit(governor, "VoteReduced")
      .withArgs(validator, id, Support.for, open(3000));
    expect(await governor.proposalVotes(id)).to.deep.equal([open(5000), open(12_000), open(3000)]);
  });

  it("gives whoever has no delegate its own stake, once", async () => {
    const suite = await loadFixture(ballot);
    const { governor, staker, id } = suite;
    await openVote(suite, id);
    await governor.connect(staker).castVote(id, Support.for);
    await governor.connect(staker).castOverrideVote(id, Support.against, "");
    expect(await governor.proposalVotes(id)).to.deep.equal([open(100_000), 0n, 0n]);
  });

  it("reverts the second time", async () => {
    const suite = await loadFixture(ballot);
    const { governor, alice, id } = suite;
    await openVote(suite, id);
    await governor.connect(alice).castOverrideVote(id, Support.against, "");
    await expect(governor.connect(alice).castOverrideVote(id, Support.for, ""))
      .to.be.revertedWithCustomError(governor, "GovernorAlreadyOverriddenVote")
      .withArgs(alice);
  });
});
