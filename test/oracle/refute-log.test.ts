import { expect } from "chai";
import { type Hex, parseEther } from "viem";
import { Random } from "../../lm/index.ts";
import { type PublishedLog, proveLog } from "../../oracle/refute/logs.ts";
import { ArtifactError, artifact } from "../../protocol/abi.ts";
import { chargeOf, type Receipt, type ReceiptLog, receiptsList, totalOf } from "../../protocol/receipt.ts";
import { other } from "./corrupt.ts";
import { contributors, madeFeatures, operator, World } from "./world.ts";

const OPEN = parseEther("1");
const VARIANTS = 3;

/** A log of one wrong receipt, or of a wrong length, or committed with another count or total. */
interface Mutant {
  name: string;
  log: PublishedLog;
  /** What no rule forbids and nobody loses by. */
  harmless: boolean;
  /** No channel has that id, so nobody can show its config. */
  withheld: boolean;
}

describe("a corrupted log", function () {
  this.timeout(600_000);
  let world: World;
  let earlier: PublishedLog;
  let honest: ReceiptLog;

  before(async function () {
    try {
      artifact("LogVerifier");
    } catch (error) {
      expect(error).to.be.instanceOf(ArtifactError);
      this.skip(); // the contracts are not built
    }
    world = await World.start();
    await world.contribute([[{ text: "a" }], [{ text: "b" }]]);
    await world.goLive(madeFeatures());
    await world.openChannel();
    const first = await world.trade([3n * OPEN, 2n * OPEN], []);
    earlier = published(first.epoch, first.receipts);
    honest = await world.earn([4n * OPEN, OPEN, 2n * OPEN, 6n * OPEN], [1], first.receipts.at(-1));
    await world.passEpoch();
  });
  after(() => world?.chain.stop());

  function published(epoch: number, receipts: readonly Receipt[]): PublishedLog {
    const { root, count } = receiptsList(receipts);
    return { epoch, receipts, commit: { root, count, total: totalOf(receipts) } };
  }

  function* mutants(): Generator<Mutant> {
    const random = new Random(3);
    const { epoch, receipts } = honest;
    for (const [position, receipt] of receipts.entries()) {
      for (const [field, value] of Object.entries(receipt)) {
        // these two are not committed
        if (field === "till" || field === "operatorSignature") continue;
        for (let v = 0; v < VARIANTS; v++) {
          const changed = { ...receipt, [field]: other(value, random) } as Receipt;
          const log = published(epoch, receipts.with(position, changed));
          const free = field === "responseHash" || (field === "requestHash" && !receipt.bound);
          // less than it could have charged, with nothing before it that would tell
          const less = position === 0 && chargeOf(changed) >= 0n && chargeOf(changed) < chargeOf(receipt);
          yield {
            name: `receipt ${position}, ${field}, ${v}`,
            log,
            harmless: free || less,
            withheld: field === "channelId",
          };
        }
      }
    }
    const right = published(epoch, receipts);
    const whole = { harmless: false, withheld: false };
    const twice = receipts.toSpliced(1, 0, receipts[1]!);
    const swapped = [receipts[1]!, receipts[0]!, ...receipts.slice(2)];
    yield { name: "one twice", log: published(epoch, twice), ...whole };
    yield { name: "two swapped", log: published(epoch, swapped), ...whole };
    yield { name: "another count", log: { ...right, commit: { ...right.commit, count: 3 } }, ...whole };
    yield { name: "no count", log: { ...right, commit: { ...right.commit, count: 0 } }, ...whole };
    yield { name: "another total", log: { ...right, commit: { ...right.commit, total: 1n } }, ...whole };
    yield { name: "the log before", log: { ...published(epoch, earlier.receipts) }, ...whole };
    const unroot = { ...right.commit, root: receiptsList([]).root, count: 0 };
    yield { name: "a total of nothing", log: { epoch, receipts: [], commit: unroot }, ...whole };
  }

  const context = () => ({
    till: world.till,
    model: world.model,
    openToken: world.deployment.addresses.openToken,
    at: world.at,
    channels: honest.channels,
  });

  /** Runs `use` while the log stands committed; false where the chain does not take it. */
  async function committed({ epoch, commit }: PublishedLog, use: () => Promise<void>): Promise<boolean> {
    const snapshot = await world.chain.rpc("evm_snapshot", []);
    const args = [world.till, BigInt(epoch), commit.root, BigInt(commit.count), commit.total];
    const taken = await world.send(operator.address, "attribution", "commitLog", args).then(
      () => true,
      () => false,
    );
    if (taken) await use();
    await world.chain.rpc("evm_revert", [snapshot]);
    return taken;
  }

  async function refutes(evidence: Hex): Promise<boolean> {
    const { abi } = artifact("LogVerifier");
    const address = world.deployment.addresses.logVerifier;
    const args = [world.till, BigInt(honest.epoch), evidence];
    try {
      return (await world.client.readContract({ abi, address, functionName: "refutes", args })) as boolean;
    } catch {
      return false; // evidence of something else may revert
    }
  }

  it("is not what an honest one is", async () => {
    const log = published(honest.epoch, honest.receipts);
    expect(await proveLog(log, [earlier], context())).to.deep.equal({ proofs: [], unproved: [] });
    const silent = { epoch: honest.epoch, receipts: [], commit: { ...log.commit, root: EMPTY, count: 0, total: 0n } };
    expect(await proveLog(silent, [earlier], context())).to.deep.equal({ proofs: [], unproved: [] });
  });
  const EMPTY = receiptsList([]).root;

  it("is refuted whatever field of whichever receipt is wrong, and the same evidence never refutes the honest one", async () => {
    const missed: string[] = [];
    const evidence: Hex[] = [];
    let refused = 0;
    for (const { name, log, harmless, withheld } of mutants()) {
      const { proofs, unproved } = await proveLog(log, [earlier], context());
      evidence.push(...proofs.map((proof) => proof.evidence));
      if (harmless) {
        if (proofs.length > 0) missed.push(`${name}: ${proofs[0]!.what}`);
        continue;
      }
      if (withheld && unproved.length === 0) missed.push(name);
      const taken = await committed(log, async () => {
        for (const proof of proofs) if (!(await refutes(proof.evidence))) missed.push(`${name}: ${proof.what}`);
      });
      if (!taken) refused++;
      else if (proofs.length === 0 && !withheld) missed.push(name);
    }
    expect(missed).to.deep.equal([]);
    expect(evidence.length).to.be.greaterThan(200);
    // more than the Till took in is not even committed
    expect(refused).to.be.within(1, 20);
    const framed: Hex[] = [];
    await committed(published(honest.epoch, honest.receipts), async () => {
      for (const each of evidence) if (await refutes(each)) framed.push(each);
    });
    expect(framed).to.deep.equal([]);
  });

  it("is void after one transaction of anybody", async () => {
    const [first] = honest.receipts;
    const log = published(honest.epoch, honest.receipts.with(0, { ...first!, voucherMax: first!.voucherMax + 1n }));
    const [cheapest] = (await proveLog(log, [earlier], context())).proofs;
    await committed(log, async () => {
      const args = [world.till, BigInt(log.epoch), cheapest!.evidence];
      await world.send(contributors[0]!.address, "refutations", "refuteLog", args);
      const [root] = await world.read<[Hex]>("attribution", "logOf", [world.till, BigInt(log.epoch)]);
      expect(BigInt(root)).to.equal(0n);
    });
  });
});
