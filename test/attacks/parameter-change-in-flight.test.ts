import { expect } from "chai";
import { contribute, scoreAll } from "../contracts/contributions.ts";
import { BATCH, pending } from "../contracts/datanet.ts";
import {
  hash,
  live,
  loadFixture,
  open,
  parameter,
  proposed,
  State,
  Status,
  terms,
  time,
  vote,
} from "../contracts/fixtures.ts";

describe("attack: parameter change in flight", () => {
  it("a new voting period does not shorten a vote that was proposed before", async () => {
    const suite = await loadFixture(proposed);
    const { governor, models, staker } = suite;
    const data = models.interface.encodeFunctionData("approve(uint256)", [0]);
    // the change is voted first; the attacked proposal is made while that is on its way
    const change = governor.interface.encodeFunctionData("setVotingPeriod", [300]);
    const call: [string[], bigint[], string[]] = [[await models.getAddress()], [0n], [data]];
    await governor.connect(staker).propose(...call, "attacked");
    const id = await governor.getProposalId(...call, hash("attacked"));
    const deadline = await governor.proposalDeadline(id);
    await vote(suite, await governor.getAddress(), change);
    expect(await governor.votingPeriod()).to.equal(300n);
    expect(await governor.proposalDeadline(id)).to.equal(deadline);
  });

  it("stake that comes or goes does not move a quorum of objections", async () => {
    const suite = await loadFixture(live);
    const { models, stakeVault, developer, staker, validator, alice } = suite;
    await models.connect(developer).propose({ ...(await terms(suite)), parentAfter: 1 }, open(2000), "");
    const { quorum } = await models.objectionsOf(1);
    await stakeVault.connect(alice).stake(open(900_000));
    await stakeVault.connect(validator).unstake(open(20_000));
    await stakeVault.connect(staker).unstake(open(100_000));
    expect((await models.objectionsOf(1)).quorum).to.equal(quorum);
    await expect(models.connect(validator).object(1, "")).to.emit(models, "VoteRequired"); // as of the proposal
  });

  it("a bond that has risen asks nothing more of what is proposed", async () => {
    const suite = await loadFixture(proposed);
    const { models, openToken, developer, stranger } = suite;
    for (let i = 0; i < 3; i++) {
      await models.connect(stranger).propose(await terms(suite), open(3000), "");
    }
    const before = await openToken.balanceOf(developer);
    await models.connect(developer).retire(0);
    expect(await openToken.balanceOf(developer)).to.equal(before + open(1000));
  });

  it("no contract has a setter for what governs a contribution or a version", async () => {
    const { datanets, models } = await loadFixture(live);
    for (const contract of [datanets, models]) {
      const writes = contract.interface.fragments
        .filter((fragment) => fragment.type === "function" && !("constant" in fragment && fragment.constant))
        .map((fragment) => (fragment as unknown as { name: string }).name);
      expect(
        writes.filter((name) => /^set(?!ApprovalForAll)|^update|^transferOwnership|^upgrade/.test(name)),
      ).to.deep.equal([]);
    }
  });

  it("a round weighs by the stake from before it, whatever moves during it", async () => {
    const suite = await loadFixture(pending);
    const { datanets, stakeVault, bob, member, staker, validator } = suite;
    await stakeVault.connect(member).stake(open(1000));
    await contribute(suite, bob, { ...BATCH, root: hash("more") });
    await stakeVault.connect(member).unstake(open(1000));
    await stakeVault.connect(staker).stake(open(900_000));
    await scoreAll(suite, 1, [
      [member, 90],
      [staker, 0],
      [validator, 0],
    ]);
    expect((await datanets.contributionOf(1)).status).to.equal(Status.Accepted);
  });

  it("a version that is followed keeps the short track only while it is live", async () => {
    const suite = await loadFixture(live);
    const { models, developer } = suite;
    await models.connect(developer).propose({ ...(await terms(suite)), parentAfter: 1 }, open(2000), "");
    await models.connect(developer).retire(0);
    await time.increase(parameter("objectionWindow"));
    await expect(models.approveUnopposed(1)).to.be.revertedWithCustomError(models, "ModelNeedsVote");
    expect(await models.stateOf(1)).to.equal(State.Proposed);
  });
});
