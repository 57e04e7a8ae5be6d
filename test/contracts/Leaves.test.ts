import { expect } from "chai";
import { getAddress, type Hex, toHex } from "viem";
import { Random } from "../../lm/index.ts";
import { DOMAIN, type ListName } from "../../protocol/domains.ts";
import { partialsList } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import type { LeavesHarness } from "../../types/index.ts";
import { type Entries, LEAF, readVectors } from "../vectors/commitments.ts";
import { ethers, loadFixture } from "./fixtures.ts";

/** Leaves of each list, and openings, that are drawn and compared. */
const DRAWS = 500;

const harness = () => ethers.deployContract("LeavesHarness") as unknown as Promise<LeavesHarness>;

/** The Solidity leaf of an entry as the TypeScript side has it. */
const SOLIDITY: { readonly [L in keyof Entries]: (on: LeavesHarness, entry: Entries[L]) => Promise<string> } = {
  index: (on, entry) => on.index(entry),
  receipts: async (on, { boundSignature = "0x", voucherMax, voucherSignature, till: _, ...receipt }) =>
    (await on.receipts(receipt, { voucherMax, voucherSignature, boundSignature })).leaf,
  samples: (on, entry) => on.samples(entry),
  parts: (on, { partials, ...part }) => on.parts({ ...part, partialsRoot: partialsList(partials).root }),
  results: (on, entry) => on.results(entry),
  payouts: (on, entry) => on.payouts(entry),
  steps: (on, entry) => on.steps(entry),
};

/** Draws of all widths, with ends of the range among them. */
class Draw {
  readonly #random = new Random(5);

  below(bound: number): number {
    return this.#random.below(bound);
  }

  word(bytes = 32): Hex {
    return toHex(Uint8Array.from({ length: bytes }, () => this.below(256)));
  }

  uint(bits: number): bigint {
    const kind = this.below(8);
    if (kind === 0) return 0n;
    if (kind === 1) return 2n ** BigInt(bits) - 1n;
    return BigInt(this.word(bits / 8)) >> BigInt(this.below(bits));
  }

  int(bits: number): bigint {
    return BigInt.asIntN(bits, this.uint(bits));
  }

  /** What TypeScript holds as a number: at most 53 bits. */
  count(): number {
    return Number(this.uint(64) % 2n ** 53n);
  }

  address(): Hex {
    return getAddress(this.word(20));
  }
}

const DRAWN: { readonly [L in keyof Entries]: (draw: Draw) => Entries[L] } = {
  index: (draw) => ({
    contributor: draw.below(2 ** 32),
    contribution: draw.count(),
    featureRoot: draw.word(),
    standing: draw.uint(64),
  }),
  receipts: (draw) => {
    const bound = draw.below(2) === 1;
    return {
      number: draw.count(),
      till: draw.address(),
      model: draw.count(),
      channelId: draw.word(),
      payer: draw.address(),
      chargeBefore: draw.uint(128),
      chargeAfter: draw.uint(128),
      running: draw.uint(128),
      epoch: draw.count(),
      requestHash: draw.word(),
      responseHash: draw.word(),
      bound,
      voucherMax: draw.uint(128),
      voucherSignature: draw.word(65),
      ...(bound && { boundSignature: draw.word(65) }),
    };
  },
  samples: (draw) => ({
    sample: draw.count(),
    receipt: draw.count(),
    weight: draw.uint(128),
    gradientRoot: draw.word(),
    gross: draw.uint(64),
  }),
  parts: (draw) => ({
    score: draw.int(64),
    partials: Array.from({ length: draw.below(40) }, () => draw.count() - 2 ** 52),
    runningGross: draw.uint(64),
    part: draw.int(128),
    runningPart: draw.int(128),
  }),
  results: (draw) => ({ total: draw.int(128), runningPaid: draw.uint(128) }),
  payouts: (draw) => ({ account: draw.address(), cumulative: draw.uint(96) }),
  steps: (draw) => ({
    epoch: draw.count(),
    till: draw.address(),
    rootBefore: draw.word(),
    rootAfter: draw.word(),
    pool: draw.uint(128),
    receiptsRoot: draw.word(),
    samplesRoot: draw.word(),
    partsRoot: draw.word(),
    resultsRoot: draw.word(),
    receipts: draw.count(),
    samples: draw.count(),
    contributions: draw.count(),
    runningPool: draw.uint(128),
    runningPaid: draw.uint(128),
  }),
};

