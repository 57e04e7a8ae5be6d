import { expect } from "chai";
import { scoreAll } from "./contributions.ts";
import { accepted, pending, rejected } from "./datanet.ts";
import { hash, loadFixture, open, PURSE, parameter, Status, time } from "./fixtures.ts";

describe("Datanets.withdrawConsent", () => {
  it("withdraws an accepted contribution, also long after its verdict", async () => {
    const { datanets, alice } = await loadFixture(accepted);
    await time.increase(parameter("challengeWindow") * 10n);
    await expect(datanets.connect(alice).withdrawConsent(0))
      .to.emit(datanets, "StatusChanged")
      .withArgs(0, Status.Withdrawn);
    expect((await datanets.contributionOf(0)).status).to.equal(Status.Withdrawn);
  });

  it("withdraws a pending one, and ends its review", async () => {
    const { datanets, alice, member } = await loadFixture(pending);
    await datanets.connect(alice).withdrawConsent(0);
    await expect(datanets.connect(member).commitScore(0, hash("sealed"))).to.be.revertedWithCustomError(
      datanets,
      "DatanetNoRound",
    );
  });

  for (const [score, what] of [
    [90, "pays the contributor for a challenge that fails"],
    [10, "gives the bond away by a challenge that succeeds"],
  ] as const) {
    it(`stays withdrawn through an open challenge, which still ${what}`, async () => {
      const suite = await loadFixture(accepted);
      const { datanets, openToken, alice, bob, member, staker, validator } = suite;
      await datanets.connect(bob).challenge(0);
      await datanets.connect(alice).withdrawConsent(0);
      await scoreAll(suite, 0, [
        [member, score],
        [staker, score],
        [validator, score],
      ]);
      expect((await datanets.contributionOf(0)).status).to.equal(Status.Withdrawn);
      await time.increase(parameter("challengeWindow"));
      await datanets.returnBond(0);
      expect(await openToken.balanceOf(alice)).to.equal(score === 90 ? PURSE + open(50) : PURSE - open(12));
      expect(await openToken.balanceOf(bob)).to.equal(score === 90 ? PURSE - open(100) : PURSE + open(12));
    });
  }

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
