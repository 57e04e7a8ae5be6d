import { expect } from "chai";
import { addPayouts, claimOf, contributorOf, PayoutError, payoutsList, perContributor } from "../../oracle/payouts.ts";
import { DOMAIN } from "../../protocol/domains.ts";
import { payoutLeaf } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { address } from "./fixtures.ts";

const before = [
  { account: address(1), cumulative: 5n },
  { account: address(2), cumulative: 0n },
];
const accounts = [1, 2, 3].map(address);

describe("addPayouts", () => {
  it("adds to what was paid before, and gives new contributors a place", () => {
    const after = addPayouts(
      before,
      accounts,
      new Map([
        [0, 7n],
        [2, 9n],
      ]),
    );
    expect(after.map(({ cumulative }) => cumulative)).to.deep.equal([12n, 0n, 9n]);
    expect(after[2]!.account).to.equal(address(3));
    expect(before[0]!.cumulative).to.equal(5n);
  });

  it("refuses to change or lose an account, or to pay one that is not there", () => {
    expect(() => addPayouts(before, [1, 3].map(address), new Map())).to.throw(PayoutError, "contributor 1 changes");
    expect(() => addPayouts(before, [address(1)], new Map())).to.throw(PayoutError, "only 1 accounts");
    expect(() => addPayouts(before, accounts, new Map([[3, 1n]]))).to.throw(
      PayoutError,
      "contributor 3 has no account",
    );
  });

  it("sums a contributor's contributions", () => {
    const contributions = [{ contributor: 1 }, { contributor: 4 }, { contributor: 1 }];
    expect([...perContributor(contributions, [1n, 2n, 4n])]).to.deep.equal([
      [1, 5n],
      [4, 2n],
    ]);
  });
});

describe("claimOf", () => {
  const bundle = { payoutsAfter: addPayouts(before, accounts, new Map([[2, 9n]])) };

  it("proves a contributor's cumulative amount", () => {
    const claim = claimOf(bundle, 2);
    expect(claim).to.include({ contributor: 2, account: address(3), cumulative: 9n, count: 3 });
    expect(claim.root).to.equal(payoutsList(bundle.payoutsAfter).root);
    const { root, count, proof } = claim;
    const leaf = payoutLeaf(claim);
    expect(List.verify({ domain: DOMAIN.payouts, root, count, position: 2, leaf, proof })).to.equal(true);
  });

  it("finds a contributor by account, and says who is none", () => {
    expect(contributorOf(bundle, address(2))).to.equal(1);
    expect(() => contributorOf(bundle, address(9))).to.throw(PayoutError, "is no contributor");
    expect(() => claimOf(bundle, 3)).to.throw(PayoutError, "no contributor 3 among the 3");
  });
});
