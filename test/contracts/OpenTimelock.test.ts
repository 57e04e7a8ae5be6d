import { expect } from "chai";
import { deployed, ethers, loadFixture, ZERO } from "./fixtures.ts";

describe("OpenTimelock", () => {
  it("has no admin but itself, one proposer, and open execution", async () => {
    const { timelock, governor, holder } = await loadFixture(deployed);
    const admin = await timelock.DEFAULT_ADMIN_ROLE();
    const proposer = await timelock.PROPOSER_ROLE();
    expect(await timelock.hasRole(admin, holder)).to.equal(false);
    expect(await timelock.hasRole(admin, governor)).to.equal(false);
    expect(await timelock.hasRole(admin, timelock)).to.equal(true);
    expect(await timelock.hasRole(proposer, governor)).to.equal(true);
    expect(await timelock.hasRole(proposer, holder)).to.equal(false);
    expect(await timelock.hasRole(await timelock.EXECUTOR_ROLE(), ethers.ZeroAddress)).to.equal(true);
    const grants = await timelock.queryFilter(timelock.filters.RoleGranted());
    expect(grants).to.have.length(4); // itself, proposer, canceller, open execution
  });

  it("reverts when anybody but the governor schedules", async () => {
    const { timelock, stranger, holder } = await loadFixture(deployed);
    for (const account of [stranger, holder]) {
      await expect(
        timelock.connect(account).schedule(account, 0, "0x", ZERO, ZERO, 10_000),
      ).to.be.revertedWithCustomError(timelock, "AccessControlUnauthorizedAccount");
    }
  });
});
