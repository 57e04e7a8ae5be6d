import { expect } from "chai";
import { closed, funded, loadFixture, open, PURSE, parameter, Role, time } from "./fixtures.ts";

describe("Revenue.withdraw", () => {
  it("pays developer, operator, evaluator and treasury to their accounts, whoever calls", async () => {
    const { revenue, openToken, till, developer, operator, validator, timelock, stranger } = await loadFixture(closed);
    const anyone = revenue.connect(stranger);
    await expect(anyone.withdraw(till, Role.Developer))
      .to.emit(revenue, "Withdrawn")
      .withArgs(till, Role.Developer, developer, open(20));
    expect(await openToken.balanceOf(developer)).to.equal(PURSE + open(20));
    await anyone.withdraw(till, Role.Operator);
    expect(await openToken.balanceOf(operator)).to.equal(PURSE + open(25));
    await anyone.withdraw(till, Role.Validators);
    expect(await openToken.balanceOf(validator)).to.equal(PURSE - open(20_000) + open(5));
    await anyone.withdraw(till, Role.Treasury);
    expect(await openToken.balanceOf(timelock)).to.equal(open(5));
  });

  it("streams the stakers' part", async () => {
    const { revenue, stakeVault, till, staker, validator } = await loadFixture(closed);
    await revenue.withdraw(till, Role.Stakers);
    await time.increase(parameter("stream"));
    const sum = (await stakeVault.earned(staker)) + (await stakeVault.earned(validator));
    expect(sum).to.be.within(open(10) - 2n, open(10));
    expect(await stakeVault.earned(staker)).to.equal((open(10) * 5n) / 6n);
  });

  it("pays the developer's part to who holds the version by then", async () => {
    const { revenue, models, openToken, till, developer, alice } = await loadFixture(closed);
    await models.connect(developer).transferFrom(developer, alice, 0);
    const before = await openToken.balanceOf(alice);
    await revenue.withdraw(till, Role.Developer);
    expect(await openToken.balanceOf(alice)).to.equal(before + open(20));
  });

  it("tells what it would pay", async () => {
    const { revenue, till } = await loadFixture(closed);
    expect(await revenue.owed(till, Role.Operator)).to.equal(open(25));
    await revenue.withdraw(till, Role.Operator);
    expect(await revenue.owed(till, Role.Operator)).to.equal(0n);
  });

  it("reverts when nothing is owed", async () => {
    const { revenue, till } = await loadFixture(funded);
    for (const role of Object.values(Role)) {
      await expect(revenue.withdraw(till, role)).to.be.revertedWithCustomError(revenue, "RevenueNothingToWithdraw");
    }
  });

  it("reverts when it is no Till", async () => {
    const { revenue, stranger } = await loadFixture(funded);
    await expect(revenue.withdraw(stranger, Role.Operator))
      .to.be.revertedWithCustomError(revenue, "RevenueNotTill")
      .withArgs(stranger);
  });
});
