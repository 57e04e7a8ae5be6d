import { expect } from "chai";
import { accepted, pending, rejected } from "./datanet.ts";
import { hash, loadFixture, open, Status } from "./fixtures.ts";

describe("Datanets.withdrawConsent", () => {
  it("withdraws an accepted contribution", async () => {
    const { datanets, alice } = await loadFixture(accepted);
    await expect(datanets.connect(alice).withdrawConsent(0))
      .to.emit(datanets, "StatusChanged")
      .withArgs(0, Status.Withdrawn);
    expect((await datanets.contributionOf(0)).status).to.equal(Status.Withdrawn);
  });

  it("withdraws a pending one, and frees its root", async () => {
    const { datanets, alice, bob } = await loadFixture(pending);
    await datanets.connect(alice).withdrawConsent(0);
    await datanets.connect(bob).contribute(0, hash("rows"), 20, open(10), "");
    expect(await datanets.contributionCount()).to.equal(2n);
  });

  it("reverts when the caller is not its contributor", async () => {
    const { datanets, bob } = await loadFixture(accepted);
    await expect(datanets.connect(bob).withdrawConsent(0))
      .to.be.revertedWithCustomError(datanets, "DatanetNotContributor")
      .withArgs(bob);
  });

  it("reverts when it is rejected", async () => {
    const { datanets, alice } = await loadFixture(rejected);
    await expect(datanets.connect(alice).withdrawConsent(0))
      .to.be.revertedWithCustomError(datanets, "DatanetWrongStatus")
      .withArgs(0, Status.Rejected);
  });
});
