import { expect } from "chai";
import { type Row, rowLeaf, rowsList } from "../../protocol/rows.ts";
import { contribute, SALT, sealed } from "./contributions.ts";
import { deployed, hash, loadFixture, open, parameter, Status, time } from "./fixtures.ts";
import { sequence } from "./sequence.ts";

// Every batch holds the row that all share, at position 0, and one of its own.
const SHARED: Row = { text: "the queen lays" };
const batchOf = (number: number) => rowsList([SHARED, { text: `row ${number}` }]);

const NAMES = ["DuplicateProved", "ChallengePaid", "Decided", "BondReturned", "BondForfeited"] as const;

describe("Datanets' invariants", () => {
  const seen = new Set<string>();
  for (const seed of [1n, 2n, 3n]) {
    it(`hold through 200 random actions (${seed}): it holds each bond and each challenge, to the wei, and nothing stays`, async () => {
      const suite = await loadFixture(deployed);
      const { datanets, openToken, timelock, member, staker, validator, alice, bob, carol, stranger } = suite;
      const random = sequence(seed);
      const people = [alice, bob, carol, stranger];
      const committee = [member, staker, validator];
      await datanets.create("Bees", "MIT", open(10), committee);
      let burnt = 0n; // what is the treasury's
      const all = async () => {
        const count = Number(await datanets.contributionCount());
        return Promise.all(Array.from({ length: count }, (_, id) => datanets.contributionOf(id)));
      };
      const owner = (contributor: bigint) => datanets.accountOf(contributor);
      const signer = async (address: string) => people.find((person) => person.address === address)!;

      let id = 0;
      for (let step = 0; step < 200; step++) {
        const contributions = await all();
        // Often the one before, so that challenges are answered.
        if (random(2)) id = random(Math.max(contributions.length, 1));
        const known = contributions[id];
        const action = known ? random(12) : 0;
        const review = known && (await datanets.reviewOf(id));
        const anyone = people[random(people.length)]!;
        // What the contract refuses is refused whole: the sums below hold all the same.
        const tried = async (call: Promise<unknown>) => call.catch(() => undefined);
        if (action === 0) {
          const list = batchOf(step);
          const bond = open(10 + random(200));
          if (random(5)) await contribute(suite, anyone, { root: list.root, rows: list.count, bond });
          else await datanets.connect(anyone).commit(0, hash(`lost ${step}`), bond);
        } else if (action <= 3 && review) {
          const scores = committee.map(() => 20 + random(81));
          for (const [seat, judge] of committee.entries()) {
            const commitment = await sealed(suite, id, judge, scores[seat]!);
            if (random(8)) await tried(datanets.connect(judge).commitScore(id, commitment));
          }
          if (random(2)) await time.increase(parameter("scorePeriod"));
          for (const [seat, judge] of committee.entries()) {
            if (random(8)) await tried(datanets.connect(judge).revealScore(id, scores[seat]!, SALT));
          }
          if (random(2)) await tried(datanets.connect(anyone).challenge(id));
        } else if (action === 4) {
          await tried(datanets.connect(anyone).challenge(id));
        } else if (action === 5) {
          await tried(datanets.connect(await signer(await owner(known!.contributor))).withdrawConsent(id));
        } else if (action === 6) {
          await time.increase(parameter("scorePeriod"));
          await tried(datanets.decide(id));
        } else if (action === 7) {
          await tried(datanets.returnBond(id));
          await tried(datanets.expire(id));
        } else {
          const accepted = contributions.flatMap(({ status }, i) => (status === Status.Accepted ? [i] : []));
          const original = accepted[random(accepted.length || 1)] ?? 0;
          const proof = (contribution: number) => ({
            contribution,
            position: 0,
            siblings: batchRoots.get(contributions[contribution]!.root) ?? [],
          });
          await tried(datanets.connect(anyone).proveDuplicate(rowLeaf(SHARED), proof(original), proof(id)));
        }
        batchRoots.set(batchOf(step).root, batchOf(step).proof(0));

        let owed = 0n;
        for (const [contribution, { status, bond }] of (await all()).entries()) {
          owed += bond;
          if (status === Status.Duplicate || status === Status.Expired) expect(bond).to.equal(0n);
          const { stake, challenger, startedAt } = await datanets.reviewOf(contribution);
          owed += stake;
          // a challenger and its bond are there together, and only while a round is open
          expect(stake === 0n).to.equal(challenger === `0x${"0".repeat(40)}`);
          if (stake !== 0n) expect(startedAt).to.not.equal(0n);
        }
        expect(await openToken.balanceOf(datanets), `step ${step}`).to.equal(owed);
        const treasury = await openToken.balanceOf(timelock);
        expect(treasury >= burnt).to.equal(true);
        burnt = treasury;
      }

      // Everybody gets out: rounds end, consent is withdrawn, commitments expire, and not a wei stays.
      for (let round = 0; round < 2; round++) {
        await time.increase(parameter("scorePeriod") * 2n + parameter("revealWindow"));
        for (const [id, { status, contributor }] of (await all()).entries()) {
          if (status === Status.Committed) await datanets.expire(id);
          if (status === Status.Pending || status === Status.Accepted) {
            await datanets.connect(await signer(await owner(contributor))).withdrawConsent(id);
          }
          if ((await datanets.reviewOf(id)).startedAt !== 0n) {
            await time.increase(parameter("scorePeriod") * 2n);
            await datanets.decide(id);
          }
        }
      }
      await time.increase(parameter("challengeWindow"));
      for (const [id, { bond }] of (await all()).entries()) if (bond !== 0n) await datanets.returnBond(id);
      expect(await openToken.balanceOf(datanets)).to.equal(0n);

      for (const name of NAMES) {
        if ((await datanets.queryFilter(datanets.filters[name]() as never)).length) seen.add(name);
      }
    });
  }

  it("were tried against every way in which money moves", () => {
    expect([...seen].sort()).to.deep.equal([...NAMES].sort());
  });
});

/** Siblings of the shared row, by the root of its batch. */
const batchRoots = new Map<string, string[]>();
