import { expect } from "chai";
import { loadFixture, open, PURSE, parameter, time } from "../contracts/fixtures.ts";
import { delegated, WHOLE } from "../contracts/stake.ts";

describe("attack: unbonding before slash", () => {
  it("stake that began to leave before the slash is slashed alike", async () => {
    const { stakeVault, openToken, validator, alice, bob, stranger } = await loadFixture(delegated);
    await stakeVault.connect(validator).unstake(open(20));
    await stakeVault.connect(alice).delegate(alice); // another way out
    await time.increase(parameter("unbonding") - 10n);
    await stakeVault.connect(stranger).slash(validator, WHOLE / 2n);
    await time.increase(10);
    await stakeVault.connect(validator).withdraw(0);
    await stakeVault.connect(alice).restake(1);
    expect(await openToken.balanceOf(validator)).to.equal(PURSE - open(20) + open(10));
    expect(await stakeVault.stakeOf(alice)).to.equal(open(15));
    expect(await stakeVault.stakeOf(bob)).to.equal(open(25));
  });

  it("a ticket that lies there thawed still answers for its pool", async () => {
    const { stakeVault, alice, validator, stranger } = await loadFixture(delegated);
    await stakeVault.connect(alice).unstake(open(30));
    await time.increase(parameter("unbonding"));
    await stakeVault.connect(stranger).slash(validator, WHOLE / 2n);
    expect((await stakeVault.tickets(0)).amount).to.equal(open(15));
  });

  it("thawing outlasts window, vote and timelock", async () => {
    const { stakeVault, attribution, governor, timelock } = await loadFixture(delegated);
    const dispute = (await attribution.WINDOW()) + (await governor.RESOLUTION()) + (await timelock.getMinDelay());
    expect(await stakeVault.UNBONDING()).to.be.at.least(dispute);
  });
});
