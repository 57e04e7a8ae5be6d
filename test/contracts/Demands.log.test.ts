import { expect } from "chai";
import { DOMAIN } from "../../protocol/domains.ts";
import { List } from "../../protocol/list.ts";
import { type Receipt, receiptLeaf } from "../../protocol/receipt.ts";
import { BACKING, CONFIG, encode, RECEIPT } from "./demands.ts";
import { earn, ethers, funded, loadFixture, nextEpoch, open, parameter, passDeadline, time, ZERO } from "./fixtures.ts";
import { NOWHERE, openingOf } from "./ledger.ts";

const DEPOSIT = parameter("demandDeposit");
const BOND = parameter("operatorBond");
const receiptsOf = (receipts: Receipt[]) => new List(DOMAIN.receipts, receipts.map(receiptLeaf));

/** An epoch with 100 OPEN of income, whose log has two receipts on the payer's channel. */
async function logged() {
  const suite = await funded();
  const { revenue, attribution, operator, payer, till, channelId: id } = suite;
  const epoch = await revenue.currentEpoch();
  await earn(suite, open(100));
  await nextEpoch(suite);
  const at = (await till.getAddress()) as `0x${string}`;
  const receipts = [0, 1].map(
    (i): Receipt => ({
      till: at,
      number: i,
      model: 0,
      channelId: id as `0x${string}`,
      payer: payer.address as `0x${string}`,
      chargeBefore: open(50) * BigInt(i),
      chargeAfter: open(50) * BigInt(i + 1),
      running: open(50) * BigInt(i + 1),
      epoch: Number(epoch),
      requestHash: ZERO as `0x${string}`,
      responseHash: ZERO as `0x${string}`,
      bound: false,
      voucherMax: open(100),
      voucherSignature: "0x1234",
      operatorSignature: "0x",
    }),
  );
  await attribution.connect(operator).commitLog(at, epoch, receiptsOf(receipts).root, 2, open(100));
  return { ...suite, at, epoch, receipts };
}

type LoggedSuite = Awaited<ReturnType<typeof logged>>;

const contentOf = ({ receipts, config }: LoggedSuite, i: number, channel = config) =>
  encode([RECEIPT, BACKING, CONFIG], [receipts[i], { ...receipts[i], boundSignature: "0x" }, channel]);

async function demanded() {
  const suite = await logged();
  const { demands, alice, at, epoch } = suite;
  await demands.connect(alice).demandLog(at, epoch, 1);
  const key = await demands.logKeyOf(at, epoch, 1);
  return { ...suite, key, deadline: (await demands.demandOf(key)).deadline };
}

describe("Demands.demandLog", () => {
  it("takes a deposit, and gives a quarter of a window to answer", async () => {
    const { demands, openToken, alice, at, epoch } = await loadFixture(logged);
    const key = await demands.logKeyOf(at, epoch, 1);
    const deadline = BigInt(await time.latest()) + 5n + parameter("window") / 4n;
    await time.setNextBlockTimestamp(deadline - parameter("window") / 4n);
    const call = demands.connect(alice).demandLog(at, epoch, 1);
    await expect(call).to.emit(demands, "LogDemanded").withArgs(key, at, epoch, alice, 1, deadline);
    await expect(call).to.changeTokenBalances(ethers, openToken, [alice, demands], [-DEPOSIT, DEPOSIT]);
    await expect(demands.connect(alice).demandLog(at, epoch, 1))
      .to.be.revertedWithCustomError(demands, "DemandKnown")
      .withArgs(key);
  });

  it("is of a log that is committed, up to half a window after the deadline of logs", async () => {
    const suite = await loadFixture(logged);
    const { demands, attribution, alice, at, epoch } = suite;
    await expect(demands.connect(alice).demandLog(at, epoch + 1n, 0))
      .to.be.revertedWithCustomError(demands, "DemandNoLog")
      .withArgs(at, epoch + 1n);
    const last = (await attribution.logDeadline(epoch)) + parameter("window") / 2n;
    await time.setNextBlockTimestamp(last);
    await demands.connect(alice).demandLog(at, epoch, 0);
    await expect(demands.connect(alice).demandLog(at, epoch, 1))
      .to.be.revertedWithCustomError(demands, "DemandTooLate")
      .withArgs(last);
  });
});

