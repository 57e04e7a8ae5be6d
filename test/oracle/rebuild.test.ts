import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import type { Hex } from "viem";
import { payoutsList } from "../../oracle/payouts.ts";
import { finalizePosting, type Posted } from "../../oracle/post.ts";
import { PrepareError, type Sources } from "../../oracle/prepare.ts";
import { logName, readOpenedLog, writeOpenedLog } from "../../oracle/published-log.ts";
import { claimablePosting, rebuildLine } from "../../oracle/rebuild.ts";
import { FormatError } from "../../protocol/decode.ts";
import { claimPlace, payoutLeaf } from "../../protocol/leaves.ts";
import { rejection } from "./fixtures.ts";
import { inflated, Line } from "./watch/line.ts";
import { contributors, holder, madeFeatures, madeGradients, payer } from "./world.ts";

// one story, told step by step: each test goes on where the one before ended
describe("a line that is rebuilt from the chain", function () {
  this.timeout(120_000);
  this.bail(true);
  let line: Line;
  let posted: Posted;
  before(async () => {
    line = await Line.start();
  });
  after(() => line?.stop());

  const rebuild = (changes: Partial<Sources> = {}) =>
    rebuildLine({
      client: line.world.client,
      deployment: line.world.deployment,
      sources: {
        logOf: async (till, epoch) => (await readOpenedLog(join(line.folder, "logs"), till, epoch))?.log ?? null,
        featuresOf: async () => madeFeatures(),
        gradientsOf: madeGradients,
        ...changes,
      },
    });

  it("is empty before there is a posting", async () => {
    expect(await rebuild()).to.deep.equal([]);
    expect(claimablePosting([])).to.equal(null);
  });

  it("has the payouts of every posting, whatever registered after its accounts were read", async () => {
    const first = await line.epoch(true);
    await line.world.send(payer.address, "datanets", "register", []);
    posted = await line.post(first);
    const second = await line.epoch(true);
    await line.post(second);
    const folder = join(line.folder, "logs");
    await mkdir(folder);
    for (const log of line.logs) await writeOpenedLog({ log, answers: [] }, folder);
    const postings = await rebuild();
    expect(postings.map(({ difference }) => difference)).to.deep.equal([null, null]);
    expect(postings.map(({ payouts }) => payouts)).to.deep.equal([first.payoutsAfter, second.payoutsAfter]);
    expect(postings.map(({ payouts }) => payouts.length)).to.deep.equal([2, 3]);
    expect(postings[0]).to.include({ id: posted.id, slot: 0, final: false, activatesAt: posted.activatesAt });
    expect(postings[1]).to.include({ slot: 1, fromEpoch: second.posting.fromEpoch, toEpoch: second.posting.toEpoch });
    expect(claimablePosting(postings)).to.equal(null);
  });

  it("gives proofs that the chain pays", async () => {
    await finalizePosting(line.world.poster(), posted.id);
    const last = claimablePosting(await rebuild())!;
    expect(last.id).to.equal(posted.id);
    const list = payoutsList(last.payouts);
    const { address } = contributors[0]!;
    const place = claimPlace(last.slot, list.count, 0);
    const leaf: Hex = payoutLeaf(last.payouts[0]!);
    await line.world.send(holder.address, "rewards", "claim", [place, leaf, list.proof(0)]);
    const paid = await line.world.read<bigint>("openToken", "balanceOf", [address]);
    expect(paid).to.equal(last.payouts[0]!.cumulative);
  });

  it("differs from a posting that is wrong", async () => {
    const honest = await line.epoch(true);
    await line.post(inflated(honest));
    await writeOpenedLog({ log: line.logs.at(-1)!, answers: [] }, join(line.folder, "logs"));
    const { difference, payouts } = (await rebuild()).at(-1)!;
    const { payoutRoot } = honest.posting;
    expect(difference).to.deep.equal({
      field: "payoutRoot",
      rebuilt: payoutRoot,
      chain: line.head!.posting.payoutRoot,
    });
    expect(payouts).to.deep.equal(honest.payoutsAfter);
  });

  it("cannot be rebuilt without a log that its operator committed", async () => {
    const error = await rejection(rebuild({ logOf: async () => null }));
    expect(error).to.be.instanceOf(PrepareError);
    expect(error.message).to.include("is not there; its operator committed 2 receipts");
  });

  it("takes opened logs from a folder or over HTTP, and names what is malformed", async () => {
    const log = line.logs[0]!;
    const folder = join(line.folder, "opened");
    await mkdir(folder);
    const answers = [{ receipt: 0, promptTokens: Int32Array.of(1, 2), answerTokens: Int32Array.of(3) }];
    await writeOpenedLog({ log, answers }, folder);
    expect(await readOpenedLog(folder, log.till, log.epoch)).to.deep.equal({ log, answers });
    expect(await readOpenedLog(folder, log.till, log.epoch + 1)).to.equal(null);
    const text = JSON.stringify({ log: {}, answers: [{ receipt: 0, promptTokens: [-1] }] });
    await writeFile(join(folder, logName(log.till, 7)), text);
    const malformed = await rejection(readOpenedLog(folder, log.till, 7));
    expect(malformed).to.be.instanceOf(FormatError);
    expect(malformed.message).to.include("promptTokens[0]: -1 is not between 0");
    const server = createServer(({ url }, response) => {
      if (url === `/x/${logName(log.till, 7)}`) response.end(text);
      else response.writeHead(404).end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const place = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x/`;
    const fetched = await rejection(readOpenedLog(place, log.till, 7));
    const none = await readOpenedLog(place, log.till, 8);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(fetched).to.be.instanceOf(FormatError);
    expect(none).to.equal(null);
  });
});
