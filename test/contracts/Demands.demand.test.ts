import { expect } from "chai";
import { committed, List, placeOf } from "./demands.ts";
import { ethers, loadFixture, parameter, time } from "./fixtures.ts";

const DEPOSIT = parameter("demandDeposit");

describe("Demands.demand", () => {
  it("takes a deposit, and gives a quarter of the window to answer", async () => {
    const { demands, openToken, alice, entry, id } = await loadFixture(committed);
    const place = placeOf(List.Features, 2, 1);
    const key = await demands.keyOf(id, place);
    const deadline = BigInt(await time.latest()) + 5n + parameter("window") / 4n;
    await time.setNextBlockTimestamp(deadline - parameter("window") / 4n);
    const call = demands.connect(alice).demand(entry, place);
    await expect(call).to.emit(demands, "Demanded").withArgs(key, id, alice, Object.values(place), deadline);
    await expect(call).to.changeTokenBalances(ethers, openToken, [alice, demands], [-DEPOSIT, DEPOSIT]);
    expect(await demands.demandOf(key)).to.deep.equal([alice.address, deadline, false]);
    expect(await demands.DEPOSIT()).to.equal(DEPOSIT);
  });

  it("is made once of each leaf", async () => {
    const { demands, alice, bob, entry, id } = await loadFixture(committed);
    const place = placeOf(List.Parts, 1);
    await demands.connect(alice).demand(entry, place);
    await expect(demands.connect(bob).demand(entry, place))
      .to.be.revertedWithCustomError(demands, "DemandKnown")
      .withArgs(await demands.keyOf(id, place));
    await demands.connect(bob).demand(entry, placeOf(List.Parts, 2));
  });

  it("comes in the first half of the window", async () => {
    const { demands, alice, entry } = await loadFixture(committed);
    const last = BigInt(entry.activatesAt) - parameter("window") / 2n;
    await time.setNextBlockTimestamp(last);
    await demands.connect(alice).demand(entry, placeOf(List.Steps));
    await expect(demands.connect(alice).demand(entry, placeOf(List.Samples)))
      .to.be.revertedWithCustomError(demands, "DemandTooLate")
      .withArgs(last);
  });

  it("is of a posting that is pending", async () => {
    const { demands, attribution, alice, poster, entry } = await loadFixture(committed);
    const other = { ...entry, poster: alice.address };
    await expect(demands.connect(poster).demand(other, placeOf(List.Steps)))
      .to.be.revertedWithCustomError(demands, "DemandNotPending")
      .withArgs(await attribution.idOf(other));
    await time.increase(parameter("window"));
    await expect(demands.connect(poster).demand(entry, placeOf(List.Steps))).to.be.revertedWithCustomError(
      demands,
      "DemandNotPending",
    );
  });
});
