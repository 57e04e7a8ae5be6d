import { expect } from "chai";
import { type Hex, toHex } from "viem";
import { assemble, factsOf, type PostingFacts } from "../../oracle/assemble.ts";
import type { Bundle } from "../../oracle/bundle.ts";
import { MAX_ALL } from "../../oracle/epoch.ts";
import { settlementLists, stepsList } from "../../oracle/lists.ts";
import { payoutsList } from "../../oracle/payouts.ts";
import { type Findings, findProofs } from "../../oracle/refute/find.ts";
import { publishedOf } from "../../oracle/refute/published.ts";
import { type Receipt, receiptsList, totalOf } from "../../protocol/receipt.ts";
import { address, makeFacts, tillFacts } from "./fixtures.ts";

/** Judges a bundle by right facts, on a parent whose payouts are those before. */
function judge(facts: PostingFacts, bundle: Bundle): Findings {
  const { posting } = bundle;
  const payoutRoot = payoutsList(facts.payoutsBefore).root;
  const entry = {
    posting: { ...posting, payoutRoot, bundleHash: toHex(1, { size: 32 }), fromEpoch: 0n, toEpoch: 99n },
    poster: address(1),
    activatesAt: 1n,
  };
  return findProofs({ posting, parent: { entry, place: 0 }, facts }, publishedOf(bundle));
}

/** Commits the last step as the bundle now describes it. */
function recommit(bundle: Bundle): void {
  const published = publishedOf(bundle);
  const [step, last] = [published.steps.at(-1)!, bundle.steps.at(-1)!];
  const lists = settlementLists({
    ...step,
    parts: [[...step.parts]],
    samples: [...step.samples],
    results: last.results,
  });
  last.entry = {
    ...last.entry,
    samplesRoot: lists.samples.root,
    partsRoot: lists.parts.root,
    resultsRoot: lists.results.root,
    rootAfter: payoutsList(bundle.payoutsAfter).root,
  };
  bundle.posting.stepRoot = stepsList(bundle.steps.map(({ entry }) => entry)).root;
  bundle.posting.payoutRoot = last.entry.rootAfter;
}

describe("findProofs of what a bundle publishes", () => {
  it("finds nothing in a true bundle, and its lists are those committed", async () => {
    const facts = await makeFacts();
    expect(judge(facts, assemble(facts))).to.deep.equal({ proofs: [], unproved: [] });
  });

  it("proves an inflated payout, by little evidence", async () => {
    const facts = await makeFacts();
    const bundle = assemble(facts);
    bundle.payoutsAfter[1]!.cumulative += 1_000n;
    recommit(bundle);
    const { proofs, unproved } = judge(facts, bundle);
    expect(proofs.map(({ verifier }) => verifier)).to.deep.equal(["PayoutVerifier"]);
    expect(proofs[0]!.what).to.include("contributor 1 has 1034, not 34");
    expect(unproved).to.deep.equal([]);
  });

  it("proves a score by its last chunk, and what follows from it", async () => {
    const facts = await makeFacts();
    const bundle = assemble(facts);
    bundle.steps.at(-1)!.scores[1]![2]! += 5n;
    recommit(bundle);
    const { proofs } = judge(facts, bundle);
    expect(proofs.some(({ what }) => what.includes("part 5: chunk 1 adds"))).to.equal(true);
    expect(proofs.every(({ verifier }) => verifier === "PartVerifier" || verifier === "SampleVerifier")).to.equal(true);
  });

  it("says which lists are withheld, and takes nothing from them", async () => {
    const facts = await makeFacts();
    const bundle = assemble(facts);
    bundle.steps.at(-1)!.results[0]!.total += 1n;
    expect(judge(facts, bundle).unproved.map(({ list, step, remedy }) => [list, step, remedy])).to.deep.equal([
      ["results", 2, "withheld"],
    ]);
    expect(judge(facts, bundle).proofs).to.deep.equal([]);
    bundle.steps.pop();
    expect(judge(facts, bundle).unproved.map(({ list, step }) => [list, step])).to.deep.equal([["steps", null]]);
  });

  it("leaves a gradient that is another than recomputed to a dispute", async () => {
    const facts = await makeFacts();
    const wrong = structuredClone(facts);
    wrong.tills[0]!.gradients[0]![3]! ^= 1;
    const { proofs, unproved } = judge(facts, assemble(wrong));
    expect(proofs).to.deep.equal([]);
    expect(unproved.map(({ list, position, remedy }) => [list, position, remedy])).to.deep.equal([
      ["gradients", 0, "dispute"],
    ]);
  });

  it("proves Tills that are left out, at the beginning, between, at the end, and all of them", async () => {
    const facts = await makeFacts();
    for (const kept of [[1, 2], [0, 2], [0, 1], []]) {
      const some = kept.map((i) => factsOf(assemble(facts)).tills[i]!);
      const { proofs } = judge(facts, assemble({ ...facts, tills: some }));
      const missing = proofs.filter(({ what }) => what.startsWith("no step of"));
      expect(missing).to.have.length(3 - kept.length);
    }
  });

  it("proves a posting without steps that changes something all the same", async () => {
    const facts = { ...(await makeFacts()), tills: [] };
    const bundle = assemble(facts);
    expect(judge(facts, bundle).proofs).to.deep.equal([]);
    bundle.posting.distributed = 1n;
    expect(judge(facts, bundle).proofs.map(({ verifier }) => verifier)).to.deep.equal(["StepVerifier"]);
  });

  it("proves a draw that is not the seed's", async () => {
    const facts = await makeFacts();
    const [, , till] = facts.tills;
    const model = till!.receipts[2]!;
    // unbound ones, whose signatures nothing here reads
    const receipts = Array.from({ length: MAX_ALL + 3 }, (_, number): Receipt => {
      const running = BigInt(1_000 * (number + 1));
      return { ...model, number, chargeBefore: running - 1_000n, chargeAfter: running, running };
    });
    const seed: Hex = `0x${"07".repeat(32)}`;
    const many = { ...tillFacts(till!.till, 1, 100, { receipts, channels: till!.channels }), seed };
    expect(many.log).to.deep.include({ root: receiptsList(receipts).root, total: totalOf(receipts) });
    const right = { ...facts, tills: [many] };
    const bundle = assemble(right);
    expect(judge(right, bundle).proofs).to.deep.equal([]);
    bundle.steps[0]!.samples[9]!.receipt += 1;
    recommit(bundle);
    expect(judge(right, bundle).proofs.map(({ what }) => what.split(": ")[0])).to.deep.equal([
      `step 0, of ${till!.till} in epoch 100, sample 9`,
    ]);
  });
});
