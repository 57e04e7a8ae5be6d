import { expect } from "chai";
import { loadFixture, open } from "./fixtures.ts";
import { delegated, ONE, WHOLE } from "./stake.ts";

/** The least price of a share that is one. */
const LEAST = 10n ** 18n;

/** The inverse of `a` modulo `m`, which have no divisor in common. */
function inverse(a: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [m, a % m, 0n, 1n];
  while (r1 !== 0n) [r0, r1, s0, s1] = [r1, r0 % r1, s1, s0 - (r0 / r1) * s1];
  return ((s0 % m) + m) % m;
}

describe("StakeVault's price of a share", () => {
  it("may fall to the least one", async () => {
    const { stakeVault, validator, stranger } = await loadFixture(delegated);
    await stakeVault.connect(stranger).slash(validator, WHOLE - 10n ** 9n);
    expect((await stakeVault.validators(validator)).price).to.equal(LEAST);
    expect(await stakeVault.stakeOf(validator)).to.equal((open(20) * LEAST) / ONE);
  });

  it("is none below the least one: the pool is wiped out", async () => {
    const { stakeVault, validator, alice, stranger } = await loadFixture(delegated);
    await expect(stakeVault.connect(stranger).slash(validator, WHOLE - 10n ** 9n + 1n))
      .to.emit(stakeVault, "Slashed")
      .withArgs(validator, stranger, WHOLE - 10n ** 9n + 1n, open(100));
    expect((await stakeVault.validators(validator)).price).to.equal(0n);
    expect(await stakeVault.stakeOf(alice)).to.equal(0n);
    await expect(stakeVault.connect(alice).stake(open(1)))
      .to.be.revertedWithCustomError(stakeVault, "StakeNotValidator")
      .withArgs(validator);
  });

  it("pays an exit the wei it asks for, however little it divides", async () => {
    const { stakeVault, validator, alice, stranger } = await loadFixture(delegated);
    // Twice, so that the price is no round number any more.
    await stakeVault.connect(stranger).slash(validator, WHOLE - 10n ** 11n + 1n);
    await stakeVault.connect(stranger).slash(validator, 123_456_789_012_345_679n);
    const { price } = await stakeVault.validators(validator);
    await stakeVault.connect(alice).stake(open(1000));
    // One more than a multiple of the price: the share that is sold for the rest is nearly too much.
    const amount = inverse(ONE, price);
    expect((amount * ONE) % price).to.equal(1n);
    expect(await stakeVault.stakeOf(alice)).to.be.above(amount);
    await stakeVault.connect(alice).unstake(amount);
    expect((await stakeVault.tickets(0)).amount).to.equal(amount);
  });
});
