import { expect } from "chai";
import { loadFixture, open, PURSE, parameter, time } from "../contracts/fixtures.ts";
import { delegated } from "../contracts/stake.ts";

describe("attack: ticket griefing", () => {
  it("a crowd of dust tickets and dust stakes makes nobody's exit later, dearer or smaller", async () => {
    const { stakeVault, openToken, alice, bob, stranger } = await loadFixture(delegated);
    await stakeVault.connect(alice).unstake(open(10));
    const { availableAt } = await stakeVault.tickets(0);
    const gasOf = async (ticket: number) => stakeVault.connect(alice).withdraw.estimateGas(ticket);
    for (let i = 0; i < 50; i++) {
      await stakeVault.connect(bob).unstake(1);
      await stakeVault.connect(stranger).stakeFor(alice, 1);
    }
    await stakeVault.connect(alice).unstake(open(10));
    expect((await stakeVault.tickets(0)).availableAt).to.equal(availableAt);
    await time.increase(parameter("unbonding"));
    // but for the gas of a byte of calldata
    expect(await gasOf(51)).to.be.closeTo(await gasOf(0), 100n);
    await stakeVault.connect(alice).withdraw(0);
    await stakeVault.connect(alice).withdraw(51);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(10));
    expect(await stakeVault.stakeOf(alice)).to.equal(open(10) + 50n);
  });

  it("nobody can end, restake or start a ticket of another", async () => {
    const { stakeVault, alice, bob, stranger } = await loadFixture(delegated);
    await stakeVault.connect(alice).unstake(open(10));
    await time.increase(parameter("unbonding"));
    for (const account of [bob, stranger]) {
      for (const name of ["withdraw", "restake"] as const) {
        await expect(stakeVault.connect(account)[name](0)).to.be.revertedWithCustomError(
          stakeVault,
          "StakeUnknownTicket",
        );
      }
    }
    await expect(stakeVault.connect(stranger).unstake(1)).to.be.revertedWithCustomError(
      stakeVault,
      "StakeInsufficient",
    );
  });
});
