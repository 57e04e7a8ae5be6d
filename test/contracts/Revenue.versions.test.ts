import { expect } from "chai";
import {
  ethers,
  hash,
  impersonate,
  live,
  loadFixture,
  nextEpoch,
  open,
  parameter,
  passDeadline,
  Role,
  SPLIT,
  terms,
  time,
} from "./fixtures.ts";

/** Version 0 is live; so is version 1, alice's, by another operator and with another split. Each Till earns in one epoch. */
async function two() {
  const suite = await live();
  const { models, revenue, timelock, validator, alice, bob } = suite;
  const split = { ...SPLIT, developer: 3000n, operator: 1500n };
  await models
    .connect(alice)
    .propose({ ...(await terms({ operator: bob })), split }, await models.requiredBond(), "file:proposal");
  await models.connect(await impersonate(timelock))["approve(uint256)"](1);
  await models.connect(alice).recordTrained(1, hash("manifest"), hash("adapter"), "file:artifacts");
  await models.connect(validator).recordEvaluation(1, 8000, hash("report"));
  await time.increase(parameter("evaluationWindow"));
  await models.goLive(1);
  await revenue.createTill(1);
  const other = await ethers.getContractAt("Till", await revenue.tillOf(1, bob));
  await nextEpoch(suite);
  const epoch = await revenue.currentEpoch();
  for (const [till, amount] of [
    [suite.till, open(10)],
    [other, open(100)],
  ] as const) {
    await suite.openToken.connect(suite.payer).transfer(till, amount);
    await till.sweep();
  }
  await nextEpoch(suite);
  await suite.attribution.connect(suite.operator).commitLog(suite.till, epoch, hash("log"), 1, open(10));
  await suite.operators.connect(bob).deposit(parameter("operatorBond"));
  await suite.attribution.connect(bob).commitLog(other, epoch, hash("log"), 1, open(100));
  await passDeadline(suite, epoch);
  return { ...suite, other, epoch };
}

describe("Revenue of two versions", () => {
  it("splits each Till's income by its own version's terms", async () => {
    const { revenue, openToken, till, other, epoch, alice, bob, developer } = await loadFixture(two);
    for (const each of [till, other]) await revenue.close(each, epoch);
    expect(await revenue.owed(till, Role.Developer)).to.equal(open(2));
    expect(await revenue.owed(other, Role.Developer)).to.equal(open(30));
    expect(await revenue.owed(other, Role.Operator)).to.equal(open(15));
    for (const [each, role, account, amount] of [
      [till, Role.Developer, developer, open(2)],
      [other, Role.Developer, alice, open(30)],
      [other, Role.Operator, bob, open(15)],
    ] as const) {
      await expect(revenue.withdraw(each, role)).to.changeTokenBalance(ethers, openToken, account, amount);
    }
  });

  it("adds both to the epoch's pool, which is complete once both are closed", async () => {
    const { revenue, attribution, till, other, epoch } = await loadFixture(two);
    expect(await revenue.openTills(epoch)).to.equal(2n);
    await revenue.close(till, epoch);
    await expect(revenue.checkPool(epoch, epoch, open("3.5")))
      .to.be.revertedWithCustomError(revenue, "RevenueOpenTills")
      .withArgs(epoch, 1);
    await revenue.close(other, epoch);
    expect(await revenue.poolOf(epoch)).to.equal(open("38.5"));
    await revenue.checkPool(epoch, epoch, open("38.5"));
    await revenue.checkPool(epoch - 1n, epoch + 1n, open("38.5"));
    await revenue.checkPool(epoch + 1n, epoch + 1n, 0n);
    await revenue.connect(await impersonate(attribution)).releasePool(open("38.5"), open("38.5"));
  });
});
