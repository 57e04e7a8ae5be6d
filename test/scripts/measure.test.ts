import { expect } from "chai";
import { measure, type SuiteEvent } from "../../scripts/actions/measures.ts";

const EPOCH = 100;
const event = (
  at: number,
  contract: SuiteEvent["contract"],
  name: string,
  args: SuiteEvent["args"],
  transaction = "0x",
) => ({ contract, name, args, transaction, at }) satisfies SuiteEvent;
const of = (events: SuiteEvent[], costs: Record<string, bigint> | null = null) =>
  measure(events, { epochLength: EPOCH, claimCost: (transaction) => costs?.[transaction] ?? null });

describe("measure", () => {
  it("is empty where nothing has happened", () => {
    expect(of([])).to.deep.equal([]);
  });

  it("counts models as proposed, and as live until suspended or retired", () => {
    const rows = of([
      event(0, "models", "Proposed", { model: 0n }),
      event(1, "models", "Proposed", { model: 1n }),
      event(110, "models", "Live", { model: 0n }),
      event(111, "models", "Live", { model: 1n }),
      event(320, "models", "Suspended", { model: 0n }),
      event(420, "models", "Retired", { model: 1n }),
    ]);
    expect(rows.map(({ epoch, models }) => [epoch, models.proposed, models.live])).to.deep.equal([
      [0, 2, 0],
      [1, 0, 2],
      [3, 0, 1],
      [4, 0, 0],
    ]);
  });

  it("counts demand by payer, at Tills only", () => {
    const channel = (channelId: string, payer: string, receiver: string) =>
      event(1, "channels", "ChannelCreated", { channelId, config: { payer, receiver } });
    const claimed = (at: number, channelId: string, claimAmount: bigint) =>
      event(at, "channels", "Claimed", { channelId, claimAmount });
    const rows = of([
      event(0, "revenue", "TillCreated", { till: "till" }),
      channel("a", "ann", "till"),
      channel("b", "bob", "till"),
      channel("c", "ann", "shop"),
      claimed(10, "a", 5n),
      claimed(20, "b", 7n),
      claimed(30, "a", 1n),
      claimed(40, "c", 100n),
      claimed(130, "b", 2n),
    ]);
    expect(rows.map(({ demand }) => demand)).to.deep.equal([
      { total: 13n, payers: { ann: 6n, bob: 7n } },
      { total: 2n, payers: { bob: 2n } },
    ]);
  });

  const paid = (at: number, to: string, value: bigint, transaction: string) =>
    event(at, "token", "Transfer", { from: "rewards", to, value }, transaction);
  const claims = [
    paid(10, "ann", 10n, "one"),
    paid(11, "bob", 2n, "one"),
    paid(20, "ann", 5n, "two"),
    event(30, "rewards", "Redirected", { contributor: 2n, account: "eve", recipient: "ann", amount: 3n }, "two"),
    paid(30, "ann", 3n, "two"),
    paid(150, "bob", 13n, "three"),
  ];

  it("tells how many contributors were paid, how much, and the share above the claim's cost", () => {
    const rows = of(claims, { one: 3n, two: 2n, three: 13n });
    expect(rows.map(({ paid }) => paid)).to.deep.equal([
      { contributors: 3, total: 20n, median: 3n, aboveCost: 2 / 3 },
      { contributors: 1, total: 13n, median: 13n, aboveCost: 0 },
    ]);
  });

  it("does not guess what a claim cost", () => {
    expect(of(claims)[0]?.paid.aboveCost).to.equal(null);
  });

  it("adds up each contributor's rewards over the epochs", () => {
    expect(of(claims).map((row) => row.concentration.rewards?.hhi)).to.deep.equal([
      0.75 ** 2 + 0.1 ** 2 + 0.15 ** 2,
      // 15, 15 and 3 of 33, to six digits
      2 * 0.454545 ** 2 + 0.090909 ** 2,
    ]);
  });

  it("follows stake through thawing, coming back and slashes of a pool", () => {
    const rows = of([
      event(0, "vault", "Staked", { account: "ann", pool: "ann", amount: 60n }),
      event(1, "vault", "Staked", { account: "bob", pool: "ann", amount: 40n }),
      event(2, "vault", "Staked", { account: "eve", pool: "eve", amount: 100n }),
      event(110, "vault", "Unstaked", { account: "eve", amount: 50n }),
      event(210, "vault", "Restaked", { account: "eve", amount: 50n }),
      event(310, "vault", "Slashed", { validator: "ann", fraction: 5n * 10n ** 17n }),
      event(410, "vault", "Unstaked", { account: "eve", amount: 100n }),
    ]);
    expect(
      rows.map(({ concentration: { stake } }) => [stake?.holders, stake?.nakamoto, stake?.hhi.toFixed(4)]),
    ).to.deep.equal([
      [3, 2, "0.3800"],
      [3, 2, "0.3422"],
      [3, 2, "0.3800"],
      [3, 1, "0.5022"],
      [2, 1, "0.5200"],
    ]);
  });

  it("measures votes by delegate, and participation by what was given of what there was when the vote opened", () => {
    const votes = (at: number, delegate: string, newVotes: bigint) =>
      event(at, "vault", "DelegateVotesChanged", { delegate, previousVotes: 0n, newVotes });
    const rows = of([
      votes(0, "ann", 60n),
      votes(1, "bob", 40n),
      event(10, "governor", "ProposalCreated", { proposalId: 9n, voteStart: 120n }),
      votes(130, "bob", 400n), // too late for the proposal
      event(140, "governor", "VoteCast", { proposalId: 9n, weight: 60n }),
      event(150, "governor", "OverrideVoteCast", { proposalId: 9n, weight: 15n }),
      event(150, "governor", "VoteReduced", { proposalId: 9n, weight: 15n }),
      event(160, "governor", "VoteCast", { proposalId: 10n, weight: 60n }),
    ]);
    expect(rows.map((row) => row.votes)).to.deep.equal([
      { proposals: 1, ballots: 0, participation: null },
      { proposals: 0, ballots: 2, participation: 0.6 },
    ]);
    expect(rows.map(({ concentration }) => concentration.votes?.nakamoto)).to.deep.equal([1, 1]);
    expect(rows[1]?.concentration.votes?.gini).to.be.closeTo(170 / 460, 1e-6);
  });
});
