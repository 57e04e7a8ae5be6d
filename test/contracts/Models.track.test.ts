import { expect } from "chai";
import type { IModels } from "../../types/index.ts";
import {
  approved,
  hash,
  impersonate,
  live,
  loadFixture,
  open,
  parameter,
  SPLIT,
  State,
  type Suite,
  terms,
  time,
  vote,
} from "./fixtures.ts";

/** Terms of the next version of the live version 0. */
const next = async (suite: Pick<Suite, "operator">, changes: Partial<IModels.TermsStruct> = {}) => ({
  ...(await terms(suite)),
  adapterHash: hash("adapter 2"),
  indexRoot: hash("index 2"),
  manifestHash: hash("manifest 2"),
  parentAfter: 1,
  ...changes,
});

/** Version 0 is live, and version 1 that follows it has been proposed on the short track. */
async function following() {
  const suite = await live();
  await suite.models.connect(suite.developer).propose(await next(suite), open(2000), "file:next");
  return suite;
}

describe("Models, objection track", () => {
  it("approves the next version of a live one once nobody has objected in the window", async () => {
    const suite = await loadFixture(live);
    const { models, developer, stranger } = suite;
    const proposal = await next(suite);
    expect(await models.needsVote(proposal, developer)).to.equal(false);
    await expect(models.connect(developer).propose(proposal, open(2000), "")).to.emit(models, "ObjectionsOpened");
    const closesAt = BigInt(await time.latest()) + parameter("objectionWindow");
    // 5 % of the 120,000 at stake
    expect(await models.objectionsOf(1)).to.deep.equal([closesAt, 0n, open(6000)]);
    await time.increaseTo(closesAt);
    await expect(models.connect(stranger).approveUnopposed(1)).to.emit(models, "Approved").withArgs(1);
    expect(await models.stateOf(1)).to.equal(State.Approved);
    expect((await models.termsOf(1)).parentAfter).to.equal(1n);
  });

  for (const [what, changes] of [
    ["a new base", { baseHash: hash("base 2") }],
    ["a new Datanet", { datanet: 1 }],
    ["a raised price of prompts", { priceIn: open("0.1") + 1n }],
    ["a raised price of answers", { priceOut: open("0.2") + 1n }],
    ["another operator", { operator: "0x00000000000000000000000000000000000000AA" }],
    ["a weaker target", { targetMilliPerplexity: 9001 }],
    ["less for contributors", { split: { ...SPLIT, contributors: 3499n, developer: 2001n } }],
    ["less for stakers", { split: { ...SPLIT, stakers: 999n, developer: 2001n } }],
    ["less for validators", { split: { ...SPLIT, validators: 499n, developer: 2001n } }],
    ["less for the treasury", { split: { ...SPLIT, treasury: 499n, developer: 2001n } }],
    ["no version that it follows", { parentAfter: 0 }],
    ["a version that is not there", { parentAfter: 9 }],
  ] as const) {
    it(`needs the full vote for ${what}`, async () => {
      const suite = await loadFixture(live);
      const { models, datanets, developer, member } = suite;
      await datanets.create("Wasps", "MIT", 0, [member]);
      const proposal = await next(suite, changes);
      expect(await models.needsVote(proposal, developer)).to.equal(true);
      if (changes === undefined || ("parentAfter" in changes && changes.parentAfter === 9)) return;
      await models.connect(developer).propose(proposal, open(2000), "");
      await time.increase(parameter("objectionWindow"));
      await expect(models.approveUnopposed(1)).to.be.revertedWithCustomError(models, "ModelNeedsVote").withArgs(1);
    });
  }

  it("needs the full vote for somebody else's version, and for one that is not live", async () => {
    const suite = await loadFixture(live);
    const { models, developer, bob } = suite;
    expect(await models.needsVote(await next(suite), bob)).to.equal(true);
    await models.connect(developer).retire(0);
    expect(await models.needsVote(await next(suite), developer)).to.equal(true);
  });

  it("takes lower prices, a stricter target and more for contributors", async () => {
    const suite = await loadFixture(live);
    const split = { ...SPLIT, contributors: 4500n, developer: 1000n };
    const better = await next(suite, { priceIn: 1, priceOut: 0, targetMilliPerplexity: 1, split });
    expect(await suite.models.needsVote(better, suite.developer)).to.equal(false);
  });

  it("reverts before the window has passed", async () => {
    const { models } = await loadFixture(following);
    const { closesAt } = await models.objectionsOf(1);
    await time.setNextBlockTimestamp(closesAt - 1n);
    await expect(models.approveUnopposed(1))
      .to.be.revertedWithCustomError(models, "ModelWindowOpen")
      .withArgs(1, closesAt);
  });

  it("reverts when it is approved already", async () => {
    const { models } = await loadFixture(approved);
    await expect(models.approveUnopposed(0))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Approved);
  });

  for (const what of ["suspended", "retired"]) {
    it(`needs the full vote when the version that it follows is ${what} meanwhile`, async () => {
      const { models, timelock, developer } = await loadFixture(following);
      if (what === "retired") await models.connect(developer).retire(0);
      else await models.connect(await impersonate(timelock)).suspend(0);
      await time.increase(parameter("objectionWindow"));
      await expect(models.approveUnopposed(1)).to.be.revertedWithCustomError(models, "ModelNeedsVote").withArgs(1);
    });
  }

  it("refuses a lineage that is not there", async () => {
    const suite = await loadFixture(live);
    await expect(suite.models.connect(suite.developer).propose(await next(suite, { parentAfter: 2 }), open(2000), ""))
      .to.be.revertedWithCustomError(suite.models, "ModelUnknown")
      .withArgs(1);
  });
});

