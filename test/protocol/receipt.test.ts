import { expect } from "chai";
import { keccak256, solidityPackedKeccak256, TypedDataEncoder } from "ethers";
import { DOMAIN } from "../../protocol/domains.ts";
import { List } from "../../protocol/list.ts";
import {
  type ReceiptBody,
  receiptDigest,
  receiptLeaf,
  receiptStructHash,
  receiptsList,
  totalOf,
  verifyReceipt,
} from "../../protocol/receipt.ts";
import { body, CHAIN, operator, payer, signed, till } from "./fixtures.ts";

const types = {
  Receipt: [
    { name: "number", type: "uint64" },
    { name: "model", type: "uint64" },
    { name: "channelId", type: "bytes32" },
    { name: "payer", type: "address" },
    { name: "chargeBefore", type: "uint128" },
    { name: "chargeAfter", type: "uint128" },
    { name: "running", type: "uint128" },
    { name: "epoch", type: "uint64" },
    { name: "requestHash", type: "bytes32" },
    { name: "responseHash", type: "bytes32" },
    { name: "bound", type: "bool" },
  ],
};

describe("receipts", () => {
  it("have the EIP-712 digest and the leaf that ethers computes", () => {
    const domain = { name: "Tributary Receipt", version: "1", chainId: CHAIN, verifyingContract: till };
    const { till: _, ...message } = body;
    expect(receiptDigest(body, CHAIN)).to.equal(TypedDataEncoder.hash(domain, types, message));
    expect(receiptStructHash(body)).to.equal(TypedDataEncoder.hashStruct("Receipt", types, message));
  });

  it("have a leaf that holds the struct hash and the payer's signatures", async () => {
    const unbound = await signed();
    const bound = { ...(await signed({ bound: true })), boundSignature: "0x0102" as const };
    for (const receipt of [unbound, bound]) {
      const { voucherMax, voucherSignature, boundSignature = "0x" } = receipt;
      const words = [receiptStructHash(receipt), voucherMax, keccak256(voucherSignature), keccak256(boundSignature)];
      expect(receiptLeaf(receipt)).to.equal(
        solidityPackedKeccak256(["bytes32", "uint128", "bytes32", "bytes32"], words),
      );
    }
  });

  it("verify for their operator and chain", async () => {
    const receipt = await signed();
    expect(await verifyReceipt(receipt, operator.address, CHAIN)).to.equal(true);
    expect(await verifyReceipt(receipt, payer.address, CHAIN)).to.equal(false);
    expect(await verifyReceipt(receipt, operator.address, 1)).to.equal(false);
    expect(await verifyReceipt({ ...receipt, operatorSignature: "0x12" }, operator.address, CHAIN)).to.equal(false);
  });

  it("do not verify with any field changed", async () => {
    const receipt = await signed();
    const other = `0x${"09".repeat(32)}` as const;
    const changes: Partial<ReceiptBody>[] = [
      { number: 4 },
      { till: payer.address },
      { model: 2 },
      { channelId: other },
      { payer: operator.address },
      { chargeBefore: 9n },
      { chargeAfter: 26n },
      { running: 1_001n },
      { epoch: 1 },
      { requestHash: other },
      { responseHash: other },
      { bound: true },
    ];
    expect(changes).to.have.length(Object.keys(body).length);
    for (const change of changes) {
      expect(await verifyReceipt({ ...receipt, ...change }, operator.address, CHAIN), Object.keys(change)[0]).to.equal(
        false,
      );
    }
  });

  it("make a list and a total", async () => {
    const first = await signed();
    const next = await signed({ number: 4, chargeBefore: 25n, chargeAfter: 26n, running: 1_001n });
    expect(receiptsList([first, next]).root).to.equal(
      new List(DOMAIN.receipts, [receiptLeaf(first), receiptLeaf(next)]).root,
    );
    expect(totalOf([first, next])).to.equal(16n);
    expect(totalOf([])).to.equal(0n);
  });
});
