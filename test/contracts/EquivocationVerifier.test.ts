import { expect } from "chai";
import { DOMAIN } from "../../protocol/domains.ts";
import { List } from "../../protocol/list.ts";
import { type Receipt, receiptLeaf, receiptsList, receiptTypedData } from "../../protocol/receipt.ts";
import { ethers, funded, loadFixture, nextEpoch, open, parameter, ZERO } from "./fixtures.ts";
import { GARBAGE, NOWHERE, openingOf } from "./ledger.ts";
import { passReveal } from "./refutations.ts";

const CHAIN = 31337;

/** Two epochs: a log with receipts 5, 6 and 7 in the first, one without receipts in the second. */
async function logged() {
  const suite = await funded();
  const { attribution, revenue, refutations, operator, payer, till, channelId } = suite;
  const epoch = Number(await revenue.currentEpoch());
  await nextEpoch(suite);
  const at = (await till.getAddress()) as `0x${string}`;
  const receipt = (number: number, changes: Partial<Receipt> = {}): Receipt => ({
    till: at,
    number,
    model: 0,
    channelId: channelId as `0x${string}`,
    payer: payer.address as `0x${string}`,
    chargeBefore: 0n,
    chargeAfter: 0n,
    running: 0n,
    epoch,
    requestHash: ZERO as `0x${string}`,
    responseHash: ZERO as `0x${string}`,
    bound: false,
    voucherMax: open(1),
    voucherSignature: "0x1234",
    operatorSignature: "0x",
    ...changes,
  });
  const receipts = [5, 6, 7].map((number) => receipt(number));
  await attribution.connect(operator).commitLog(at, epoch, receiptsList(receipts).root, 3, 0);
  await nextEpoch(suite);
  await attribution.connect(operator).commitLog(at, epoch + 1, new List(DOMAIN.receipts, []).root, 0, 0);
  const verifier = await ethers.getContractAt("EquivocationVerifier", await refutations.EQUIVOCATION_VERIFIER());
  return { ...suite, at, epoch, receipt, receipts, verifier };
}

type LoggedSuite = Awaited<ReturnType<typeof logged>>;

/** That `signed`, by the operator's signature, does not stand where receipt `i` of the log does. */
async function evidenceOf(suite: LoggedSuite, signed: Receipt, i: number, signer = suite.operator) {
  const { receipts } = suite;
  const { domain, types, message } = receiptTypedData(signed, CHAIN);
  const signature = await signer.signTypedData({ ...domain }, { Receipt: [...types.Receipt] }, message);
  const backing = { ...receipts[i]!, boundSignature: "0x" };
  const opening = openingOf(new List(DOMAIN.receipts, receipts.map(receiptLeaf)), i);
  return { receipt: signed, signature, standing: { receipt: receipts[i]!, backing, opening } };
}

/** Whether evidence proves it, asked in both ways. */
async function proves({ verifier, at }: LoggedSuite, epoch: number, evidence: Awaited<ReturnType<typeof evidenceOf>>) {
  const { inputs } = verifier.interface.getFunction("proves");
  const encoded = ethers.AbiCoder.defaultAbiCoder().encode([inputs[2]!], [evidence]);
  const told = await verifier.refutes(at, epoch, encoded);
  expect(await verifier.proves(at, epoch, evidence)).to.equal(told);
  return told;
}

