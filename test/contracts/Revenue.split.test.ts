import { expect } from "chai";
import {
  contributed,
  ethers,
  hash,
  impersonate,
  loadFixture,
  nextEpoch,
  open,
  parameter,
  passDeadline,
  Role,
  terms,
  time,
} from "./fixtures.ts";

const SPLIT = { developer: 1667, operator: 1667, stakers: 1667, validators: 1667, treasury: 1666, contributors: 1666 };

/** A live version whose parts never come out even. */
async function uneven() {
  const suite = await contributed();
  const { models, revenue, stakeVault, timelock, developer, validator, operator } = suite;
  await stakeVault.connect(validator).stake(open(20_000));
  await models.connect(developer).propose({ ...(await terms(suite)), split: SPLIT }, open(1000), "");
  await models.connect(await impersonate(timelock))["approve(uint256)"](0);
  await models.connect(developer).recordTrained(0, hash("manifest"), hash("adapter"), "");
  await models.connect(validator).recordEvaluation(0, 8000, hash("report"));
  await time.increase(parameter("evaluationWindow"));
  await models.goLive(0);
  await revenue.createTill(0);
  await nextEpoch(suite);
  return { ...suite, till: await ethers.getContractAt("Till", await revenue.tillOf(0, operator)) };
}

describe("Revenue's split", () => {
  it("is solvent to the wei, whatever comes in and whenever it is withdrawn", async () => {
    const suite = await loadFixture(uneven);
    const { revenue, attribution, openToken, till, operator, alice } = suite;
    // A fixed sequence of awkward incomes: single wei, primes, and amounts around a whole split.
    const incomes = [1n, 1n, 2n, 3n, 9_999n, 1n, 1n, 10_000n, 7n, 12_345_678_901n, 1n, open(1), 5n, 9_998n, 1n];
    const roles = Object.values(Role);
    let covered = 0n;
    let pools = 0n;
    let withdrawn = 0n;
    for (const [i, income] of incomes.entries()) {
      const epoch = await revenue.currentEpoch();
      await openToken.connect(alice).transfer(till, income);
      await till.sweep();
      await nextEpoch(suite);
      await attribution.connect(operator).commitLog(till, epoch, hash("log"), 1, income);
      await passDeadline(suite, epoch);
      await revenue.close(till, epoch);
      covered += income;
      pools += await revenue.poolOf(epoch);

      // The treasury's part right after every epoch, another role's by turns.
      for (const role of [Role.Treasury, roles[i % roles.length]!]) {
        const owed = await revenue.owed(till, role);
        if (owed > 0n) await revenue.withdraw(till, role);
        withdrawn += owed;
      }
      let owed = 0n;
      for (const role of roles) owed += await revenue.owed(till, role);
      const balance = await openToken.balanceOf(revenue);
      expect(balance).to.equal(covered - withdrawn);
      expect(balance - pools - owed).to.be.within(0n, 4n); // the dust that no part has yet
      await nextEpoch(suite);
    }
  });

  it("gives each part its share of the whole, rounded down, and the treasury's rounded up", async () => {
    const suite = await loadFixture(uneven);
    const { revenue, attribution, openToken, till, operator, alice } = suite;
    const epoch = await revenue.currentEpoch();
    await openToken.connect(alice).transfer(till, 9_999n);
    await till.sweep();
    await nextEpoch(suite);
    await attribution.connect(operator).commitLog(till, epoch, hash("log"), 1, 9_999n);
    await passDeadline(suite, epoch);
    await revenue.close(till, epoch);
    expect(await revenue.owed(till, Role.Developer)).to.equal(1666n);
    expect(await revenue.owed(till, Role.Treasury)).to.equal(1666n);
    expect(await revenue.poolOf(epoch)).to.equal(1665n);
  });
});