describe("Demands.answerLog", () => {
  it("opens a receipt with all that is behind it, and earns the deposit", async () => {
    const suite = await loadFixture(demanded);
    const { demands, openToken, operator, at, epoch, receipts, key } = suite;
    const opening = openingOf(receiptsOf(receipts), 1);
    const call = demands.connect(operator).answerLog(at, epoch, 1, contentOf(suite, 1), opening);
    await expect(call).to.emit(demands, "Answered").withArgs(key, operator);
    await expect(call).to.changeTokenBalances(ethers, openToken, [demands, operator], [-DEPOSIT, DEPOSIT]);
    await expect(demands.connect(operator).answerLog(at, epoch, 1, contentOf(suite, 1), opening))
      .to.be.revertedWithCustomError(demands, "DemandNotOpen")
      .withArgs(key);
  });

  it("shows that there are not so many receipts", async () => {
    const suite = await loadFixture(logged);
    const { demands, alice, at, epoch, receipts } = suite;
    await demands.connect(alice).demandLog(at, epoch, 2);
    const opening = openingOf(receiptsOf(receipts), 0);
    await demands.answerLog(at, epoch, 2, contentOf(suite, 0), opening);
  });

  it("opens nothing by another receipt, or without the channel that it names", async () => {
    const suite = await loadFixture(demanded);
    const { demands, at, epoch, receipts, config, channels, key } = suite;
    const list = receiptsOf(receipts);
    const other = { ...config, salt: ethers.id("other") };
    expect(await channels.getChannelId(other)).not.to.equal(receipts[1]!.channelId);
    for (const [content, position] of [
      [contentOf(suite, 0), 0],
      [contentOf(suite, 0), 1],
      [contentOf(suite, 1, other), 1],
    ] as const) {
      await expect(demands.answerLog(at, epoch, 1, content, openingOf(list, position)))
        .to.be.revertedWithCustomError(demands, "DemandNotAnswered")
        .withArgs(key);
    }
    await expect(demands.answerLog(at, epoch, 1, "0x", NOWHERE)).to.be.revert(ethers);
  });

  it("comes up to the deadline", async () => {
    const suite = await loadFixture(demanded);
    const { demands, at, epoch, receipts, key, deadline } = suite;
    await time.setNextBlockTimestamp(deadline + 1n);
    await expect(demands.answerLog(at, epoch, 1, contentOf(suite, 1), openingOf(receiptsOf(receipts), 1)))
      .to.be.revertedWithCustomError(demands, "DemandOver")
      .withArgs(key, deadline);
  });
});

describe("Demands.expireLog", () => {
  it("voids the log and slashes its operator: half is the demander's, with the deposit", async () => {
    const { demands, attribution, operators, openToken, alice, operator, at, epoch, key, deadline } =
      await loadFixture(demanded);
    await time.setNextBlockTimestamp(deadline + 1n);
    const call = demands.expireLog(at, epoch, 1);
    await expect(call).to.emit(demands, "Expired").withArgs(key, true);
    await expect(call).to.emit(attribution, "LogVoided").withArgs(at, epoch);
    await expect(call).to.changeTokenBalances(
      ethers,
      openToken,
      [demands, operators, alice],
      [-DEPOSIT, -BOND, DEPOSIT + BOND / 2n],
    );
    expect(await operators.bondOf(operator)).to.deep.equal([0n, 0n, 0n]);
    await expect(demands.expireLog(at, epoch, 1))
      .to.be.revertedWithCustomError(demands, "DemandNotOpen")
      .withArgs(key);
  });

  it("returns the deposit where the log is void by then, and slashes nobody again", async () => {
    const { demands, operators, openToken, alice, bob, operator, at, epoch, deadline } = await loadFixture(demanded);
    await demands.connect(bob).demandLog(at, epoch, 0);
    await time.setNextBlockTimestamp(deadline + 10n);
    await demands.expireLog(at, epoch, 1);
    await operators.connect(operator).deposit(BOND);
    const call = demands.expireLog(at, epoch, 0);
    await expect(call).to.changeTokenBalances(ethers, openToken, [alice, bob, operators], [0n, DEPOSIT, 0n]);
  });

  it("reverts before the deadline is over", async () => {
    const { demands, at, epoch, key, deadline } = await loadFixture(demanded);
    await time.setNextBlockTimestamp(deadline);
    await expect(demands.expireLog(at, epoch, 1))
      .to.be.revertedWithCustomError(demands, "DemandRunning")
      .withArgs(key, deadline);
  });

  it("leaves the income of the epoch to the treasury", async () => {
    const suite = await loadFixture(demanded);
    const { demands, revenue, at, epoch, deadline } = suite;
    await time.setNextBlockTimestamp(deadline + 1n);
    await demands.expireLog(at, epoch, 1);
    await passDeadline(suite, epoch);
    await revenue.close(at, epoch);
    expect(await revenue.treasuryOwed()).to.equal(open(100));
  });
});
