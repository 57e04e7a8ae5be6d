import { expect } from "chai";
import { loadFixture, open, time } from "../contracts/fixtures.ts";
import { ballot, openVote, propose, Support, voters } from "../contracts/governance.ts";
import { WHOLE } from "../contracts/stake.ts";

const sum = (votes: bigint[]) => votes.reduce((total, each) => total + each, 0n);

describe("attack: override abuse", () => {
  it("moving between pools during a vote counts no stake twice", async () => {
    const suite = await loadFixture(ballot);
    const { governor, stakeVault, staker, validator, alice, bob, id } = suite;
    await openVote(suite, id);
    await stakeVault.connect(alice).delegate(alice);
    await governor.connect(alice).castOverrideVote(id, Support.against, "");
    await governor.connect(alice).castVote(id, Support.against);
    await stakeVault.connect(staker).delegate(validator);
    await governor.connect(staker).castVote(id, Support.for);
    await governor.connect(staker).castOverrideVote(id, Support.abstain, "");
    await governor.connect(validator).castVote(id, Support.for);
    await governor.connect(bob).castOverrideVote(id, Support.for, "");
    await governor.connect(validator).castOverrideVote(id, Support.for, "");
    const votes = [...(await governor.proposalVotes(id))];
    expect(votes).to.deep.equal([open(5000), open(15_000), open(100_000)]);
    expect(sum(votes)).to.equal(await stakeVault.getPastTotalSupply(await governor.proposalSnapshot(id)));
  });

  it("cannot take more from a delegate than it has, after slashes that leave fractions of a wei", async () => {
    const suite = await loadFixture(voters);
    const { governor, stakeVault, openToken, validator, alice, bob, carol, stranger } = suite;
    await stakeVault.connect(stranger).slash(validator, WHOLE / 3n);
    await stakeVault.connect(carol).delegate(validator);
    await stakeVault.connect(carol).stake(open(1) + 1n);
    await stakeVault.connect(stranger).slash(validator, WHOLE / 7n);
    await stakeVault.connect(bob).unstake(open(1) + 1n);
    await time.increase(1);
    const { id } = await propose(suite, await openToken.getAddress(), "0x");
    await openVote(suite, id);
    await governor.connect(validator).castVote(id, Support.for);
    for (const account of [alice, bob, carol, validator]) {
      await governor.connect(account).castOverrideVote(id, Support.against, "");
    }
    const [against, left] = await governor.proposalVotes(id);
    expect(left).to.be.within(0n, 4n); // a fraction of a wei of each
    expect(against + left).to.equal(await stakeVault.getPastVotes(validator, await governor.proposalSnapshot(id)));
  });

  it("overrides first do not keep the delegate from voting with the rest", async () => {
    const suite = await loadFixture(ballot);
    const { governor, validator, alice, bob, id } = suite;
    await openVote(suite, id);
    for (const account of [alice, bob, validator]) {
      await governor.connect(account).castOverrideVote(id, Support.against, "");
    }
    await governor.connect(validator).castVote(id, Support.for);
    expect(await governor.proposalVotes(id)).to.deep.equal([open(20_000), 0n, 0n]);
  });
});
