import { expect } from "chai";
import { committed, List, placeOf } from "./demands.ts";
import { ethers, loadFixture, open, parameter, time } from "./fixtures.ts";
import { mockVerifiers, PROOF } from "./refutations.ts";

const DEPOSIT = parameter("demandDeposit");
const PLACE = placeOf(List.Samples, 0);

async function demanded() {
  const suite = await committed();
  const { demands, alice, entry, id } = suite;
  await demands.connect(alice).demand(entry, PLACE);
  const key = await demands.keyOf(id, PLACE);
  return { ...suite, key, deadline: (await demands.demandOf(key)).deadline };
}

describe("Demands.expire", () => {
  it("voids a posting whose data nobody shows: the demander has its deposit and half of the bond", async () => {
    const { demands, attribution, openToken, alice, stranger, entry, id, key, deadline } = await loadFixture(demanded);
    const supply = await openToken.totalSupply();
    await time.setNextBlockTimestamp(deadline + 1n);
    const call = demands.connect(stranger).expire(entry, PLACE);
    await expect(call).to.emit(attribution, "Voided").withArgs(id, true);
    await expect(call).to.emit(demands, "Expired").withArgs(key, true);
    await expect(call).to.changeTokenBalances(
      ethers,
      openToken,
      [demands, attribution, alice],
      [-DEPOSIT, -open(5000), DEPOSIT + open(2500)],
    );
    expect(await openToken.totalSupply()).to.equal(supply - open(2500));
    expect(await attribution.isPending(entry)).to.equal(false);
  });

  it("reverts before the deadline is over, and the second time", async () => {
    const { demands, entry, key, deadline } = await loadFixture(demanded);
    await time.setNextBlockTimestamp(deadline);
    await expect(demands.expire(entry, PLACE))
      .to.be.revertedWithCustomError(demands, "DemandRunning")
      .withArgs(key, deadline);
    await time.setNextBlockTimestamp(deadline + 1n);
    await demands.expire(entry, PLACE);
    await expect(demands.expire(entry, PLACE)).to.be.revertedWithCustomError(demands, "DemandNotOpen").withArgs(key);
  });

  it("returns the deposit where the posting was refuted meanwhile, and slashes nobody again", async () => {
    const suite = await loadFixture(demanded);
    const { demands, refutations, openToken, attribution, alice, postingVerifier, entry, key, deadline } = suite;
    await mockVerifiers(suite);
    await refutations.refute(entry, postingVerifier, PROOF);
    await time.setNextBlockTimestamp(deadline + 1n);
    const call = demands.expire(entry, PLACE);
    await expect(call).to.emit(demands, "Expired").withArgs(key, false);
    await expect(call).to.changeTokenBalances(ethers, openToken, [attribution, alice], [0n, DEPOSIT]);
  });

  it("returns the deposit once the window is over: who demands ends the demand in time", async () => {
    const { demands, attribution, openToken, alice, entry } = await loadFixture(demanded);
    await time.increase(parameter("window"));
    await attribution.finalize(entry);
    await expect(demands.expire(entry, PLACE)).to.changeTokenBalances(ethers, openToken, [alice], [DEPOSIT]);
  });

  it("reverts where nothing was demanded", async () => {
    const { demands, entry, id } = await loadFixture(demanded);
    const place = placeOf(List.Samples, 1);
    await expect(demands.expire(entry, place))
      .to.be.revertedWithCustomError(demands, "DemandNotOpen")
      .withArgs(await demands.keyOf(id, place));
  });
});
