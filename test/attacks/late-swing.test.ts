import { expect } from "chai";
import { loadFixture, open, time } from "../contracts/fixtures.ts";
import { closeVote, openVote, Phase, propose, Support, voters } from "../contracts/governance.ts";

/** carol, the attacker, has 30,000 and a proposal: less than the staker, who would vote against it given time. */
async function swing() {
  const suite = await voters();
  const { openToken, stakeVault, carol, staker } = suite;
  await stakeVault.connect(carol).stake(open(30_000));
  await time.increase(1);
  const data = openToken.interface.encodeFunctionData("transfer", [carol.address, 0n]);
  return { ...suite, ...(await propose({ ...suite, staker: carol }, await openToken.getAddress(), data)), staker };
}

describe("attack: late swing", () => {
  it("a vote that reaches the quorum in the last second leaves the others time to answer", async () => {
    const suite = await loadFixture(swing);
    const { governor, staker, carol, id } = suite;
    await openVote(suite, id);
    const deadline = await governor.proposalDeadline(id);
    await time.setNextBlockTimestamp(deadline);
    await governor.connect(carol).castVote(id, Support.for);
    expect(await governor.proposalDeadline(id)).to.be.greaterThan(deadline);
    await time.increase(100);
    await governor.connect(staker).castVote(id, Support.against);
    await closeVote(suite, id);
    expect(await governor.state(id)).to.equal(Phase.defeated);
  });

  it("happens once: the quorum cannot be lost and reached again to stretch a vote", async () => {
    const suite = await loadFixture(swing);
    const { governor, staker, validator, carol, id } = suite;
    await openVote(suite, id);
    await time.setNextBlockTimestamp((await governor.proposalDeadline(id)) - 1n);
    await governor.connect(carol).castVote(id, Support.for);
    const deadline = await governor.proposalDeadline(id);
    await governor.connect(carol).castOverrideVote(id, Support.against, "");
    await time.setNextBlockTimestamp(deadline - 1n);
    await governor.connect(validator).castVote(id, Support.for);
    await governor.connect(staker).castVote(id, Support.for);
    expect(await governor.proposalDeadline(id)).to.equal(deadline);
  });
});
