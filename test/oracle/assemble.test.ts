import { expect } from "chai";
import { assemble, PostingError } from "../../oracle/assemble.ts";
import { UncoveredError } from "../../oracle/epoch.ts";
import { stepsList } from "../../oracle/lists.ts";
import { PayoutError, payoutsList } from "../../oracle/payouts.ts";
import { address, makeFacts } from "./fixtures.ts";

describe("assemble", () => {
  it("orders steps by epoch and Till, and ties their payout roots", async () => {
    const { steps, posting, payoutsBefore, payoutsAfter } = assemble(await makeFacts());
    expect(steps.map(({ entry }) => [entry.epoch, entry.till])).to.deep.equal([
      [100, address(0xb1)],
      [101, address(0xb1)],
      [101, address(0xb2)],
    ]);
    expect(steps[0]!.entry.rootBefore).to.equal(payoutsList(payoutsBefore).root);
    expect(steps[1]!.entry.rootBefore).to.equal(steps[0]!.entry.rootAfter);
    expect(steps[2]!.entry.rootBefore).to.equal(steps[1]!.entry.rootAfter);
    expect(posting.payoutRoot).to.equal(steps[2]!.entry.rootAfter);
    expect(posting.payoutRoot).to.equal(payoutsList(payoutsAfter).root);
    expect(posting.stepRoot).to.equal(stepsList(steps.map(({ entry }) => entry)).root);
  });

  it("adds up: pools, payouts, what is distributed", async () => {
    const facts = await makeFacts();
    const { steps, posting, payoutsAfter } = assemble(facts);
    const pools = facts.tills.reduce((sum, { pool }) => sum + pool, 0n);
    expect(steps.at(-1)!.entry.runningPool).to.equal(pools);
    expect(steps.at(-1)!.entry.runningPaid).to.equal(posting.distributed);
    for (const [i, { entry, results }] of steps.entries()) {
      const before = steps[i - 1]?.entry.runningPaid ?? 0n;
      expect(entry.runningPaid - before).to.equal(results.at(-1)!.runningPaid);
    }
    expect(posting.pool).to.equal(pools);
    const positive = steps.flatMap(({ results }) => results).map(({ total }) => (total > 0n ? total / 2n : 0n));
    expect(posting.distributed).to.equal(positive.reduce((sum, payout) => sum + payout, 0n));
    expect(payoutsAfter.reduce((sum, { cumulative }) => sum + cumulative, 0n)).to.equal(posting.distributed + 46n);
    expect(posting.distributed > 0n && posting.distributed <= pools).to.equal(true);
  });

  it("pays contributors by id: two contributions of one add up, strangers get a place and nothing", async () => {
    const { payoutsAfter } = assemble(await makeFacts());
    expect(payoutsAfter).to.have.length(4);
    expect(payoutsAfter[1]!.cumulative).to.equal(34n);
    expect(payoutsAfter[3]).to.deep.equal({ account: address(0xc3), cumulative: 0n });
  });

  it("does not depend on the order in which Tills come", async () => {
    const facts = await makeFacts();
    const reversed = { ...facts, tills: [...facts.tills].reverse() };
    expect(assemble(reversed)).to.deep.equal(assemble(facts));
  });

  it("changes nothing where no Till had income", async () => {
    const { posting, payoutsAfter, payoutsBefore } = assemble({ ...(await makeFacts()), tills: [] });
    expect(payoutsAfter).to.deep.equal(payoutsBefore);
    expect(posting).to.include({ pool: 0n, distributed: 0n, payoutRoot: payoutsList(payoutsBefore).root });
  });

  it("settles a Till whose operator committed nothing with nothing", async () => {
    const facts = await makeFacts();
    const till = { ...facts.tills[0]!, receipts: [], channels: [], gradients: [], pool: 0n };
    const { steps, posting } = assemble({ ...facts, tills: [till] });
    expect(steps[0]!.entry).to.include({ receipts: 0, samples: 0, contributions: 3, pool: 0n });
    expect(posting.distributed).to.equal(0n);
  });

  it("refuses income that does not cover the receipts", async () => {
    const facts = await makeFacts();
    facts.tills[0]!.income = 1n;
    expect(() => assemble(facts)).to.throw(UncoveredError, "exceed the epoch's income of 1 wei");
  });

  it("refuses payouts above the pool, a Till that comes twice, and features that are missing", async () => {
    const facts = await makeFacts();
    facts.tills[0]!.pool = 1n;
    expect(() => assemble(facts)).to.throw(PostingError, "exceed the pool of 1 wei");
    const twice = await makeFacts();
    twice.tills.push(twice.tills[0]!);
    expect(() => assemble(twice)).to.throw(PostingError, "comes twice in epoch 101");
    const bare = { ...(await makeFacts()), models: [] };
    expect(() => assemble(bare)).to.throw(PostingError, "features of model 1 are not there");
  });

  it("refuses a Till outside the posting's epochs", async () => {
    const facts = { ...(await makeFacts()), toEpoch: 100 };
    expect(() => assemble(facts)).to.throw(PostingError, "epoch 101 is not within 100 and 100");
  });

  it("refuses accounts that changed", async () => {
    const facts = await makeFacts();
    facts.accounts[0] = address(9);
    expect(() => assemble(facts)).to.throw(PayoutError, "contributor 0 changes");
  });
});
