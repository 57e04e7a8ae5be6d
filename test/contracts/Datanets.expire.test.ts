import { expect } from "chai";
import { commit } from "./contributions.ts";
import { BATCH, pending } from "./datanet.ts";
import { hash, loadFixture, open, parameter, Status, time } from "./fixtures.ts";

async function committed() {
  const suite = await pending();
  await commit(suite, suite.bob, { ...BATCH, root: hash("more") });
  return suite;
}

describe("Datanets.expire", () => {
  it("gives the bond of what was not revealed in time to the treasury, whoever calls", async () => {
    const { datanets, openToken, timelock, stranger } = await loadFixture(committed);
    await time.increase(parameter("revealWindow") + 1n);
    await expect(datanets.connect(stranger).expire(1))
      .to.emit(datanets, "BondForfeited")
      .withArgs(1, open(12))
      .and.to.emit(datanets, "StatusChanged")
      .withArgs(1, Status.Expired);
    expect(await openToken.balanceOf(timelock)).to.equal(open(12));
    expect(await openToken.balanceOf(datanets)).to.equal(open(12)); // alice's, of another contribution
  });

  it("reverts while it can be revealed", async () => {
    const { datanets } = await loadFixture(committed);
    const opensAt = (await datanets.contributionOf(1)).committedAt + parameter("revealWindow") + 1n;
    await time.setNextBlockTimestamp(opensAt - 1n);
    await expect(datanets.expire(1)).to.be.revertedWithCustomError(datanets, "DatanetTooEarly").withArgs(1, opensAt);
  });

  it("reverts when it was revealed", async () => {
    const { datanets } = await loadFixture(pending);
    await expect(datanets.expire(0))
      .to.be.revertedWithCustomError(datanets, "DatanetWrongStatus")
      .withArgs(0, Status.Pending);
  });
});
