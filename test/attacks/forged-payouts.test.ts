import { expect } from "chai";
import { claim, payoutsOf } from "../contracts/claims.ts";
import {
  active,
  closed,
  ethers,
  impersonate,
  loadFixture,
  open,
  PURSE,
  parameter,
  post,
  postingOf,
  Role,
  time,
  vote,
} from "../contracts/fixtures.ts";

describe("attack: posting over the credited total", () => {
  it("cannot distribute more than the pools that were credited, or name pools that were not", async () => {
    const suite = await loadFixture(closed);
    const { attribution, revenue, poster } = suite;
    const tries = attribution.connect(poster);
    await expect(tries.post(await postingOf(suite, { distributed: open(35) + 1n }), ""))
      .to.be.revertedWithCustomError(attribution, "AttributionOverPool")
      .withArgs(open(35), open(35) + 1n);
    for (const pool of [open(35) + 1n, open(100), open(35) - 1n, 2n ** 128n - 1n]) {
      await expect(tries.post(await postingOf(suite, { pool, distributed: open(30) }), ""))
        .to.be.revertedWithCustomError(revenue, "RevenuePoolMismatch")
        .withArgs(open(35), pool);
    }
  });

  it("a root that promises a thousand times the pool gets the pool, and no other money", async () => {
    const suite = await loadFixture(closed);
    const { attribution, rewards, revenue, openToken, stakeVault, stranger, till, developer, operator } = suite;
    const forged = payoutsOf([
      [stranger.address, open(35)],
      [stranger.address, open(35_000)],
    ]);
    const { entry } = await post(suite, await postingOf(suite, { payoutRoot: forged.root, distributed: open(35) }));
    await time.increase(parameter("window")); // nobody looked
    await attribution.finalize(entry);
    const large = {
      count: 2,
      contributor: 1,
      account: stranger.address,
      cumulative: open(35_000),
      proof: forged.proof(1),
    };
    await expect(claim(rewards, large)).to.be.revertedWithCustomError(openToken, "ERC20InsufficientBalance");
    await claim(rewards, { ...large, contributor: 0, cumulative: open(35), proof: forged.proof(0) });
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE + open(35));
    expect(await openToken.balanceOf(rewards)).to.equal(0n);

    // Everybody else's part of the 100 OPEN is there, to the wei.
    await expect(revenue.withdraw(till, Role.Developer)).to.changeTokenBalance(ethers, openToken, developer, open(20));
    await expect(revenue.withdraw(till, Role.Operator)).to.changeTokenBalance(ethers, openToken, operator, open(25));
    await expect(revenue.withdraw(till, Role.Stakers)).to.changeTokenBalance(ethers, openToken, stakeVault, open(10));
    for (const role of [Role.Validators, Role.Treasury]) await revenue.withdraw(till, role);
    expect(await openToken.balanceOf(revenue)).to.equal(0n);
  });

  it("costs its poster the bond where somebody looks, and blocks the line for no longer than the vote", async () => {
    const suite = await loadFixture(closed);
    const { attribution, rewards, openToken, poster, stranger } = suite;
    await openToken.connect(stranger).approve(attribution, ethers.MaxUint256);
    await attribution.connect(stranger).depositBond(open(5000));
    const forged = payoutsOf([[stranger.address, open(35)]]);
    const wrong = await post(
      suite,
      await postingOf(suite, { payoutRoot: forged.root, distributed: open(35) }),
      stranger,
    );
    const call = attribution.interface.encodeFunctionData("voidPosting", [wrong.entry]);
    await vote(suite, await attribution.getAddress(), call);
    expect(await attribution.freeBond(stranger)).to.equal(0n);
    const right = await post(suite, await postingOf(suite), poster);
    await time.increase(parameter("window"));
    await attribution.finalize(right.entry);
    await expect(
      claim(rewards, { count: 1, contributor: 0, account: stranger.address, cumulative: open(35), proof: [] }),
    ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE - open(5000));
  });
});

describe("attack: duplicate or missing payout leaf", () => {
  /** alice 20, bob 10, carol nothing: 30 OPEN in Rewards. */
  async function payoutOf() {
    const suite = await active();
    const { alice, payouts } = suite;
    const payout = { count: 3, contributor: 0, account: alice.address, cumulative: open(20), proof: payouts.proof(0) };
    return { ...suite, payout };
  }

  it("no leaf is at two positions: not by another id, another count, or another depth", async () => {
    const { rewards, openToken, payouts, payout } = await loadFixture(payoutOf);
    const [sibling, above] = payouts.proof(0) as [string, string];
    for (const changes of [
      { contributor: 1 },
      { contributor: 2 },
      { contributor: 4 }, // the same path, one turn further
      { contributor: 2 ** 31 },
      { count: 2 },
      { count: 4 }, // the tree is as deep, the root is not
      { count: 5, contributor: 4 },
      { count: 2 ** 32 - 1 },
      { proof: [sibling] },
      { proof: [above, sibling] },
      { proof: [sibling, above, ethers.ZeroHash] },
      { cumulative: open(40) },
    ]) {
      await expect(claim(rewards, { ...payout, ...changes })).to.be.revertedWithCustomError(
        rewards,
        "RewardsInvalidProof",
      );
    }
    expect(await openToken.balanceOf(rewards)).to.equal(open(30));
  });

  it("no leaf pays twice, by whatever roots it stands in", async () => {
    const { rewards, attribution, openToken, payouts, payout } = await loadFixture(payoutOf);
    await rewards.connect(await impersonate(attribution)).setRoot(1, payouts.root, await time.latest());
    await claim(rewards, payout);
    for (const slot of [0, 1]) {
      await expect(claim(rewards, { ...payout, slot }))
        .to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim")
        .withArgs(0);
    }
    expect(await openToken.balanceOf(rewards)).to.equal(open(10));
  });

  it("nobody is paid who is not in the list: not by an empty place, nor with nothing in it", async () => {
    const { rewards, openToken, payouts, payout, carol, stranger } = await loadFixture(payoutOf);
    const empty = { ...payout, contributor: 3, account: ethers.ZeroAddress, cumulative: 0n, proof: payouts.proof(2) };
    // The place behind the last has the sibling of the last for a neighbour, and the zero word for a leaf.
    const beside = { ...empty, proof: [payouts.leaf(2), payouts.proof(2)[1]!] };
    for (const wrong of [empty, beside, { ...beside, account: stranger.address, cumulative: open(1) }]) {
      await expect(claim(rewards, wrong)).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
    }
    const nothing = { ...payout, contributor: 2, account: carol.address, cumulative: 0n, proof: payouts.proof(2) };
    await expect(claim(rewards, nothing)).to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim");
    expect(await openToken.balanceOf(rewards)).to.equal(open(30));
  });

  it("who is left out of a later root, or paid less by it, still claims by the one before", async () => {
    const { rewards, attribution, openToken, payout, alice, bob } = await loadFixture(payoutOf);
    const later = payoutsOf([
      [alice.address, open(5)],
      [bob.address, open(10)],
    ]);
    await rewards.connect(await impersonate(attribution)).setRoot(1, later.root, await time.latest());
    await expect(claim(rewards, payout)).to.changeTokenBalance(ethers, openToken, alice, open(20));
    await expect(
      claim(rewards, { ...payout, slot: 1, count: 2, cumulative: open(5), proof: later.proof(0) }),
    ).to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim");
    expect(await rewards.claimedOf(0)).to.equal(open(20));
  });
});
