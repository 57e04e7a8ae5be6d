import { expect } from "chai";
import { deployed, ethers, loadFixture } from "./fixtures.ts";

/** Deployed by its own, so that nobody has wired it. */
async function unwired() {
  const suite = await deployed();
  const { openToken, datanets, stakeVault, timelock } = suite;
  const numbers = [ethers.parseEther("1"), ethers.parseEther("1"), 60, 60, 60, 10];
  return {
    ...suite,
    fresh: await ethers.deployContract("Models", [openToken, datanets, stakeVault, timelock, ...numbers]),
  };
}

describe("Models.wire", () => {
  it("names the judge, once", async () => {
    const { fresh, alice, bob } = await loadFixture(unwired);
    expect(await fresh.judge()).to.equal(ethers.ZeroAddress);
    await fresh.wire(alice);
    expect(await fresh.judge()).to.equal(alice.address);
    await expect(fresh.wire(bob)).to.be.revertedWithCustomError(fresh, "ModelSealed");
  });

  it("reverts when anybody but the deployer calls, or nobody is named", async () => {
    const { fresh, stranger } = await loadFixture(unwired);
    await expect(fresh.connect(stranger).wire(stranger)).to.be.revertedWithCustomError(fresh, "ModelSealed");
    await expect(fresh.wire(ethers.ZeroAddress)).to.be.revertedWithCustomError(fresh, "ModelSealed");
  });
});
