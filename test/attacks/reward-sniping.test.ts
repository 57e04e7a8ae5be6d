import { expect } from "chai";
import { loadFixture, open, parameter, time } from "../contracts/fixtures.ts";
import { delegated } from "../contracts/stake.ts";

const STREAM = parameter("stream");

describe("attack: reward sniping", () => {
  it("who comes with a hundred times the stake just before a reward, and leaves after it, gets a second of it", async () => {
    const { stakeVault, staker, carol, alice, validator } = await loadFixture(delegated);
    await stakeVault.connect(carol).delegate(validator);
    await stakeVault.connect(carol).stake(open(10_000));
    await stakeVault.connect(staker).addReward(open(100));
    await stakeVault.connect(carol).unstake(open(10_000));
    expect(await stakeVault.earned(carol)).to.be.at.most(open(100) / STREAM);
    await time.increase(STREAM);
    expect(await stakeVault.earned(alice)).to.be.greaterThan((open(27) * (STREAM - 2n)) / STREAM);
  });

  it("who joins in the middle of a stream shares in its rest alone", async () => {
    const { stakeVault, staker, carol } = await loadFixture(delegated);
    await stakeVault.connect(staker).addReward(open(100));
    const start = BigInt(await time.latest());
    await time.setNextBlockTimestamp(start + STREAM / 2n);
    await stakeVault.connect(carol).stake(open(100));
    await time.increaseTo(start + STREAM);
    expect(await stakeVault.earned(carol)).to.equal(open(25));
  });

  it("a thawing ticket earns nothing", async () => {
    const { stakeVault, staker, alice } = await loadFixture(delegated);
    await stakeVault.connect(alice).unstake(open(30));
    await stakeVault.connect(staker).addReward(open(100));
    await time.increase(STREAM);
    expect(await stakeVault.earned(alice)).to.equal(0n);
  });
});
