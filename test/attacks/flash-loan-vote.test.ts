import { expect } from "chai";
import { loadFixture, open, time } from "../contracts/fixtures.ts";
import { ballot, openVote, propose, Support } from "../contracts/governance.ts";

describe("attack: flash-loan vote", () => {
  it("stake of the same second has no vote, on an open proposal or on one's own", async () => {
    const suite = await loadFixture(ballot);
    const { governor, stakeVault, openToken, holder, carol, id } = suite;
    await openVote(suite, id);
    await openToken.connect(holder).transfer(carol, open(900_000_000));
    await openToken.connect(carol).approve(stakeVault, open(900_000_000));
    await stakeVault.connect(carol).stake(open(900_000_000));
    await governor.connect(carol).castVote(id, Support.against);
    await governor.connect(carol).castOverrideVote(id, Support.against, "");
    expect(await governor.proposalVotes(id)).to.deep.equal([0n, 0n, 0n]);
    // nor can it be lent on: what is staked leaves by a ticket alone
    await stakeVault.connect(carol).unstake(open(900_000_000));
    await expect(stakeVault.connect(carol).withdraw(0)).to.be.revertedWithCustomError(stakeVault, "StakeStillThawing");
  });

  it("does not count for the threshold of a proposal either", async () => {
    const suite = await loadFixture(ballot);
    const { governor, stakeVault, carol } = suite;
    const now = BigInt(await time.latest());
    await stakeVault.connect(carol).stake(open(900_000));
    expect(await governor.getVotes(carol, now)).to.equal(0n);
    await stakeVault.connect(carol).unstake(open(900_000));
    await expect(propose({ governor, staker: carol }, carol.address, "0x")).to.be.revertedWithCustomError(
      governor,
      "GovernorInsufficientProposerVotes",
    );
  });
});
