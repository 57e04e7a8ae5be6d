import { expect } from "chai";
import type { IDemands } from "../../types/index.ts";
import { answerTo, type CommittedSuite, committed, encode, List, placeOf, stepAnswer } from "./demands.ts";
import { ethers, loadFixture, parameter, time } from "./fixtures.ts";
import { indexList, openingOf, openStep } from "./ledger.ts";

const DEPOSIT = parameter("demandDeposit");

/** Demands the leaf, and answers. */
async function exchange(suite: CommittedSuite, place: IDemands.PlaceStruct, answer: IDemands.AnswerStruct) {
  const { demands, alice, poster, entry } = suite;
  await demands.connect(alice).demand(entry, place);
  return demands.connect(poster).answer(entry, place, answer);
}

async function refused(suite: CommittedSuite, place: IDemands.PlaceStruct, answer: IDemands.AnswerStruct) {
  const { demands, alice, poster, entry, id } = suite;
  const key = await demands.keyOf(id, place);
  const { demander } = await demands.demandOf(key);
  if (demander === ethers.ZeroAddress) await demands.connect(alice).demand(entry, place);
  await expect(demands.connect(poster).answer(entry, place, answer))
    .to.be.revertedWithCustomError(demands, "DemandNotAnswered")
    .withArgs(key);
}

