import { expect } from "chai";
import { deployed, ethers, loadFixture } from "./fixtures.ts";

describe("StakeVault.wire", () => {
  it("reverts when anybody but the deployer calls, who may still", async () => {
    const { openToken, timelock, holder, stranger } = await loadFixture(deployed);
    const vault = await ethers.getContractAt(
      "StakeVault",
      await ethers.deployContract("StakeVault", [openToken, 86_400, 3600]),
    );
    await expect(vault.connect(stranger).wire(stranger)).to.be.revertedWithCustomError(vault, "StakeSealed");
    await vault.connect(holder).wire(timelock);
    expect(await vault.governance()).to.equal(await timelock.getAddress());
  });
});
