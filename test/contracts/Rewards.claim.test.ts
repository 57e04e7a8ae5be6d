import { expect } from "chai";
import { DOMAIN } from "../../protocol/domains.ts";
import { claimPlace } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import {
  active,
  CUMULATIVES,
  closed,
  ethers,
  impersonate,
  leafOf,
  loadFixture,
  open,
  PURSE,
  parameter,
  post,
  posted,
  postingOf,
  time,
  ZERO,
} from "./fixtures.ts";

const MAX_UINT40 = 2n ** 40n - 1n;

describe("Rewards.claim", () => {
  it("pays the account of the leaf, whoever calls", async () => {
    const { rewards, openToken, alice, stranger, payouts } = await loadFixture(active);
    const before = await openToken.balanceOf(alice);
    await expect(rewards.connect(stranger).claim(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0)))
      .to.emit(openToken, "Transfer")
      .withArgs(rewards, alice, open(20))
      .and.not.to.emit(rewards, "Redirected");
    expect(await openToken.balanceOf(alice)).to.equal(before + open(20));
    expect(await rewards.claimedOf(0)).to.equal(open(20));
    expect(await rewards.claimedOf(1)).to.equal(0n);
  });

  it("hashes the list as the format says", async () => {
    const { rewards, alice, bob, carol } = await loadFixture(active);
    const word = (account: { address: string }, cumulative: bigint) =>
      ethers.toBeHex((BigInt(account.address) << 96n) | cumulative, 32);
    const node = (left: string, right: string) => ethers.keccak256(ethers.concat([left, right]));
    const leaves = [word(alice, CUMULATIVES[0]!), word(bob, CUMULATIVES[1]!), word(carol, CUMULATIVES[2]!)] as const;
    const top = node(node(leaves[0], leaves[1]), node(leaves[2], ZERO));
    const root = ethers.keccak256(
      ethers.AbiCoder.defaultAbiCoder().encode(
        ["bytes32", "uint256", "uint256", "bytes32"],
        [ethers.id("tributary.payouts.v1"), 3, 2, top],
      ),
    );
    expect((await rewards.rootAt(0)).root).to.equal(ethers.dataSlice(root, 0, 27));
    await rewards.claim(claimPlace(0, 3, 1), leafOf(bob, open(10)), [leaves[0], node(leaves[2], ZERO)]);
  });

  it("pays the difference to a later cumulative, and an older root stays valid", async () => {
    const { rewards, attribution, openToken, alice, bob, stranger, payouts } = await loadFixture(active);
    await openToken.connect(stranger).transfer(rewards, open(5)); // as the pool of the later posting
    const later = new List(DOMAIN.payouts, [leafOf(alice.address, open(22)), leafOf(bob.address, open(13))]);
    await rewards.connect(await impersonate(attribution)).setRoot(1, later.root, await time.latest());
    const before = await openToken.balanceOf(bob);
    await rewards.claim(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0));
    await rewards.claim(claimPlace(1, 2, 0), leafOf(alice, open(22)), later.proof(0));
    await rewards.claim(claimPlace(1, 2, 1), leafOf(bob, open(13)), later.proof(1));
    expect(await openToken.balanceOf(bob)).to.equal(before + open(13));
    expect(await rewards.claimedOf(0)).to.equal(open(22));
    expect(await rewards.claimedOf(1)).to.equal(open(13));
    await expect(rewards.claim(claimPlace(0, 3, 1), leafOf(bob, open(10)), payouts.proof(1)))
      .to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim")
      .withArgs(1);
  });

  it("reverts the second time, and for a payout of nothing", async () => {
    const { rewards, alice, carol, payouts } = await loadFixture(active);
    await rewards.claim(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0));
    await expect(rewards.claim(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0)))
      .to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim")
      .withArgs(0);
    await expect(rewards.claim(claimPlace(0, 3, 2), leafOf(carol, 0n), payouts.proof(2)))
      .to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim")
      .withArgs(2);
  });

  it("reverts before the root is final, and before its time", async () => {
    const { rewards, attribution, alice, payouts } = await loadFixture(posted);
    const claim = () => rewards.claim(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0));
    await time.increase(parameter("window"));
    await expect(claim()).to.be.revertedWithCustomError(rewards, "RewardsNotActive").withArgs(0, MAX_UINT40);
    const activatesAt = BigInt(await time.latest()) + 10n;
    await rewards.connect(await impersonate(attribution)).setRoot(0, payouts.root, activatesAt);
    await time.setNextBlockTimestamp(activatesAt - 1n);
    await expect(claim()).to.be.revertedWithCustomError(rewards, "RewardsNotActive").withArgs(0, activatesAt);
  });

  it("reverts at an empty slot", async () => {
    const { rewards, alice, payouts } = await loadFixture(active);
    expect(await rewards.rootAt(1)).to.deep.equal([`0x${"00".repeat(27)}`, MAX_UINT40]);
    await expect(rewards.claim(claimPlace(1, 3, 0), leafOf(alice, open(20)), payouts.proof(0)))
      .to.be.revertedWithCustomError(rewards, "RewardsNotActive")
      .withArgs(1, MAX_UINT40);
  });

  it("reverts when anything but the leaf, its position and its proof is given", async () => {
    const { rewards, alice, stranger, payouts } = await loadFixture(active);
    const [sibling, upper] = payouts.proof(0) as [string, string];
    const amount = open(20);
    for (const [count, contributor, account, cumulative, proof] of [
      [3, 0, alice, amount + 1n, [sibling, upper]], // more
      [3, 0, stranger, amount, [sibling, upper]], // to somebody else
      [3, 1, alice, amount, [sibling, upper]], // under another id
      [4, 0, alice, amount, [sibling, upper]], // of a longer list
      [2, 0, alice, amount, [sibling, upper]], // deeper than the list
      [3, 0, alice, amount, [upper, sibling]],
      [3, 0, alice, amount, [sibling]],
      [3, 0, alice, amount, [sibling, upper, ZERO]],
      [0, 0, alice, amount, []],
      [3, 3, alice, amount, [sibling, upper]], // past the end
      [3, 2 ** 32 - 4, alice, amount, [sibling, upper]], // the same low bits
    ] as const) {
      await expect(
        rewards.claim(claimPlace(0, count, contributor), leafOf(account, cumulative), [...proof]),
      ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
    }
  });

  it("reverts when an inner node is passed off as a leaf", async () => {
    const { rewards, payouts, alice, bob } = await loadFixture(active);
    const node = ethers.keccak256(ethers.concat([leafOf(alice.address, open(20)), leafOf(bob.address, open(10))]));
    const account = ethers.getAddress(ethers.dataSlice(node, 0, 20));
    await expect(
      rewards.claim(claimPlace(0, 2, 0), leafOf(account, BigInt(ethers.dataSlice(node, 20))), [payouts.proof(0)[1]!]),
    ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
  });

  it("reverts for a proof of the wrong shape even where the posted root is zero", async () => {
    const suite = await loadFixture(closed);
    const { rewards, attribution, stranger } = suite;
    const { entry } = await post(suite, await postingOf(suite, { payoutRoot: ZERO }));
    await time.increase(parameter("window"));
    await attribution.finalize(entry);
    await expect(
      rewards.connect(stranger).claim(claimPlace(0, 0, 0), leafOf(stranger, open(30)), []),
    ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
  });

  it("takes the proof of a list of any depth", async () => {
    const { rewards, attribution, openToken, holder } = await loadFixture(active);
    await openToken.connect(holder).transfer(rewards, open(100));
    const setter = rewards.connect(await impersonate(attribution));
    for (let depth = 1; depth <= 18; depth++) {
      const count = 2 ** (depth - 1) + 1;
      const leaves = new Uint8Array(32 * count).map((_, i) => Math.imul(i, 0x9e3779b1) >>> 24);
      const claims = [0, (Math.imul(depth, 0x2545f491) >>> 0) % count, count - 1].map((position, i) => {
        const account = ethers.getAddress(ethers.toBeHex(0xacc0_0000 + 3 * depth + i, 20));
        return { position, leaf: leafOf(account, open(depth)) };
      });
      for (const { position, leaf } of claims) leaves.set(ethers.getBytes(leaf), 32 * position);
      const list = new List(DOMAIN.payouts, leaves);
      await setter.setRoot(depth, list.root, await time.latest());
      for (const { position } of claims) {
        const [place, leaf] = [claimPlace(depth, count, position), list.leaf(position)];
        const [first, ...others] = list.proof(position) as [string, ...string[]];
        for (const wrong of [others, [...others, first], [first, ...others, ZERO]]) {
          if (depth === 1 && wrong.length === 1) continue; // the proof itself
          await expect(rewards.claim.staticCall(place, leaf, wrong)).to.be.revertedWithCustomError(
            rewards,
            "RewardsInvalidProof",
          );
        }
        await rewards.claim.staticCall(place, leaf, [first, ...others]);
      }
    }
  });

  it("pays the only leaf of a list without a proof", async () => {
    const suite = await loadFixture(closed);
    const { rewards, attribution, alice } = suite;
    const single = new List(DOMAIN.payouts, [leafOf(alice.address, open(30))]);
    const { entry } = await post(suite, await postingOf(suite, { payoutRoot: single.root }));
    await time.increase(parameter("window"));
    await attribution.finalize(entry);
    await rewards.claim(claimPlace(0, 1, 0), leafOf(alice, open(30)), []);
    expect(await rewards.claimedOf(0)).to.equal(open(30));
  });

  it("never pays more than the final postings distribute, whatever a root says", async () => {
    const suite = await loadFixture(closed);
    const { rewards, revenue, attribution, openToken, stranger } = suite;
    const inflated = new List(DOMAIN.payouts, [leafOf(stranger.address, open(36))]);
    const { entry } = await post(suite, await postingOf(suite, { payoutRoot: inflated.root, distributed: open(35) }));
    await time.increase(parameter("window")); // nobody objected
    await attribution.finalize(entry);
    await expect(rewards.claim(claimPlace(0, 1, 0), leafOf(stranger, open(36)), []))
      .to.be.revertedWithCustomError(openToken, "ERC20InsufficientBalance")
      .withArgs(rewards, open(35), open(36));
    expect(await openToken.balanceOf(revenue)).to.equal(open(65));
    expect(await openToken.balanceOf(stranger)).to.equal(PURSE);
  });
});
