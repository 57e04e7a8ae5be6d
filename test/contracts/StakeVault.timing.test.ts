import { expect } from "chai";
import { connection, impersonate, loadFixture, open, parameter, time } from "./fixtures.ts";
import { delegated, WHOLE } from "./stake.ts";

/** The time of the next block, whatever the clock says by then. */
async function soon() {
  const next = BigInt(await time.latest()) + 100n;
  await time.setNextBlockTimestamp(next);
  return next;
}

describe("StakeVault, to the second,", () => {
  it("pays a ticket from the end of its thawing on", async () => {
    const { stakeVault, alice, validator } = await loadFixture(delegated);
    const availableAt = (await soon()) + parameter("unbonding");
    await expect(stakeVault.connect(alice).unstake(open(10)))
      .to.emit(stakeVault, "Unstaked")
      .withArgs(alice, 0, validator, open(10), availableAt);
    await time.setNextBlockTimestamp(availableAt);
    await expect(stakeVault.connect(alice).withdraw(0)).to.emit(stakeVault, "Withdrawn").withArgs(alice, 0, open(10));
  });

  it("raises a commission from the end of its notice on", async () => {
    const { stakeVault, validator } = await loadFixture(delegated);
    const from = (await soon()) + parameter("unbonding");
    await expect(stakeVault.connect(validator).setCommission(5000))
      .to.emit(stakeVault, "CommissionAnnounced")
      .withArgs(validator, 5000, from);
    const { nextCommission, nextFrom } = await stakeVault.validators(validator);
    expect([nextCommission, nextFrom]).to.deep.equal([5000n, from]);
    await time.setNextBlockTimestamp(from);
    await stakeVault.applyCommission(validator);
    expect(await stakeVault.validators(validator)).to.deep.equal([open(100), 0n, 10n ** 27n, 5000n, 0n, 0n]);
  });

  it("lets a slasher act from the end of its notice on, and tells when that is", async () => {
    const { stakeVault, timelock, validator, carol } = await loadFixture(delegated);
    const governance = stakeVault.connect(await impersonate(timelock));
    const from = (await soon()) + 2n * parameter("unbonding");
    await expect(governance.appointSlasher(carol)).to.emit(stakeVault, "SlasherAppointed").withArgs(carol, from);
    await time.setNextBlockTimestamp(from);
    await stakeVault.connect(carol).slash(validator, WHOLE / 2n);
    expect(await stakeVault.stakeOf(validator)).to.equal(open(10));
  });

  it("tells a validator's own stake in the very block in which others join it", async () => {
    const { stakeVault, carol, alice, staker } = await loadFixture(delegated);
    await stakeVault.connect(carol).stake(open(5));
    await stakeVault.connect(staker).stake(open(7));
    await connection.provider.request({ method: "evm_setAutomine", params: [false] });
    try {
      await stakeVault.connect(carol).register(0, { gasLimit: 1_000_000 });
      await stakeVault.connect(staker).delegate(carol, { gasLimit: 1_000_000 });
      await connection.provider.request({ method: "evm_mine" });
    } finally {
      await connection.provider.request({ method: "evm_setAutomine", params: [true] });
    }
    const since = await stakeVault.validatorSince(carol);
    expect(since).to.equal(await time.latest());
    await stakeVault.connect(alice).unstake(1n);
    expect(await stakeVault.getPastVotes(carol, since)).to.equal(open(12));
    expect(await stakeVault.getPastBalanceOf(carol, since)).to.equal(open(5));
  });
});