describe("Leaves", () => {
  const vectors = readVectors();

  it("give the leaves of the test vectors", async () => {
    const on = await loadFixture(harness);
    for (const { list, fields, structHash, leaf } of vectors.leaves) {
      expect(await SOLIDITY[list](on, fields), list).to.equal(leaf);
      if (structHash === undefined) continue;
      const { boundSignature, voucherMax, voucherSignature, till: _, ...receipt } = fields as Entries["receipts"];
      const backing = { voucherMax, voucherSignature, boundSignature: boundSignature! };
      expect((await on.receipts(receipt, backing)).structHash).to.equal(structHash);
    }
  });

  it("name the domains of the test vectors, and the roots of their empty lists", async () => {
    const on = await loadFixture(harness);
    const named: ListName[] = [
      "index",
      "receipts",
      "samples",
      "parts",
      "partials",
      "results",
      "steps",
      "features",
      "gradients",
    ];
    expect([...(await on.domains())]).to.deep.equal(named.map((name) => vectors.domains[name]));
    for (const { list, leaves, root } of vectors.lists) {
      if (leaves.length === 0) expect(await on.emptyRoot(vectors.domains[list])).to.equal(root);
    }
  });

  it("hold each leaf of the test vectors' lists at its place, and nowhere else", async () => {
    const on = await loadFixture(harness);
    for (const { list: name, leaves, root } of vectors.lists) {
      const list = new List(DOMAIN[name], leaves);
      for (const [position, leaf] of leaves.entries()) {
        const opening = { count: list.count, position, siblings: list.proof(position) };
        expect(await on.holds(DOMAIN[name], root, leaf, opening)).to.equal(true);
        const elsewhere = { ...opening, position: (position + 1) % (list.count + 1) };
        expect(await on.holds(DOMAIN[name], root, leaf, elsewhere)).to.equal(false);
      }
    }
  });

  async function compare<L extends keyof Entries>(list: L): Promise<void> {
    const on = await loadFixture(harness);
    const draw = new Draw();
    for (let i = 0; i < DRAWS; i++) {
      const entry = DRAWN[list](draw);
      expect(LEAF[list](entry), `draw ${i}`).to.equal(await SOLIDITY[list](on, entry));
    }
  }

  for (const list of Object.keys(LEAF) as (keyof Entries)[]) {
    it(`are those of protocol/leaves.ts for drawn ${list}`, () => compare(list));
  }

  it("hold what List.verify says that a list holds, for drawn openings, right and wrong", async () => {
    const on = await loadFixture(harness);
    const draw = new Draw();
    const domain = DOMAIN.samples;
    let held = 0;
    for (let i = 0; i < DRAWS; i++) {
      const list = new List(
        domain,
        Array.from({ length: 1 + draw.below(70) }, () => draw.word()),
      );
      let position = draw.below(list.count);
      let count = list.count;
      let leaf = list.leaf(position);
      const siblings = list.proof(position);
      const fault = draw.below(6);
      if (fault === 1) position = draw.below(2 * list.count);
      if (fault === 2) count = 1 + draw.below(140);
      if (fault === 3) leaf = draw.word();
      if (fault === 4) siblings.push(draw.word());
      if (fault === 5 && siblings.length > 0) siblings[draw.below(siblings.length)] = draw.word();
      const expected = List.verify({ domain, root: list.root, count, position, leaf, proof: siblings });
      expect(await on.holds(domain, list.root, leaf, { count, position, siblings }), `draw ${i}`).to.equal(expected);
      if (expected) held++;
    }
    expect(held).to.be.within(50, DRAWS - 50);
  });
});