describe("Models.object", () => {
  it("takes the version to the full vote when the quorum objects", async () => {
    const suite = await loadFixture(following);
    const { models, validator } = suite;
    await expect(models.connect(validator).object(1, "it forgets winter"))
      .to.emit(models, "Objected")
      .withArgs(1, validator, open(20_000), "it forgets winter")
      .and.to.emit(models, "VoteRequired")
      .withArgs(1);
    expect((await models.objectionsOf(1)).closesAt).to.equal(0n);
    await time.increase(parameter("objectionWindow"));
    await expect(models.approveUnopposed(1)).to.be.revertedWithCustomError(models, "ModelNeedsVote");
    await vote(suite, await models.getAddress(), models.interface.encodeFunctionData("approve(uint256)", [1]));
    expect(await models.stateOf(1)).to.equal(State.Approved);
  });

  it("adds up objections, and less than the quorum changes nothing", async () => {
    const suite = await loadFixture(live);
    const { models, stakeVault, developer, alice, bob } = suite;
    for (const account of [alice, bob]) await stakeVault.connect(account).stake(open(3200));
    await time.increase(1);
    await models.connect(developer).propose(await next(suite), open(2000), "");
    await expect(models.connect(alice).object(1, "")).not.to.emit(models, "VoteRequired");
    expect((await models.objectionsOf(1)).votes).to.equal(open(3200));
    await expect(models.connect(bob).object(1, "")).to.emit(models, "VoteRequired"); // 6,320 are 5 %
  });

  it("reverts when the account has no votes from before the proposal", async () => {
    const { models, stakeVault, alice } = await loadFixture(following);
    await stakeVault.connect(alice).stake(open(900_000));
    await expect(models.connect(alice).object(1, ""))
      .to.be.revertedWithCustomError(models, "ModelNoVotes")
      .withArgs(alice);
  });

  it("reverts the second time", async () => {
    const suite = await loadFixture(live);
    const { models, stakeVault, developer, alice } = suite;
    await stakeVault.connect(alice).stake(open(3000));
    await time.increase(1);
    await models.connect(developer).propose(await next(suite), open(2000), "");
    await models.connect(alice).object(1, "");
    await expect(models.connect(alice).object(1, ""))
      .to.be.revertedWithCustomError(models, "ModelAlreadyObjected")
      .withArgs(alice);
  });

  it("reverts after the window", async () => {
    const { models, validator } = await loadFixture(following);
    const { closesAt } = await models.objectionsOf(1);
    await time.setNextBlockTimestamp(closesAt);
    await expect(models.connect(validator).object(1, ""))
      .to.be.revertedWithCustomError(models, "ModelObjectionsClosed")
      .withArgs(1, closesAt);
  });

  it("reverts when the version is at a full vote, or approved", async () => {
    const suite = await loadFixture(following);
    const { models, developer, staker } = suite;
    await models.connect(developer).propose(await terms(suite), open(2000), "");
    await expect(models.connect(staker).object(2, ""))
      .to.be.revertedWithCustomError(models, "ModelNeedsVote")
      .withArgs(2);
    await expect(models.connect(staker).object(0, ""))
      .to.be.revertedWithCustomError(models, "ModelWrongState")
      .withArgs(0, State.Live);
  });

  it("knows no objections to a version that is not there", async () => {
    const { models } = await loadFixture(live);
    await expect(models.objectionsOf(1)).to.be.revertedWithCustomError(models, "ModelUnknown").withArgs(1);
  });
});
