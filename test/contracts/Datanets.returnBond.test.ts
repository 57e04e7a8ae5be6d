import { expect } from "chai";
import { accepted, pending, rejected } from "./datanet.ts";
import { loadFixture, open, PURSE, Status } from "./fixtures.ts";

describe("Datanets.returnBond", () => {
  it("pays the bond of a rejected contribution to its contributor, whoever calls", async () => {
    const { datanets, openToken, alice, stranger } = await loadFixture(rejected);
    await expect(datanets.connect(stranger).returnBond(0))
      .to.emit(datanets, "BondReturned")
      .withArgs(0, alice, open(12));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE);
  });

  it("pays the bond of a withdrawn contribution", async () => {
    const { datanets, openToken, alice } = await loadFixture(accepted);
    await datanets.connect(alice).withdrawConsent(0);
    await datanets.returnBond(0);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE);
  });

  it("reverts the second time", async () => {
    const { datanets } = await loadFixture(rejected);
    await datanets.returnBond(0);
    await expect(datanets.returnBond(0)).to.be.revertedWithCustomError(datanets, "DatanetNoBond").withArgs(0);
  });

  it("reverts while the contribution is pending or accepted", async () => {
    const { datanets } = await loadFixture(pending);
    await expect(datanets.returnBond(0))
      .to.be.revertedWithCustomError(datanets, "DatanetWrongStatus")
      .withArgs(0, Status.Pending);
    const later = await loadFixture(accepted);
    await expect(later.datanets.returnBond(0))
      .to.be.revertedWithCustomError(datanets, "DatanetWrongStatus")
      .withArgs(0, Status.Accepted);
  });
});
