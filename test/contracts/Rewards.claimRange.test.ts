import { expect } from "chai";
import { DOMAIN } from "../../protocol/domains.ts";
import { claimPlace } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { rangeProof } from "../../protocol/range-proof.ts";
import { active, ethers, impersonate, leafOf, loadFixture, open, time, ZERO } from "./fixtures.ts";

const COUNT = 11;
const accounts = Array.from({ length: COUNT }, (_, i) => ethers.getAddress(ethers.toBeHex(0xacc0_0000 + i, 20)));

/** A second root, in slot 1: eleven accounts, which earned 1, 2, 3 … milliOPEN; the fifth has earned nothing. */
async function many() {
  const suite = await active();
  const cumulatives = accounts.map((_, i) => (i === 4 ? 0n : open("0.001") * BigInt(i + 1)));
  const leaves = accounts.map((account, i) => leafOf(account, cumulatives[i]!));
  const list = new List(DOMAIN.payouts, leaves);
  const attribution = await impersonate(suite.attribution);
  await suite.rewards.connect(attribution).setRoot(1, list.root, await time.latest());
  return { ...suite, list, leaves, cumulatives };
}

describe("Rewards.claimRange", () => {
  it("pays any contiguous block, whoever calls", async () => {
    const { rewards, openToken, list, leaves, cumulatives, stranger } = await loadFixture(many);
    for (let first = 0; first < COUNT; first++) {
      for (let length = 1; first + length <= COUNT; length++) {
        const snapshot = await ethers.provider.send("evm_snapshot", []);
        const block = leaves.slice(first, first + length);
        const call = rewards
          .connect(stranger)
          .claimRange(claimPlace(1, COUNT, first), block, rangeProof(list, first, length));
        const due = cumulatives.slice(first, first + length).reduce((sum, each) => sum + each, 0n);
        if (due === 0n) {
          await expect(call).to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim").withArgs(first);
        } else {
          await expect(call).to.changeTokenBalances(
            ethers,
            openToken,
            [rewards, ...accounts],
            [-due, ...cumulatives.map((each, i) => (i >= first && i < first + length ? each : 0n))],
          );
        }
        await ethers.provider.send("evm_revert", [snapshot]);
      }
    }
  }).timeout(240_000);

  it("says what each was paid, and passes over who has been paid", async () => {
    const { rewards, openToken, list, leaves, cumulatives } = await loadFixture(many);
    await rewards.claim(claimPlace(1, COUNT, 2), leafOf(accounts[2]!, cumulatives[2]!), list.proof(2));
    const call = rewards.claimRange(claimPlace(1, COUNT, 1), leaves.slice(1, 4), rangeProof(list, 1, 3));
    await expect(call)
      .to.emit(openToken, "Transfer")
      .withArgs(rewards, accounts[1], cumulatives[1])
      .and.to.emit(openToken, "Transfer")
      .withArgs(rewards, accounts[3], cumulatives[3]);
    const logs = await openToken.queryFilter(openToken.filters.Transfer(rewards, accounts[2]));
    expect(logs).to.have.length(1);
    for (let i = 0; i < COUNT; i++) {
      expect(await rewards.claimedOf(i)).to.equal(i >= 1 && i <= 3 ? cumulatives[i] : 0n);
    }
  });

  it("pays only the differences the next time", async () => {
    const { rewards, openToken, attribution, list, leaves, cumulatives } = await loadFixture(many);
    await rewards.claimRange(claimPlace(1, COUNT, 0), leaves, rangeProof(list, 0, COUNT));
    const later = accounts.map((account, i) => leafOf(account, cumulatives[i]! + BigInt(i % 3)));
    const next = new List(DOMAIN.payouts, later);
    await rewards.connect(await impersonate(attribution)).setRoot(2, next.root, await time.latest());
    await expect(rewards.claimRange(claimPlace(2, COUNT, 0), later, rangeProof(next, 0, COUNT))).to.changeTokenBalances(
      ethers,
      openToken,
      accounts,
      accounts.map((_, i) => BigInt(i % 3)),
    );
  });

  it("reverts when all of the block is paid", async () => {
    const { rewards, list, leaves } = await loadFixture(many);
    const claim = () => rewards.claimRange(claimPlace(1, COUNT, 0), leaves, rangeProof(list, 0, COUNT));
    await claim();
    await expect(claim()).to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim").withArgs(0);
  });

  it("reverts at a slot that is empty", async () => {
    const { rewards, list, leaves } = await loadFixture(many);
    await expect(
      rewards.claimRange(claimPlace(9, COUNT, 0), leaves, rangeProof(list, 0, COUNT)),
    ).to.be.revertedWithCustomError(rewards, "RewardsNotActive");
  });

  it("reverts when anything but the block, its place and its proof is given", async () => {
    const { rewards, list, leaves } = await loadFixture(many);
    const block = leaves.slice(2, 5);
    const proof = rangeProof(list, 2, 3);
    const wrong = leafOf(accounts[3]!, open(1));
    for (const [count, first, given, siblings] of [
      [COUNT, 2, [block[0]!, wrong, block[2]!], proof], // another amount
      [COUNT, 1, block, proof], // shifted
      [COUNT, 3, block, proof],
      [COUNT, 2, [block[1]!, block[0]!, block[2]!], proof], // in another order
      [COUNT, 2, block.slice(0, 2), proof], // fewer
      [COUNT, 2, [...block, leaves[5]!], proof], // more
      [COUNT, 2, block, proof.slice(0, -1)],
      [COUNT, 2, block, [...proof, ZERO]],
      [COUNT, 2, block, []],
      [COUNT, 2, [], proof],
      [COUNT, 2, [], []],
      [COUNT + 1, 2, block, proof], // of a longer list
      [COUNT - 3, 2, block, proof.slice(0, -1)],
      [3, 2, block, proof], // past the end
      [0, 0, block, proof],
      [COUNT, 2 ** 32 - 1, block, proof],
      [COUNT, 2 ** 32 - 16 + 2, block, proof], // the same low bits
    ] as const) {
      await expect(
        rewards.claimRange(claimPlace(1, count, first), [...given], [...siblings]),
      ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
    }
  });

  it("reverts when inner nodes are passed off as leaves", async () => {
    const { rewards, list } = await loadFixture(many);
    const nodes = [list.proof(2)[1]!, list.proof(0)[1]!]; // the nodes over leaves 0–1 and 2–3
    await expect(
      rewards.claimRange(claimPlace(1, 6, 0), nodes, [list.proof(0)[2]!, list.proof(0)[3]!]),
    ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
  });
});