describe("Demands.answer", () => {
  it("earns the deposit, once", async () => {
    const suite = await loadFixture(committed);
    const { demands, openToken, poster, alice, entry, id } = suite;
    const place = placeOf(List.Samples, 1);
    const key = await demands.keyOf(id, place);
    const call = exchange(suite, place, answerTo(suite, List.Samples, 1));
    await expect(call).to.emit(demands, "Answered").withArgs(key, poster);
    await expect(call).to.changeTokenBalances(ethers, openToken, [demands, poster], [-DEPOSIT, DEPOSIT]);
    for (const again of [
      () => demands.connect(poster).answer(entry, place, answerTo(suite, List.Samples, 1)),
      () => demands.connect(alice).expire(entry, place),
    ]) {
      await expect(again()).to.be.revertedWithCustomError(demands, "DemandNotOpen").withArgs(key);
    }
  });

  for (const [name, list, position, chunk] of [
    ["a step", List.Steps, 0, 0],
    ["a sample", List.Samples, 2, 0],
    ["a part with its partials", List.Parts, 3, 1],
    ["a part by standing shares", List.Parts, 5, 0],
    ["a result", List.Results, 3, 0],
    ["a payout", List.Payouts, 3, 0],
    ["an entry of the index", List.Index, 1, 0],
    ["the first chunk of a feature", List.Features, 2, 0],
    ["the last chunk of a feature", List.Features, 0, 1],
    ["a chunk of a gradient", List.Gradients, 0, 1],
    ["that an unbound answer has no gradient", List.Gradients, 1, 0],
  ] as const) {
    it(`opens ${name}`, async () => {
      const suite = await loadFixture(committed);
      const answer = answerTo(suite, list, position, chunk);
      const place = placeOf(list, list === List.Steps ? 0 : position, chunk);
      await expect(exchange(suite, place, answer)).to.emit(suite.demands, "Answered");
    });
  }

  for (const [name, list, shown] of [
    ["samples", List.Samples, 2],
    ["parts", List.Parts, 0],
    ["results", List.Results, 3],
    ["payouts", List.Payouts, 1],
    ["entries of the index", List.Index, 3],
  ] as const) {
    it(`shows that there are not so many ${name}`, async () => {
      const suite = await loadFixture(committed);
      const answer = answerTo(suite, list, shown);
      await expect(exchange(suite, placeOf(list, 1_000), answer)).to.emit(suite.demands, "Answered");
    });
  }

  it("shows that there are not so many steps, or chunks", async () => {
    const suite = await loadFixture(committed);
    await exchange(suite, placeOf(List.Parts, 0, 0, 2), stepAnswer(suite, 1));
    await exchange(suite, placeOf(List.Features, 0, 2), answerTo(suite, List.Features, 0, 1));
    await exchange(suite, placeOf(List.Parts, 0, 16), answerTo(suite, List.Parts, 0));
  });

  it("needs no leaf of a list without leaves", async () => {
    const suite = await loadFixture(committed);
    const { demands, alice, poster, attribution, second } = suite;
    // Posted right after the first, a second or more later.
    const entry = { posting: second.posting, poster: poster.address, activatesAt: BigInt(suite.entry.activatesAt) };
    while ((await attribution.idOf(entry)) !== (await attribution.head())) entry.activatesAt++;
    const empty = second.steps.findIndex((step) => step.entry.receipts === 0);
    const { step, opening } = openStep(second.steps, empty);
    const answer = { ...stepAnswer(suite), step, stepOpening: opening };
    for (const list of [List.Receipts, List.Samples, List.Gradients, List.Parts]) {
      const place = placeOf(list, 0, 0, empty);
      await demands.connect(alice).demand(entry, place);
      await demands.connect(poster).answer(entry, place, answer);
    }
  });

  it("opens nothing by another leaf, another list's, or a changed one", async () => {
    const suite = await loadFixture(committed);
    const place = placeOf(List.Results, 1);
    const right = answerTo(suite, List.Results, 1);
    await refused(suite, place, answerTo(suite, List.Results, 2));
    await refused(suite, place, { ...right, content: answerTo(suite, List.Results, 0).content });
    await refused(suite, place, { ...right, opening: answerTo(suite, List.Payouts, 1).opening });
    const { step, stepOpening } = stepAnswer(suite, 1);
    await refused(suite, place, { ...right, step, stepOpening });
    await refused(suite, place, { ...right, step: { ...right.step, pool: BigInt(right.step.pool) + 1n } });
    const foreign = { ...right, content: encode(["uint256[5]"], [[1, 1, 1, 1, 1]]) };
    await refused(suite, placeOf(List.Samples, 1), foreign);
  });

  it("opens no feature without its chunk, or by another", async () => {
    const suite = await loadFixture(committed);
    const place = placeOf(List.Features, 1, 0);
    const right = answerTo(suite, List.Features, 1, 0);
    await refused(suite, place, answerTo(suite, List.Index, 1));
    await refused(suite, place, answerTo(suite, List.Features, 1, 1));
    await refused(suite, place, { ...right, inner: answerTo(suite, List.Features, 2, 0).inner });
    await refused(suite, place, { ...right, inner: `${String(right.inner)}00` });
    const other = { ...right, ...{ opening: openingOf(indexList(suite.indexes[1]!), 0) } };
    await refused(suite, place, other);
    await refused(suite, placeOf(List.Gradients, 0, 1), answerTo(suite, List.Samples, 0));
  });

  it("opens no receipt whose channel it cannot name", async () => {
    const suite = await loadFixture(committed);
    const { demands, poster, alice, entry } = suite;
    const place = placeOf(List.Receipts, 0);
    await demands.connect(alice).demand(entry, place);
    await expect(demands.connect(poster).answer(entry, place, stepAnswer(suite))).to.be.revert(ethers);
  });

  it("comes up to the deadline", async () => {
    const suite = await loadFixture(committed);
    const { demands, alice, poster, entry, id } = suite;
    const [early, late] = [placeOf(List.Results, 0), placeOf(List.Results, 1)];
    for (const place of [early, late]) await demands.connect(alice).demand(entry, place);
    const { deadline } = await demands.demandOf(await demands.keyOf(id, early));
    await time.setNextBlockTimestamp(deadline);
    await demands.connect(poster).answer(entry, early, answerTo(suite, List.Results, 0));
    const key = await demands.keyOf(id, late);
    const over = (await demands.demandOf(key)).deadline;
    await time.setNextBlockTimestamp(over + 1n);
    await expect(demands.connect(poster).answer(entry, late, answerTo(suite, List.Results, 1)))
      .to.be.revertedWithCustomError(demands, "DemandOver")
      .withArgs(key, over);
  });

  it("answers nothing that was not demanded", async () => {
    const suite = await loadFixture(committed);
    const { demands, poster, entry, id } = suite;
    const place = placeOf(List.Results, 0);
    await expect(demands.connect(poster).answer(entry, place, answerTo(suite, List.Results, 0)))
      .to.be.revertedWithCustomError(demands, "DemandNotOpen")
      .withArgs(await demands.keyOf(id, place));
  });
});
