import { expect } from "chai";
import { deployed, ethers, loadFixture, open } from "./fixtures.ts";

describe("Datanets.create", () => {
  it("creates a Datanet as an ERC-721 of the caller", async () => {
    const { datanets, alice, member, stranger } = await loadFixture(deployed);
    const committee = [member.address, stranger.address];
    await expect(datanets.connect(alice).create("Bees", "CC-BY-4.0", open(3), committee))
      .to.emit(datanets, "DatanetCreated")
      .withArgs(0, alice, "Bees", "CC-BY-4.0", open(3), committee);
    expect(await datanets.ownerOf(0)).to.equal(alice.address);
    expect(await datanets.datanetCount()).to.equal(1n);
    expect(await datanets.datanetOf(0)).to.deep.equal(["Bees", "CC-BY-4.0", open(3), committee]);
  });

  it("reverts when the committee is empty or larger than 16", async () => {
    const { datanets } = await loadFixture(deployed);
    const crowd = Array.from({ length: 17 }, () => ethers.Wallet.createRandom().address);
    for (const committee of [[], crowd]) {
      await expect(datanets.create("Bees", "MIT", 0, committee))
        .to.be.revertedWithCustomError(datanets, "DatanetCommitteeSize")
        .withArgs(committee.length);
    }
    await datanets.create("Bees", "MIT", 0, crowd.slice(1));
  });

  it("reverts when a member is named twice or nobody", async () => {
    const { datanets, member } = await loadFixture(deployed);
    for (const wrong of [member.address, ethers.ZeroAddress]) {
      await expect(datanets.create("Bees", "MIT", 0, [member, wrong]))
        .to.be.revertedWithCustomError(datanets, "DatanetInvalidMember")
        .withArgs(wrong);
    }
  });

  it("reverts when asked for one that is not there", async () => {
    const { datanets } = await loadFixture(deployed);
    await expect(datanets.datanetOf(0)).to.be.revertedWithCustomError(datanets, "DatanetUnknown").withArgs(0);
  });
});