describe("EquivocationVerifier", () => {
  it("sees another receipt at the number of the signed one", async () => {
    const suite = await loadFixture(logged);
    const signed = suite.receipt(6, { responseHash: ethers.id("other") as `0x${string}` });
    expect(await proves(suite, suite.epoch, await evidenceOf(suite, signed, 1))).to.equal(true);
  });

  it("sees that a number lies before the first, or past the last", async () => {
    const suite = await loadFixture(logged);
    for (const [number, i] of [
      [4, 0],
      [8, 2],
      [1_000, 2],
    ] as const) {
      expect(await proves(suite, suite.epoch, await evidenceOf(suite, suite.receipt(number), i))).to.equal(true);
    }
  });

  it("sees that a log without receipts has none of them", async () => {
    const suite = await loadFixture(logged);
    const evidence = await evidenceOf(suite, suite.receipt(8, { epoch: suite.epoch + 1 }), 0);
    evidence.standing.opening = NOWHERE;
    expect(await proves(suite, suite.epoch + 1, evidence)).to.equal(true);
  });

  it("is not deceived: each receipt that stands in the log is right", async () => {
    const suite = await loadFixture(logged);
    for (const [i, signed] of suite.receipts.entries()) {
      for (const k of suite.receipts.keys()) {
        expect(await proves(suite, suite.epoch, await evidenceOf(suite, signed, k)), `${i} ${k}`).to.equal(false);
      }
    }
  });

  it("counts the operator's signature alone", async () => {
    const suite = await loadFixture(logged);
    const evidence = await evidenceOf(suite, suite.receipt(9), 2, suite.stranger);
    expect(await proves(suite, suite.epoch, evidence)).to.equal(false);
    const cut = { ...(await evidenceOf(suite, suite.receipt(9), 2)), signature: "0x" };
    expect(await proves(suite, suite.epoch, cut)).to.equal(false);
  });

  it("does not take a receipt of one epoch for another's, nor where no log was committed", async () => {
    const suite = await loadFixture(logged);
    const evidence = await evidenceOf(suite, suite.receipt(9), 2);
    expect(await proves(suite, suite.epoch + 1, evidence)).to.equal(false);
    const later = await evidenceOf(suite, suite.receipt(9, { epoch: suite.epoch + 2 }), 2);
    expect(await proves(suite, suite.epoch + 2, later)).to.equal(false);
  });

  it("takes no leaf that is not in the log, and no neighbour in the middle", async () => {
    const suite = await loadFixture(logged);
    const signed = suite.receipt(9);
    const right = await evidenceOf(suite, signed, 2);
    expect(await proves(suite, suite.epoch, right)).to.equal(true);
    expect(await proves(suite, suite.epoch, await evidenceOf(suite, signed, 1))).to.equal(false);
    expect(await proves(suite, suite.epoch, await evidenceOf(suite, suite.receipt(4), 1))).to.equal(false);
    const { standing } = right;
    for (const wrong of [
      { ...standing, receipt: { ...standing.receipt, number: 8 } },
      { ...standing, opening: { ...standing.opening, position: 1 } },
      { ...standing, opening: { ...standing.opening, count: 4 } },
      { ...standing, backing: { ...standing.backing, voucherMax: 0n } },
    ]) {
      expect(await proves(suite, suite.epoch, { ...right, standing: wrong })).to.equal(false);
    }
  });

  it("proves nothing by garbage", async () => {
    const { verifier, at, epoch } = await loadFixture(logged);
    for (const garbage of GARBAGE) {
      const told = await verifier.refutes(at, epoch, garbage).catch(() => false);
      expect(told).to.equal(false);
    }
  });

  it("takes an operator's bond, by Refutations", async () => {
    const suite = await loadFixture(logged);
    const { refutations, openToken, operator, operators, alice, verifier, at, epoch } = suite;
    const { inputs } = verifier.interface.getFunction("proves");
    const evidence = ethers.AbiCoder.defaultAbiCoder().encode(
      [inputs[2]!],
      [await evidenceOf(suite, suite.receipt(8), 2)],
    );
    await refutations.connect(alice).slashEquivocation(at, epoch, evidence);
    expect((await operators.bondOf(operator)).bond).to.equal(0n);
    await passReveal(suite);
    const target = ethers.keccak256(
      ethers.AbiCoder.defaultAbiCoder().encode(
        ["address", "address", "uint256"],
        [await verifier.getAddress(), at, epoch],
      ),
    );
    const half = parameter("operatorBond") / 2n;
    await expect(refutations.takeReward(target)).to.changeTokenBalances(ethers, openToken, [alice], [half]);
  });
});
