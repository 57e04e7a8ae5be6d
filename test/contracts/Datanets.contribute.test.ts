import { expect } from "chai";
import { accepted, pending, rejected } from "./datanet.ts";
import { hash, loadFixture, open, PURSE, Status, time, ZERO } from "./fixtures.ts";

describe("Datanets.contribute", () => {
  it("commits a batch under a bond and registers its contributor", async () => {
    const { datanets, openToken, bob } = await loadFixture(pending);
    await expect(datanets.connect(bob).contribute(0, hash("more"), 7, open(10), "file:more"))
      .to.emit(datanets, "Contributed")
      .withArgs(1, 0, 1, hash("more"), 7, open(10), "file:more");
    const committedAt = BigInt(await time.latest());
    expect(await datanets.contributionOf(1)).to.deep.equal([
      0n,
      1n,
      7n,
      committedAt,
      Status.Pending,
      open(10),
      hash("more"),
      "file:more",
    ]);
    expect(await datanets.contributionCount()).to.equal(2n);
    expect(await openToken.balanceOf(bob)).to.equal(PURSE - open(10));
    expect(await openToken.balanceOf(datanets)).to.equal(open(22));
  });

  it("takes the same root in another Datanet, and again after a rejection", async () => {
    const { datanets, member, bob } = await loadFixture(rejected);
    await datanets.connect(bob).contribute(0, hash("rows"), 20, open(10), "file:rows");
    await datanets.create("Wasps", "MIT", 0, [member]);
    await datanets.connect(bob).contribute(1, hash("rows"), 20, 0, "file:rows");
    expect(await datanets.contributionCount()).to.equal(3n);
  });

  it("reverts when the root is taken, also by one whose consent was withdrawn", async () => {
    const { datanets, alice, bob } = await loadFixture(accepted);
    const again = () => datanets.connect(bob).contribute(0, hash("rows"), 20, open(10), "file:rows");
    await expect(again()).to.be.revertedWithCustomError(datanets, "DatanetRootTaken").withArgs(0);
    await datanets.connect(alice).withdrawConsent(0);
    await expect(again()).to.be.revertedWithCustomError(datanets, "DatanetRootTaken").withArgs(0);
  });

  it("reverts when the Datanet is not there", async () => {
    const { datanets, bob } = await loadFixture(pending);
    await expect(datanets.connect(bob).contribute(1, hash("more"), 7, open(10), ""))
      .to.be.revertedWithCustomError(datanets, "DatanetUnknown")
      .withArgs(1);
  });

  it("reverts when it has no rows or no root", async () => {
    const { datanets, bob } = await loadFixture(pending);
    for (const [root, rows] of [
      [ZERO, 7],
      [hash("more"), 0],
    ] as const) {
      await expect(datanets.connect(bob).contribute(0, root, rows, open(10), "")).to.be.revertedWithCustomError(
        datanets,
        "DatanetEmptyContribution",
      );
    }
  });

  it("reverts when the bond is below the minimum", async () => {
    const { datanets, bob } = await loadFixture(pending);
    await expect(datanets.connect(bob).contribute(0, hash("more"), 7, open(10) - 1n, ""))
      .to.be.revertedWithCustomError(datanets, "DatanetBondTooLow")
      .withArgs(open(10) - 1n, open(10));
  });

  it("reverts when asked for one that is not there", async () => {
    const { datanets } = await loadFixture(pending);
    await expect(datanets.contributionOf(1))
      .to.be.revertedWithCustomError(datanets, "DatanetUnknownContribution")
      .withArgs(1);
  });
});
