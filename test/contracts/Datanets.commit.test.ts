import { expect } from "chai";
import { commit, contribute, SALT } from "./contributions.ts";
import { BATCH, pending } from "./datanet.ts";
import { ethers, hash, loadFixture, open, PURSE, Status, time, ZERO } from "./fixtures.ts";

describe("Datanets.commit", () => {
  it("takes a place under a bond and registers its contributor", async () => {
    const { datanets, openToken, bob } = await loadFixture(pending);
    await expect(datanets.connect(bob).commit(0, hash("sealed"), open(10)))
      .to.emit(datanets, "Committed")
      .withArgs(1, 0, 1, hash("sealed"), open(10));
    const committedAt = BigInt(await time.latest());
    expect(await datanets.contributionOf(1)).to.deep.equal([
      0n,
      1n,
      0n,
      committedAt,
      Status.Committed,
      open(10),
      hash("sealed"),
      "",
    ]);
    expect(await datanets.contributionCount()).to.equal(2n);
    expect(await datanets.accountOf(1)).to.equal(bob.address);
    expect(await openToken.balanceOf(bob)).to.equal(PURSE - open(10));
  });

  it("gives a second contribution of the same account the same contributor", async () => {
    const suite = await loadFixture(pending);
    await contribute(suite, suite.alice, { ...BATCH, root: hash("more") });
    expect((await suite.datanets.contributionOf(1)).contributor).to.equal(0n);
    expect(await suite.datanets.contributorCount()).to.equal(1n);
  });

  it("is in the order of commitments, whoever reveals first", async () => {
    const suite = await loadFixture(pending);
    const { datanets, bob, carol } = suite;
    const first = await commit(suite, bob, { ...BATCH, root: hash("b") });
    const second = await contribute(suite, carol, { ...BATCH, root: hash("c") });
    await datanets.connect(bob).reveal(first, hash("b"), 20, SALT, "");
    expect(first).to.be.lessThan(second);
    const [earlier, later] = [await datanets.contributionOf(first), await datanets.contributionOf(second)];
    expect(earlier.committedAt < later.committedAt).to.equal(true);
  });

  it("reverts when the Datanet is not there", async () => {
    const { datanets, bob } = await loadFixture(pending);
    await expect(datanets.connect(bob).commit(1, hash("sealed"), open(10)))
      .to.be.revertedWithCustomError(datanets, "DatanetUnknown")
      .withArgs(1);
  });

  it("reverts when it commits to nothing", async () => {
    const { datanets, bob } = await loadFixture(pending);
    await expect(datanets.connect(bob).commit(0, ZERO, open(10))).to.be.revertedWithCustomError(
      datanets,
      "DatanetEmptyContribution",
    );
  });

  it("reverts when the bond is below the minimum", async () => {
    const { datanets, bob } = await loadFixture(pending);
    await expect(datanets.connect(bob).commit(0, hash("sealed"), open(10) - 1n))
      .to.be.revertedWithCustomError(datanets, "DatanetBondTooLow")
      .withArgs(open(10) - 1n, open(10));
  });

  it("reverts when asked for one that is not there", async () => {
    const { datanets } = await loadFixture(pending);
    await expect(datanets.contributionOf(1))
      .to.be.revertedWithCustomError(datanets, "DatanetUnknownContribution")
      .withArgs(1);
  });

  it("has commitments that anybody can compute", async () => {
    const { datanets, alice } = await loadFixture(pending);
    const coder = ethers.AbiCoder.defaultAbiCoder();
    const types = ["uint256", "address", "bytes32", "uint32", "bytes32"];
    const encoded = coder.encode(types, [0, alice.address, hash("rows"), 20, SALT]);
    expect(await datanets.commitmentOf(0, alice, hash("rows"), 20, SALT)).to.equal(ethers.keccak256(encoded));
  });
});
