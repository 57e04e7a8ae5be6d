import { expect } from "chai";
import { zeroHash } from "viem";
import { closeTills, RevertError } from "../../oracle/post.ts";
import { recordSeeds, SeedError } from "../../oracle/seeds.ts";
import { readSeed } from "../../oracle/state.ts";
import { features } from "./fixtures.ts";
import { holder, operator, World } from "./world.ts";

describe("recordSeeds", function () {
  this.timeout(600_000);
  let world: World;
  let epoch: number;
  const epochs = () => ({ from: epoch, to: epoch });
  before(async () => {
    world = await World.start();
    await world.contribute([]);
    await world.goLive(features(1));
    const now = await world.read<bigint>("revenue", "currentEpoch");
    epoch = Number(now);
    await world.give(world.till, "1");
    await world.sendTo(holder.address, "Till", world.till, "sweep", []);
    await world.warpTo((now + 1n) * (await world.read<bigint>("revenue", "EPOCH")));
    const log = [world.till, now, `0x${"11".repeat(32)}`, 4_097n, 1n] as const;
    await world.send(operator.address, "attribution", "commitLog", log);
  });
  after(() => world.chain.stop());

  it("tells that the log deadline is not over", async () => {
    const error = await recordSeeds(world.poster(), epochs()).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(RevertError);
    expect((error as RevertError).reason).to.include("SeedTooEarly");
  });

  it("tells that the armed block does not come", async () => {
    await world.warpTo((await world.read<bigint>("attribution", "logDeadline", [BigInt(epoch)])) + 1n);
    await closeTills(world.poster(), epochs());
    const error = await recordSeeds(world.poster(), epochs(), { timeout: 300 }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(SeedError);
  });

  it("waits for the armed block and records its prevrandao, once", async () => {
    expect(await readSeed(world.client, world.deployment.addresses, epoch)).to.equal(null);
    const recording = recordSeeds(world.poster(), epochs());
    await world.chain.rpc("anvil_mine", ["0x14"]);
    expect(await recording).to.deep.equal([epoch]);
    const seed = await readSeed(world.client, world.deployment.addresses, epoch);
    expect(seed).to.match(/^0x[0-9a-f]{64}$/);
    expect(seed).not.to.equal(zeroHash);
    expect(await recordSeeds(world.poster(), epochs())).to.deep.equal([]);
  });
});
