import { expect } from "chai";
import { parseEther } from "viem";
import { chargeOf, receiptsList } from "../../protocol/receipt.ts";
import { ClientError, PayingClient } from "../../serving/client.ts";
import { loadModels } from "../../serving/models.ts";
import { type Inference, startInference } from "../scripts/inference.ts";
import { tinyBase } from "./fixtures.ts";

const REQUEST = { model: "bees", prompt: "the bees", max_tokens: 8, temperature: 0 };

async function refused(action: Promise<unknown>, code: string) {
  const error = await action.then(
    () => new Error("it was accepted"),
    (reason: unknown) => reason as ClientError,
  );
  expect(error, error.message).to.be.instanceOf(ClientError);
  expect((error as ClientError).code).to.equal(code);
}

describe("paid inference on a chain", function () {
  this.timeout(120_000);
  let all: Inference;
  before(async () => (all = await startInference()));
  after(() => all.close());
  const clientOf = (role: Parameters<Inference["wallet"]>[0], options: object = {}) =>
    new PayingClient({ url: all.server.url, chain: all.serving, wallet: all.wallet(role), ...options });

  it("serves what was voted on, found by its hash", async () => {
    const response = await fetch(`${all.server.url}/v1/models`);
    const { data } = (await response.json()) as { data: object[] };
    expect(data).to.have.length(1);
    expect(data[0]).to.deep.include({ id: "tributary:0", alias: "bees", till: all.till });
  });

  it("skips a version whose base or adapter is not at hand", async () => {
    const operator = all.wallet("operator").account.address;
    const other = { ...tinyBase(), hash: `0x${"00".repeat(32)}` as const };
    const wrongBase = await loadModels(all.serving, other, `${all.folder}`, operator);
    expect(wrongBase.models).to.deep.equal([]);
    expect(wrongBase.skipped[0]!.reason).to.match(/its base is/);
    const noAdapter = await loadModels(all.serving, tinyBase(), all.folder, operator);
    expect(noAdapter.skipped[0]!.reason).to.match(/no adapter in .* has its hash/);
    const stranger = await loadModels(all.serving, tinyBase(), all.artifacts, all.wallet("stranger").account.address);
    expect(stranger).to.deep.equal({ models: [], skipped: [] });
  });

  it("refuses to pay from an empty channel", () =>
    refused(clientOf("stranger").complete(REQUEST), "channel_insufficient_balance"));

  it("is paid by voucher, redeemed, booked as income and committed", async () => {
    const byAllowance = clientOf("payer");
    const byAuthorization = clientOf("contributor", { bind: false });
    for (const [client, method] of [
      [byAllowance, "approval"],
      [byAuthorization, "erc3009"],
    ] as const) {
      await client.deposit(await client.requirements(REQUEST), parseEther("1"), method);
    }
    const first = await byAllowance.complete(REQUEST);
    const second = await byAllowance.complete({ ...REQUEST, prompt: "the hive", stop: "\n" });
    const third = await byAuthorization.complete(REQUEST);
    expect(first.text).to.equal(third.text);
    expect([first, second, third].map(({ receipt }) => [receipt.number, receipt.bound])).to.deep.equal([
      [0, true],
      [1, true],
      [2, false],
    ]);
    expect(byAllowance.spent).to.equal(first.charged + second.charged);
    expect(second.receipt.chargeBefore).to.equal(first.charged);

    const total = first.charged + second.charged + third.charged;
    const { epoch } = first.receipt;
    expect(await all.operator.redeem(all.till)).to.deep.equal({ channels: 2, claimed: total, swept: total });
    expect(await all.serving.read<bigint>("revenue", "income", [all.till, BigInt(epoch)])).to.equal(total);
    expect(await all.operator.redeem(all.till)).to.deep.equal({ channels: 0, claimed: 0n, swept: 0n });

    const { timestamp } = await all.serving.client.getBlock();
    await all.wait((epoch + 1) * 3600 - Number(timestamp) + 10);
    const committed = await all.operator.commitLog(all.till, epoch);
    const log = all.store.log(all.till, epoch, all.serving.chainId);
    expect(committed).to.deep.equal({ root: receiptsList(log.receipts).root, count: 3, total });
    const onChain = await all.serving.read<[string, bigint, bigint]>("attribution", "logOf", [all.till, BigInt(epoch)]);
    expect(onChain).to.deep.equal([committed!.root, 3n, total]);
    expect(await all.operator.commitLog(all.till, epoch)).to.deep.equal(committed);
    expect(await all.operator.commitLog(all.till, epoch + 5)).to.equal(null);
  });

  it("goes on where a client has forgotten what it was charged", async () => {
    const before = all.store.next(all.till);
    const client = clientOf("payer");
    const one = await client.complete(REQUEST);
    expect(one.receipt.number).to.equal(before.number);
    const forgetful = clientOf("payer");
    const two = await forgetful.complete(REQUEST);
    expect(two.receipt.chargeBefore).to.equal(one.receipt.chargeAfter);
  });

  it("does not believe a count beyond its own signatures", async () => {
    const client = clientOf("payer");
    const { chargeAfter, channelId } = (await client.complete(REQUEST)).receipt;
    const memory = { load: () => chargeAfter - 1n, save: () => expect.fail("it believed") };
    const original = all.store.channel.bind(all.store);
    // An operator that claims more than the best voucher allows.
    all.store.channel = (id) => ({ ...original(id)!, charged: original(id)!.voucherMax + 1n });
    try {
      await refused(clientOf("payer", { memory }).complete(REQUEST), "voucher_amount_too_low");
    } finally {
      all.store.channel = original;
    }
    expect(all.store.channel(channelId)!.charged).to.equal(chargeAfter);
  });

  it("keeps to its spending limit", async () => {
    const client = clientOf("payer");
    const ceiling = BigInt((await client.requirements(REQUEST)).amount);
    await refused(clientOf("payer", { limit: ceiling - 1n }).complete(REQUEST), "spending_limit");
    const enough = clientOf("payer", { limit: ceiling });
    const { charged } = await enough.complete(REQUEST);
    expect(enough.spent).to.equal(charged);
    await refused(enough.complete(REQUEST), "spending_limit");
  });

  it("passes on the server's reasons", async () => {
    await refused(clientOf("payer").complete({ ...REQUEST, model: "wasps" }), "model_not_found");
    await refused(clientOf("payer").complete({ ...REQUEST, max_tokens: 1000 }), "context_length_exceeded");
    const nowhere = new PayingClient({ url: "http://127.0.0.1:9", chain: all.serving, wallet: all.wallet("payer") });
    await refused(nowhere.complete(REQUEST), "server_unreachable");
  });

  it("refuses a demand that does not lead to a Till", async () => {
    const server = await import("fastify").then(({ fastify }) => fastify());
    const honest = await clientOf("payer").requirements(REQUEST);
    const demand = { ...honest, payTo: all.wallet("stranger").account.address };
    server.post("/v1/completions", (_request, reply) => {
      const header = Buffer.from(JSON.stringify({ x402Version: 2, accepts: [demand] })).toString("base64");
      return reply.code(402).header("PAYMENT-REQUIRED", header).send({});
    });
    try {
      const url = await server.listen({ host: "127.0.0.1", port: 0 });
      const client = new PayingClient({ url, chain: all.serving, wallet: all.wallet("payer") });
      await refused(client.complete(REQUEST), "untrusted_demand");
    } finally {
      await server.close();
    }
  });

  it("redeems what it can where a payer withdraws, and serves that channel no more", async () => {
    const client = clientOf("payer");
    const { receipt } = await client.complete(REQUEST);
    const demanded = await client.requirements(REQUEST);
    const { config, channelId } = client.channelOf(demanded);
    const { balance, totalClaimed } = await all.serving.channelFunds(channelId);
    await all.serving.write(all.wallet("payer"), "channels", "initiateWithdraw", [config, balance - totalClaimed]);
    await refused(client.complete(REQUEST), "channel_insufficient_balance");
    await all.operator.redeem(all.till);
    expect((await all.serving.channelFunds(channelId)).totalClaimed).to.equal(receipt.chargeAfter);
    expect(chargeOf(receipt) > 0n).to.equal(true);
  });
});
