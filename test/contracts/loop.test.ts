import { expect } from "chai";
import { claimPlace } from "../../protocol/leaves.ts";
import {
  CUMULATIVES,
  closed,
  leafOf,
  loadFixture,
  open,
  parameter,
  payoutList,
  post,
  posted,
  postingOf,
  Role,
  State,
  time,
  totalBalance,
} from "./fixtures.ts";

describe("the loop", () => {
  it("takes income from a voucher to every recipient, and no wei is lost", async () => {
    // Registered, contributed, accepted, proposed, voted, live, paid, swept, logged and closed by the fixture.
    const suite = await loadFixture(closed);
    const { models, revenue, rewards, attribution, stakeVault, openToken, timelock, till, epoch } = suite;
    expect(await models.stateOf(0)).to.equal(State.Live);
    expect(await revenue.poolOf(epoch)).to.equal(open(35));

    const payouts = payoutList(suite, CUMULATIVES);
    const posting = await postingOf(suite, { payoutRoot: payouts.root });
    const { entry } = await post(suite, posting);
    await time.increase(parameter("window"));
    await attribution.finalize(entry);
    expect(await openToken.balanceOf(rewards)).to.equal(open(30));
    const before = [await openToken.balanceOf(suite.alice), await openToken.balanceOf(suite.bob)];
    await rewards.connect(suite.stranger).claim(claimPlace(0, 3, 0), leafOf(suite.alice, open(20)), payouts.proof(0));
    await rewards.connect(suite.stranger).claim(claimPlace(0, 3, 1), leafOf(suite.bob, open(10)), payouts.proof(1));
    expect(await openToken.balanceOf(suite.alice)).to.equal(before[0]! + open(20));
    expect(await openToken.balanceOf(suite.bob)).to.equal(before[1]! + open(10));

    expect(await openToken.balanceOf(rewards)).to.equal(0n);
    for (const role of Object.values(Role)) await revenue.withdraw(till, role);
    await revenue.withdrawTreasury();
    expect(await openToken.balanceOf(revenue)).to.equal(0n);
    expect(await openToken.balanceOf(timelock)).to.equal(open(5) + open(5)); // its part, and what was not attributed

    await time.increase(parameter("stream"));
    await stakeVault.collect(suite.staker);
    await stakeVault.collect(suite.validator);
    expect(await totalBalance(suite)).to.equal(await openToken.totalSupply());
  });

  it("conserves the supply half way through too", async () => {
    const suite = await loadFixture(posted);
    expect(await totalBalance(suite)).to.equal(await suite.openToken.totalSupply());
  });
});
