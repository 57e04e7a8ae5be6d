import { expect } from "chai";
import {
  approved,
  evaluated,
  hash,
  live,
  loadFixture,
  open,
  parameter,
  State,
  terms,
  time,
  trained,
} from "../contracts/fixtures.ts";

describe("attack: code swap after approval", () => {
  it("cannot publish another artifact than the one that was voted on", async () => {
    const { models, developer } = await loadFixture(approved);
    for (const [manifest, adapter] of [
      ["manifest", "swapped"],
      ["swapped", "adapter"],
    ] as const) {
      await expect(
        models.connect(developer).recordTrained(0, hash(manifest), hash(adapter), ""),
      ).to.be.revertedWithCustomError(models, "ModelHashMismatch");
    }
  });

  it("cannot publish again once it is trained, evaluated or live", async () => {
    for (const [fixture, state] of [
      [trained, State.Trained],
      [evaluated, State.Evaluated],
      [live, State.Live],
    ] as const) {
      const { models, developer } = await loadFixture(fixture);
      await expect(models.connect(developer).recordTrained(0, hash("manifest"), hash("adapter"), ""))
        .to.be.revertedWithCustomError(models, "ModelWrongState")
        .withArgs(0, state);
    }
  });

  it("leaves a live version's terms as they were proposed, to the byte", async () => {
    const { models } = await loadFixture(live);
    const [proposal] = await models.queryFilter(models.filters.Proposed());
    expect(await models.termsOf(0)).to.deep.equal(proposal!.args.terms);
    expect((await models.termsOf(0)).adapterHash).to.equal(hash("adapter"));
  });

  it("does not go live by the next version's short track with another base", async () => {
    const suite = await loadFixture(live);
    const { models, developer } = suite;
    const swapped = { ...(await terms(suite)), baseHash: hash("swapped"), parentAfter: 1 };
    await models.connect(developer).propose(swapped, open(2000), "");
    await time.increase(parameter("objectionWindow") * 10n);
    await expect(models.approveUnopposed(1)).to.be.revertedWithCustomError(models, "ModelNeedsVote");
  });

  it("does not reach the short track by a version in between that needed the vote and never got it", async () => {
    const suite = await loadFixture(live);
    const { models, developer } = suite;
    const swapped = { ...(await terms(suite)), baseHash: hash("swapped"), parentAfter: 1 };
    await models.connect(developer).propose(swapped, open(2000), "");
    expect(await models.needsVote({ ...swapped, parentAfter: 2 }, developer)).to.equal(true);
  });
});
