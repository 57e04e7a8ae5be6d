import { rename } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { Hex } from "viem";
import { ChainRefuter } from "../../../oracle/watch/refuter.ts";
import type { Watcher } from "../../../oracle/watch/watcher.ts";
import { watchLine } from "../../../scripts/lib/watch-line.ts";
import { contributors } from "../world.ts";
import { inflated, Line } from "./line.ts";

const refuter = contributors[1]!.address;

// one story, told step by step: each test goes on where the one before ended
describe("a watcher with an account", function () {
  this.timeout(120_000);
  this.bail(true);
  let line: Line;
  let watcher: Watcher;

  const armed = () => {
    const { client, deployment } = line.world;
    return line.watcher({ refuter: new ChainRefuter({ client, wallet: line.world.wallet(refuter), deployment }) });
  };
  const head = () => line.world.read<Hex>("attribution", "head");
  const balance = () => line.world.read<bigint>("openToken", "balanceOf", [refuter]);
  const mine = (blocks: number) => line.world.chain.rpc("anvil_mine", [`0x${blocks.toString(16)}`]);

  before(async () => {
    line = await Line.start();
    watcher = armed();
  });
  after(() => line?.stop());

  it("leaves an honest posting alone", async () => {
    const { id } = await line.post(await line.epoch(true));
    const [report] = await line.poll(watcher);
    expect(report).to.deep.include({ id, verdict: "right", sent: null, why: null });
    expect(await head()).to.equal(id);
  });

  it("refutes one that inflates a payout, in one transaction", async () => {
    const [parent, honest] = [await head(), line.head];
    const { id } = await line.post(inflated(await line.epoch(true)));
    const [report, ...more] = await line.poll(watcher);
    expect(more).to.deep.equal([]);
    expect(report).to.deep.include({ id, verdict: "wrong", why: null });
    expect(report!.sent!.what).to.match(/^refuted \(step 0, of 0x/);
    expect(Number(report!.sent!.gas)).to.be.lessThan(300_000);
    expect(watchLine(report!)).to.include(`in ${report!.sent!.transaction} (${report!.sent!.gas} gas)`);
    expect(await head()).to.equal(parent);
    expect(watcher.open).to.deep.equal([]);
    line.head = honest;
  });

  it("takes its reward, half the bond, once nobody can claim to have been earlier", async () => {
    const before = await balance();
    expect(await line.poll(watcher)).to.deep.equal([]);
    expect(await balance()).to.equal(before);
    // started again, it knows what it is owed
    watcher = armed();
    await mine(20);
    await line.poll(watcher);
    const bond = await line.world.read<bigint>("attribution", "BOND");
    expect((await balance()) - before).to.equal(bond / 2n);
    await line.poll(watcher);
    expect((await balance()) - before).to.equal(bond / 2n);
  });

  it("refutes what it had found wrong before it had an account", async () => {
    const honest = line.head;
    const { id } = await line.post(inflated(await line.epoch(true)));
    const unarmed = line.watcher();
    expect((await line.poll(unarmed))[0]).to.deep.include({ id, verdict: "wrong", sent: null, why: null });
    watcher = armed();
    const [report] = await line.poll(watcher);
    expect(report!.sent!.what).to.match(/^refuted/);
    expect(await head()).to.not.equal(id);
    line.head = honest;
  });

  it("demands what is withheld, and voids the posting where nobody answers", async () => {
    await line.world.give(refuter, "1000");
    const [parent, honest] = [await head(), line.head];
    const { id, hash } = await line.post(await line.epoch(true));
    await rename(join(line.published, hash), join(line.folder, "hidden"));
    const [report] = await line.poll(watcher);
    expect(report).to.deep.include({ id, verdict: "withheld" });
    expect(report!.sent!.what).to.equal("demanded");
    expect(await line.poll(watcher)).to.deep.equal([]);
    const window = await line.world.read<bigint>("attribution", "WINDOW");
    await line.world.warp(window / 4n + 1n);
    const [expired] = await line.poll(watcher);
    expect(expired!.sent!.what).to.equal("ended its demand, which nobody answered");
    expect(await head()).to.equal(parent);
    const [voided] = await line.poll(watcher);
    expect(voided).to.include({ id, verdict: "void" });
    line.head = honest;
  });

  it("says why it sends nothing where it cannot", async () => {
    await line.world.send(refuter, "openToken", "transfer", [line.world.till, await balance()]);
    const { hash } = await line.post(await line.epoch(false));
    await rename(join(line.published, hash), join(line.folder, "hidden too"));
    const [report] = await line.poll(watcher);
    expect(report).to.deep.include({ verdict: "withheld", sent: null });
    expect(report!.why).to.match(/^Demands\.demand reverts: ERC20InsufficientBalance\(/);
    expect(watchLine(report!)).to.include("; nothing sent: Demands.demand reverts");
  });
});
