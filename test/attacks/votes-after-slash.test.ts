import { expect } from "chai";
import { loadFixture, open, time } from "../contracts/fixtures.ts";
import { openVote, propose, Support, voters } from "../contracts/governance.ts";
import { WHOLE } from "../contracts/stake.ts";

describe("attack: votes after slash", () => {
  it("what was slashed votes in no proposal whose vote opens later, by the validator or by override", async () => {
    const suite = await loadFixture(voters);
    const { governor, stakeVault, openToken, validator, alice, stranger } = suite;
    const { id } = await propose(suite, await openToken.getAddress(), "0x");
    await stakeVault.connect(stranger).slash(validator, (WHOLE * 9n) / 10n);
    expect(await stakeVault.getVotes(validator)).to.equal(open(2000));
    await openVote(suite, id);
    await governor.connect(alice).castOverrideVote(id, Support.for, "");
    await governor.connect(validator).castVote(id, Support.for);
    expect(await governor.proposalVotes(id)).to.deep.equal([0n, open(2000), 0n]);
    expect(await stakeVault.getPastTotalSupply(await governor.proposalSnapshot(id))).to.equal(open(102_000));
  });

  it("nobody below the threshold after a slash can propose", async () => {
    const suite = await loadFixture(voters);
    const { governor, stakeVault, validator, stranger } = suite;
    await stakeVault.connect(stranger).slash(validator, (WHOLE * 99n) / 100n);
    await time.increase(1);
    await expect(propose({ governor, staker: validator }, validator.address, "0x")).to.be.revertedWithCustomError(
      governor,
      "GovernorInsufficientProposerVotes",
    );
  });
});
