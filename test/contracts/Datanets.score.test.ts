import { expect } from "chai";
import { accepted, pending } from "./datanet.ts";
import { hash, loadFixture, open, Status } from "./fixtures.ts";

describe("Datanets.score", () => {
  it("accepts by a strict majority of the whole committee", async () => {
    const { datanets, member, staker } = await loadFixture(pending);
    await expect(datanets.connect(member).score(0, true)).not.to.emit(datanets, "StatusChanged");
    await expect(datanets.connect(staker).score(0, true))
      .to.emit(datanets, "StatusChanged")
      .withArgs(0, Status.Accepted);
    expect((await datanets.contributionOf(0)).status).to.equal(Status.Accepted);
  });

  it("rejects by a strict majority", async () => {
    const { datanets, member, staker, validator } = await loadFixture(pending);
    await datanets.connect(member).score(0, false);
    await datanets.connect(staker).score(0, true);
    await expect(datanets.connect(validator).score(0, false))
      .to.emit(datanets, "StatusChanged")
      .withArgs(0, Status.Rejected);
  });

  it("decides nothing by half of a committee", async () => {
    const { datanets, member, staker, alice } = await loadFixture(pending);
    await datanets.create("Wasps", "MIT", 0, [member, staker]);
    await datanets.connect(alice).contribute(1, hash("wasps"), 5, 0, "");
    await datanets.connect(member).score(1, true);
    await datanets.connect(staker).score(1, false);
    expect((await datanets.contributionOf(1)).status).to.equal(Status.Pending);
  });

  it("reverts when the caller has no seat in this committee", async () => {
    const { datanets, alice, stranger } = await loadFixture(pending);
    await datanets.create("Wasps", "MIT", 0, [stranger]);
    for (const account of [alice, stranger]) {
      await expect(datanets.connect(account).score(0, true))
        .to.be.revertedWithCustomError(datanets, "DatanetNotCommittee")
        .withArgs(account);
    }
  });

  it("reverts when the member has scored it", async () => {
    const { datanets, member } = await loadFixture(pending);
    await datanets.connect(member).score(0, true);
    await expect(datanets.connect(member).score(0, false))
      .to.be.revertedWithCustomError(datanets, "DatanetAlreadyScored")
      .withArgs(member);
  });

  it("reverts when it is decided", async () => {
    const { datanets, validator } = await loadFixture(accepted);
    await expect(datanets.connect(validator).score(0, false))
      .to.be.revertedWithCustomError(datanets, "DatanetWrongStatus")
      .withArgs(0, Status.Accepted);
  });

  it("reverts when there is no such contribution", async () => {
    const { datanets, member } = await loadFixture(pending);
    await expect(datanets.connect(member).score(9, true))
      .to.be.revertedWithCustomError(datanets, "DatanetUnknownContribution")
      .withArgs(9);
  });

  it("gives the last of sixteen members a seat of its own", async () => {
    const { datanets, member, staker, validator, alice, bob, carol, developer, operator, payer, poster, stranger } =
      await loadFixture(pending);
    const signers = [member, staker, validator, bob, carol, developer, operator, payer, poster, stranger];
    const strangers = Array.from({ length: 6 }, (_, i) => `0x${String(i + 1).padStart(40, "0")}`);
    await datanets.create("Wasps", "MIT", 0, [...strangers, ...signers.map((signer) => signer.address)]);
    await datanets.connect(alice).contribute(1, hash("wasps"), 5, open(1), "");
    for (const signer of signers.slice(1)) await datanets.connect(signer).score(1, true);
    expect((await datanets.contributionOf(1)).status).to.equal(Status.Accepted);
  });
});
