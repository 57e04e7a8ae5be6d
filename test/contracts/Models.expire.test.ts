import { expect } from "chai";
import { approved, ethers, loadFixture, open, proposed, State, time, vote } from "./fixtures.ts";

/** The second in which version 0 can be ended. */
async function due({ models }: Awaited<ReturnType<typeof proposed>>) {
  const [proposal] = await models.queryFilter(models.filters.Proposed());
  const { timestamp } = await proposal!.getBlock();
  return BigInt(timestamp) + (await models.PROPOSAL_TERM());
}

describe("Models.expire", () => {
  it("ends a proposal that nobody decided, for anyone, and returns its bond to the developer", async () => {
    const suite = await loadFixture(proposed);
    const { models, openToken, developer, stranger } = suite;
    await time.increaseTo(await due(suite));
    const call = models.connect(stranger).expire(0);
    await expect(call).to.changeTokenBalances(ethers, openToken, [developer, models], [open(1000), -open(1000)]);
    await expect(call).to.emit(models, "Retired").withArgs(0);
    expect(await models.stateOf(0)).to.equal(State.Retired);
    expect(await models.PROPOSAL_TERM()).to.equal(180n * 86_400n);
  });

  it("reverts before the term is over", async () => {
    const suite = await loadFixture(proposed);
    const opensAt = await due(suite);
    await time.setNextBlockTimestamp(opensAt - 1n);
    await expect(suite.models.expire(0))
      .to.be.revertedWithCustomError(suite.models, "ModelWindowOpen")
      .withArgs(0, opensAt);
    await time.setNextBlockTimestamp(opensAt);
    await suite.models.expire(0);
  });

  it("reverts when the version was decided", async () => {
    const suite = await loadFixture(approved);
    const { models } = suite;
    await time.increase(await models.PROPOSAL_TERM());
    await expect(models.expire(0)).to.be.revertedWithCustomError(models, "ModelWrongState").withArgs(0, State.Approved);
  });

  it("returns the bond once, and leaves nothing to approve", async () => {
    const suite = await loadFixture(proposed);
    const { models, developer } = suite;
    await time.increase(await models.PROPOSAL_TERM());
    await models.expire(0);
    await expect(models.expire(0)).to.be.revertedWithCustomError(models, "ModelWrongState").withArgs(0, State.Retired);
    await expect(models.connect(developer).retire(0)).to.be.revertedWithCustomError(models, "ModelWrongState");
    const data = models.interface.encodeFunctionData("approve(uint256)", [0]);
    await expect(vote(suite, await models.getAddress(), data)).to.be.revertedWithCustomError(models, "ModelWrongState");
  });

  it("reverts when the version is not there", async () => {
    const { models } = await loadFixture(proposed);
    await expect(models.expire(5)).to.be.revertedWithCustomError(models, "ModelUnknown").withArgs(5);
  });
});
