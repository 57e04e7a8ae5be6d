import { expect } from "chai";
import { DOMAIN } from "../../protocol/domains.ts";
import { claimPlace } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { rangeProof } from "../../protocol/range-proof.ts";
import { active, ethers, impersonate, leafOf, loadFixture, open, time, ZERO } from "./fixtures.ts";

const node = (left: string, right: string) => ethers.keccak256(ethers.concat([left, right]));

/** A root as a poster may make it up: of so many leaves, so deep, over this top. */
const commit = (count: number, depth: number, top: string) =>
  ethers.keccak256(
    ethers.AbiCoder.defaultAbiCoder().encode(
      ["bytes32", "uint256", "uint256", "bytes32"],
      [ethers.id("tributary.payouts.v1"), count, depth, top],
    ),
  );

/** Rewards that take any root in slot 1, as Attribution sets them. */
async function settable() {
  const suite = await active();
  const attribution = suite.rewards.connect(await impersonate(suite.attribution));
  const now = await time.latest();
  const leaves = Array.from({ length: 9 }, (_, i) => leafOf(suite.alice.address, open("0.1") + BigInt(i)));
  return { ...suite, leaves, set: (root: string) => attribution.setRoot(1, root, now) };
}

/** The smallest depth that has room for so many leaves. */
const depthOf = (count: number) => Math.ceil(Math.log2(Math.max(count, 1)));

describe("Rewards' lists", () => {
  it("prove every leaf and every block of every short list", async () => {
    const { rewards, set, leaves } = await loadFixture(settable);
    for (let count = 1; count <= leaves.length; count++) {
      const list = new List(DOMAIN.payouts, leaves.slice(0, count));
      await set(list.root);
      for (let first = 0; first < count; first++) {
        const due = open("0.1") + BigInt(first) - (await rewards.claimedOf(first));
        const place = claimPlace(1, count, first);
        expect(await rewards.claim.staticCall(place, leaves[first]!, list.proof(first))).to.equal(due);
        for (let length = 1; first + length <= count; length++) {
          const block = leaves.slice(first, first + length);
          expect(await rewards.claimRange.staticCall(place, block, rangeProof(list, first, length))).to.be.above(0n);
        }
      }
    }
  }).timeout(240_000);

  it("have the depth of their count and no position past it, whatever root a poster makes up", async () => {
    const { rewards, set, leaves } = await loadFixture(settable);
    for (const count of [0, 1, 2, 3, 4, 5, 8, 9]) {
      for (let depth = 0; depth <= 5; depth++) {
        for (const position of new Set([0, Math.max(count - 1, 0), count])) {
          const proof = Array.from({ length: depth }, (_, level) => ethers.id(`sibling ${level}`));
          let top: string = leaves[position % 9]!;
          for (const [level, sibling] of proof.entries())
            top = (position >> level) % 2 === 0 ? node(top, sibling) : node(sibling, top);
          await set(commit(count, depth, top));
          const call = rewards.claim.staticCall(claimPlace(1, count, position), leaves[position % 9]!, proof);
          if (position < count && depth === depthOf(count)) await call;
          else await expect(call).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
        }
      }
    }
  }).timeout(240_000);

  it("have no block past their end, whatever root a poster makes up", async () => {
    const { rewards, set, leaves } = await loadFixture(settable);
    const [a, b, c, d] = leaves as [string, string, string, string];
    const pairs = [node(a, b), node(c, d)] as const;
    await set(commit(3, 2, node(...pairs)));
    expect(await rewards.claimRange.staticCall(claimPlace(1, 3, 2), [c], [d, pairs[0]])).to.be.above(0n);
    for (const [count, first, block, proof] of [
      [3, 2, [c, d], [pairs[0]]],
      [3, 0, [a, b, c, d], []],
      [3, 1, [b, c, d], [a]],
      [3, 3, [d], [c, pairs[0]]],
      [2, 0, [a, b, c], [d]],
      [3, 0, [], []],
      [1, 0, [], []],
      [0, 0, [], []],
    ] as const) {
      await expect(
        rewards.claimRange.staticCall(claimPlace(1, count, first), [...block], [...proof]),
      ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
    }
  });

  it("prove nothing under a root of zero", async () => {
    const { rewards, set, leaves } = await loadFixture(settable);
    await set(ZERO);
    for (const [count, first, block, proof] of [
      [3, 0, [leaves[0]!], []], // too short
      [3, 0, [leaves[0]!], [ZERO, ZERO, ZERO]], // too long
      [3, 0, [], []],
      [2, 0, leaves.slice(0, 3), []],
      [3, 3, [leaves[0]!], []],
    ] as const) {
      await expect(
        rewards.claimRange.staticCall(claimPlace(1, count, first), [...block], [...proof]),
      ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
    }
  });

  it("prove nothing by a proof that is too short, be the list's top zero", async () => {
    const { rewards, set, leaves } = await loadFixture(settable);
    await set(commit(3, 2, ZERO));
    for (const proof of [[], [leaves[1]!]]) {
      await expect(
        rewards.claimRange.staticCall(claimPlace(1, 3, 0), [leaves[0]!], proof),
      ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
    }
  });

  it("prove nothing under a root that differs in one bit, be it the last that is kept", async () => {
    const { rewards, set, leaves } = await loadFixture(settable);
    const root = BigInt(commit(1, 0, leaves[0]!));
    const claim = () => rewards.claim.staticCall(claimPlace(1, 1, 0), leaves[0]!, []);
    for (const bit of [40n, 41n, 128n, 255n]) {
      await set(ethers.toBeHex(root ^ (1n << bit), 32));
      await expect(claim()).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
    }
    await set(ethers.toBeHex(root ^ (1n << 39n), 32)); // 27 bytes are kept
    expect(await claim()).to.be.above(0n);
  });

  it("stand in a ring that has no slot past its end", async () => {
    const { rewards } = await loadFixture(settable);
    for (const slot of [2n ** 32n - 1n, 2n ** 32n, ethers.MaxUint256]) {
      expect(await rewards.rootAt(slot)).to.deep.equal([`0x${"00".repeat(27)}`, 2n ** 40n - 1n]);
    }
  });

  it("give nobody what is the zero account's, for what is no signature", async () => {
    const { rewards, set, stranger } = await loadFixture(settable);
    const leaf = leafOf(ethers.ZeroAddress, open("0.1"));
    await set(commit(1, 0, leaf));
    for (const signature of ["0x", `0x${"00".repeat(65)}`, `0x${"ff".repeat(65)}`]) {
      await expect(rewards.claimWithSig(claimPlace(1, 1, 0), leaf, [], stranger, signature))
        .to.be.revertedWithCustomError(rewards, "RewardsInvalidSignature")
        .withArgs(ethers.ZeroAddress);
    }
  });
});
