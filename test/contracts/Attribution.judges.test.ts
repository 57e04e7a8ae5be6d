import { expect } from "chai";
import {
  closed,
  deployed,
  ethers,
  hash,
  impersonate,
  loadFixture,
  nextEpoch,
  open,
  passDeadline,
  posted,
} from "./fixtures.ts";

describe("Attribution's judges", () => {
  it("are named once, by the deployer", async () => {
    const { attribution, operators, seeds, refutations, demands, holder, stranger } = await loadFixture(deployed);
    for (const judge of [refutations, demands]) expect(await attribution.isJudge(judge)).to.equal(true);
    expect(await attribution.isJudge(stranger)).to.equal(false);
    expect(await attribution.operators()).to.equal(await operators.getAddress());
    expect(await attribution.seeds()).to.equal(await seeds.getAddress());
    for (const caller of [holder, stranger]) {
      await expect(attribution.connect(caller).wire(operators, seeds, [stranger])).to.be.revertedWithCustomError(
        attribution,
        "AttributionSealed",
      );
    }
  });

  it("are named by nobody but the deployer before", async () => {
    const { openToken, revenue, stakeVault, governor, operators, seeds, stranger, attribution } =
      await loadFixture(deployed);
    const fresh = await ethers.deployContract("Attribution", [
      openToken,
      revenue,
      stakeVault,
      governor,
      600,
      1800,
      open(1),
    ]);
    await expect(fresh.connect(stranger).wire(operators, seeds, [stranger])).to.be.revertedWithCustomError(
      attribution,
      "AttributionSealed",
    );
    await fresh.wire(operators, seeds, []);
  });

  it("settle a slashed bond once, and each its own", async () => {
    const { attribution, refutations, demands, openToken, stranger, entry } = await loadFixture(posted);
    const [judge, other] = [await impersonate(refutations), await impersonate(demands)];
    await attribution.connect(judge).voidRefuted(entry);
    await expect(attribution.connect(other).paySlash(stranger))
      .to.be.revertedWithCustomError(attribution, "AttributionNoSlash")
      .withArgs(other);
    await expect(attribution.connect(judge).paySlash(stranger)).to.changeTokenBalances(
      ethers,
      openToken,
      [attribution, stranger],
      [-open(5000), open(2500)],
    );
    await expect(attribution.connect(judge).paySlash(stranger))
      .to.be.revertedWithCustomError(attribution, "AttributionNoSlash")
      .withArgs(judge);
  });

  it("void a log, once: from then on it counts as empty, and cannot be committed again", async () => {
    const { attribution, refutations, operator, till, epoch } = await loadFixture(closed);
    const judge = await impersonate(refutations);
    await expect(attribution.connect(judge).voidLog(till, epoch))
      .to.emit(attribution, "LogVoided")
      .withArgs(till, epoch);
    expect(await attribution.logOf(till, epoch)).to.deep.equal([ethers.ZeroHash, 0n, 0n]);
    expect(await attribution.committedLogOf(till, epoch)).to.deep.equal([hash("log"), 1n, open(100)]);
    await expect(attribution.connect(judge).voidLog(till, epoch))
      .to.be.revertedWithCustomError(attribution, "AttributionNoLog")
      .withArgs(till, epoch);
    await expect(attribution.connect(operator).commitLog(till, epoch, hash("log"), 1, open(100))).to.be.revert(ethers);
  });

  it("void no log that was never committed", async () => {
    const { attribution, refutations, till, epoch } = await loadFixture(closed);
    await expect(attribution.connect(await impersonate(refutations)).voidLog(till, epoch + 1n))
      .to.be.revertedWithCustomError(attribution, "AttributionNoLog")
      .withArgs(till, epoch + 1n);
  });

  it("are nobody else, the arbiter and the operator included", async () => {
    const { attribution, holder, operator, timelock, till, epoch, entry } = await loadFixture(posted);
    for (const caller of [holder, operator, await impersonate(timelock)]) {
      for (const call of [
        () => attribution.connect(caller).voidRefuted(entry),
        () => attribution.connect(caller).paySlash(caller),
        () => attribution.connect(caller).voidLog(till, epoch),
      ]) {
        await expect(call()).to.be.revertedWithCustomError(attribution, "AttributionNotJudge").withArgs(caller);
      }
    }
  });

  it("send the income of a log that is void before its epoch is closed to the treasury", async () => {
    const suite = await loadFixture(closed);
    const { attribution, refutations, revenue, openToken, operator, payer, till } = suite;
    const epoch = await revenue.currentEpoch();
    await openToken.connect(payer).transfer(till, open(10));
    await till.sweep();
    await nextEpoch(suite);
    await attribution.connect(operator).commitLog(till, epoch, hash("log"), 1, open(10));
    await attribution.connect(await impersonate(refutations)).voidLog(till, epoch);
    await passDeadline(suite, epoch);
    await revenue.close(till, epoch);
    expect(await revenue.poolOf(epoch)).to.equal(0n);
    expect(await revenue.treasuryOwed()).to.equal(open(10));
  });
});
