import { expect } from "chai";
import { network } from "hardhat";

// Not one of the project's tests: it leaves the boundary of the limit untested, for mutate.test.ts to see that found.
const { ethers } = await network.getOrCreate();

describe("Tally", () => {
  it("adds", async () => {
    const tally = await ethers.deployContract("Tally");
    await tally.getFunction("add")(3);
    await tally.getFunction("add")(4);
    expect(await tally.getFunction("count")()).to.equal(7n);
  });

  it("reverts when it is full", async () => {
    const tally = await ethers.deployContract("Tally");
    await expect(tally.getFunction("add")(20)).to.be.revertedWith("full");
  });
});
