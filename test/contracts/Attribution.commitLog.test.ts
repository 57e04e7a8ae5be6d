import { expect } from "chai";
import { earn, funded, hash, loadFixture, nextEpoch, open, parameter, time } from "./fixtures.ts";

async function ended() {
  const suite = await funded();
  const epoch = await suite.revenue.currentEpoch();
  await earn(suite, open(100));
  await nextEpoch(suite);
  return { ...suite, epoch };
}

describe("Attribution.commitLog", () => {
  it("takes the operator's log of an ended epoch", async () => {
    const { attribution, operator, till, epoch } = await loadFixture(ended);
    await expect(attribution.connect(operator).commitLog(till, epoch, hash("log"), 3, open(100)))
      .to.emit(attribution, "LogCommitted")
      .withArgs(till, epoch, operator, hash("log"), 3, open(100));
    expect(await attribution.logOf(till, epoch)).to.deep.equal([hash("log"), 3n, open(100)]);
  });

  it("takes no log that charges more than the epoch's income", async () => {
    const { attribution, operator, till, epoch } = await loadFixture(ended);
    await expect(attribution.connect(operator).commitLog(till, epoch, hash("log"), 3, open(100) + 1n))
      .to.be.revertedWithCustomError(attribution, "AttributionOverIncome")
      .withArgs(open(100), open(100) + 1n);
  });

  it("takes no log of an operator whose bond is too low, or thaws", async () => {
    const { attribution, operators, operator, till, epoch } = await loadFixture(ended);
    await operators.connect(operator).announce(1);
    const bond = parameter("operatorBond");
    await expect(attribution.connect(operator).commitLog(till, epoch, hash("log"), 3, open(100)))
      .to.be.revertedWithCustomError(operators, "OperatorNotBonded")
      .withArgs(operator, bond - 1n, bond);
    await operators.connect(operator).deposit(1);
    await attribution.connect(operator).commitLog(till, epoch, hash("log"), 3, open(100));
  });

  it("takes it in the last second", async () => {
    const { attribution, operator, till, epoch } = await loadFixture(ended);
    const deadline = await attribution.logDeadline(epoch);
    expect(deadline).to.equal((epoch + 1n) * parameter("epoch") + parameter("logDelay"));
    await time.setNextBlockTimestamp(deadline);
    await attribution.connect(operator).commitLog(till, epoch, hash("log"), 3, open(100));
  });

  it("reverts after the deadline", async () => {
    const { attribution, operator, till, epoch } = await loadFixture(ended);
    const deadline = await attribution.logDeadline(epoch);
    await time.setNextBlockTimestamp(deadline + 1n);
    await expect(attribution.connect(operator).commitLog(till, epoch, hash("log"), 3, open(100)))
      .to.be.revertedWithCustomError(attribution, "AttributionLogDeadline")
      .withArgs(epoch, deadline);
  });

  it("reverts the second time", async () => {
    const { attribution, operator, till, epoch } = await loadFixture(ended);
    await attribution.connect(operator).commitLog(till, epoch, hash("log"), 0, 0);
    await expect(attribution.connect(operator).commitLog(till, epoch, hash("other"), 3, open(100)))
      .to.be.revertedWithCustomError(attribution, "AttributionLogCommitted")
      .withArgs(till, epoch);
  });

  it("reverts while the epoch runs", async () => {
    const { attribution, operator, till, epoch } = await loadFixture(ended);
    await expect(attribution.connect(operator).commitLog(till, epoch + 1n, hash("log"), 3, open(100)))
      .to.be.revertedWithCustomError(attribution, "AttributionEpochOpen")
      .withArgs(epoch + 1n);
  });

  it("reverts when the caller is not the Till's operator, or it is no Till", async () => {
    const { attribution, operator, stranger, till, epoch } = await loadFixture(ended);
    for (const [account, address] of [
      [stranger, await till.getAddress()],
      [operator, stranger.address],
    ] as const) {
      await expect(attribution.connect(account).commitLog(address, epoch, hash("log"), 3, open(100)))
        .to.be.revertedWithCustomError(attribution, "AttributionNotOperator")
        .withArgs(address, account);
    }
  });
});
