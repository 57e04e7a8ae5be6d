import { expect } from "chai";
import { deployed, ethers, loadFixture } from "./fixtures.ts";

describe("Datanets.register", () => {
  it("gives dense ids from 0, once per account", async () => {
    const { datanets, alice, bob } = await loadFixture(deployed);
    await expect(datanets.connect(alice).register()).to.emit(datanets, "ContributorRegistered").withArgs(0, alice);
    await expect(datanets.connect(alice).register()).not.to.emit(datanets, "ContributorRegistered");
    await datanets.connect(bob).register();
    expect(await datanets.contributorOf(alice)).to.equal(0n);
    expect(await datanets.contributorOf(bob)).to.equal(1n);
    expect(await datanets.contributorCount()).to.equal(2n);
    expect(await datanets.accountOf(1)).to.equal(bob.address);
  });

  it("knows nobody under an id that was not given", async () => {
    const { datanets } = await loadFixture(deployed);
    expect(await datanets.accountOf(0)).to.equal(ethers.ZeroAddress);
  });

  it("reverts when an account without an id is asked for its", async () => {
    const { datanets, alice } = await loadFixture(deployed);
    await expect(datanets.contributorOf(alice))
      .to.be.revertedWithCustomError(datanets, "DatanetNotContributor")
      .withArgs(alice);
  });
});
