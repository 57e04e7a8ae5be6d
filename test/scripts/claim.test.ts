import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parseEther } from "viem";
import type { Bundle } from "../../oracle/bundle.ts";
import { payoutsList } from "../../oracle/payouts.ts";
import { publishBundle } from "../../oracle/publish.ts";
import { mined } from "../../scripts/lib/send.ts";
import { PayingClient } from "../../serving/client.ts";
import { cli } from "./cli.ts";
import { type Inference, startInference } from "./inference.ts";

const ZERO = `0x${"00".repeat(32)}` as const;
const REQUEST = { model: "bees", prompt: "the bees", max_tokens: 8, temperature: 0 };

describe("claim", function () {
  this.timeout(120_000);
  let all: Inference;
  let epoch: number;
  before(async () => {
    all = await startInference();
    await earn();
    await register("contributor", "validator");
  });
  after(() => all.close());
  const claim = (...args: string[]) => cli("claim", args, { TRIBUTARY_DEPLOYMENT: all.deploymentFile });
  const addressOf = (role: keyof Inference["roles"]) => all.roles[role].address as `0x${string}`;

  /** One paid answer whose epoch is closed. */
  async function earn() {
    const { contracts } = all.connection;
    const client = new PayingClient({ url: all.server.url, chain: all.serving, wallet: all.wallet("payer") });
    await client.deposit(await client.requirements(REQUEST), parseEther("1"));
    epoch = (await client.complete(REQUEST)).receipt.epoch;
    await all.operator.redeem(all.till);
    await passUntil((epoch + 1) * 3600 + 10);
    await all.operator.commitLog(all.till, epoch);
    await passUntil((epoch + 1) * 3600 + 700);
    await mined(contracts.revenue.connect(all.roles.stranger).close(all.till, epoch));
  }

  async function register(...roles: (keyof Inference["roles"])[]) {
    for (const role of roles) await mined(all.connection.contracts.datanets.connect(all.roles[role]).register());
  }

  async function passUntil(time: number) {
    const { timestamp } = await all.serving.client.getBlock();
    await all.wait(time - Number(timestamp));
  }

  /** A posting that pays half of the pool to contributor 0 and nothing to contributor 1, with its bundle. */
  async function post(): Promise<bigint> {
    const { contracts, deployment } = all.connection;
    const { attribution, token, revenue } = contracts;
    const pool = await revenue.poolOf(epoch);
    const half = pool / 2n;
    const payoutsAfter = [
      { account: addressOf("contributor"), cumulative: half },
      { account: addressOf("validator"), cumulative: 0n },
    ];
    const posting = {
      parent: ZERO,
      fromEpoch: epoch,
      toEpoch: epoch,
      stepRoot: ZERO,
      payoutRoot: payoutsList(payoutsAfter).root,
      pool,
      distributed: half,
    };
    const { openToken, channels, datanets, models, revenue: income, attribution: at } = deployment.addresses;
    const bundle: Bundle = {
      chainId: deployment.chainId,
      block: 1,
      deployedAt: deployment.block,
      addresses: { openToken, channels, datanets, models, revenue: income, attribution: at },
      posting,
      models: [],
      payoutsBefore: [],
      steps: [],
      payoutsAfter,
    };
    const { hash: bundleHash } = await publishBundle(bundle, join(all.folder, "bundles"));
    const poster = all.roles.holder;
    await mined(token.connect(poster).approve(deployment.addresses.attribution, parseEther("5000")));
    await mined(attribution.connect(poster).depositBond(parseEther("5000")));
    await mined(attribution.connect(poster).post({ ...posting, bundleHash }, "file:bundle"));
    return half;
  }

  it("has nothing to claim before there is a posting", async () => {
    const { code, stderr } = await claim("--contributor", "0");
    expect(code).to.equal(1);
    expect(stderr).to.match(/Nothing to claim: there is no posting in .*bundles yet/);
  });

  it("claims once the window has passed, for anybody, and only once", async () => {
    const { contracts } = all.connection;
    const half = await post();
    const early = await claim("--contributor", "0");
    expect(early.code).to.equal(1);
    expect(early.stderr).to.match(/Nothing to claim yet: the posting's window closes in \d+ s/);
    await all.wait(1801);

    const account = addressOf("contributor");
    const before = await contracts.token.balanceOf(account);
    const claimed = await claim("--account", account, "--json");
    expect(claimed.code).to.equal(0);
    expect(claimed.json()).to.include({
      contributor: 0,
      account,
      amount: half.toString(),
      cumulative: half.toString(),
    });
    expect(BigInt(claimed.json<{ gas: string }>().gas) > 21_000n).to.equal(true);
    expect((await contracts.token.balanceOf(account)) - before).to.equal(half);

    const again = await claim("--contributor", "0");
    expect(again.code).to.equal(1);
    expect(again.stderr).to.match(/Nothing to claim: contributor 0 .* has claimed all of its [\d.]+ OPEN/);
  });

  it("says where a contributor has earned nothing, is in no posting, or is none", async () => {
    expect((await claim("--contributor", "1")).stderr).to.match(
      /Nothing to claim: contributor 1 .* has earned nothing yet/,
    );
    expect((await claim("--contributor", "9")).stderr).to.match(/There is no contributor 9: 2 are registered/);
    const stranger = await claim("--account", addressOf("stranger"));
    expect(stranger.code).to.equal(1);
    expect(stranger.stderr).to.match(/No such contributor: 0x\w+ has never registered/);
    await register("payer");
    expect((await claim("--account", addressOf("payer"))).stderr).to.match(/contributor 2 is not in the posting yet/);
  });

  it("refuses what is no contributor and no bundle", async () => {
    expect((await claim()).stderr).to.match(/--contributor ID or --account ADDRESS/);
    expect((await claim("--contributor", "x")).stderr).to.match(/not a valid contributor id/);
    expect((await claim("--account", "bob")).stderr).to.match(/"bob" is not an address/);
    const empty = join(all.folder, "empty");
    mkdirSync(empty);
    const { code, stderr } = await claim("--contributor", "0", "--bundle", empty);
    expect(code).to.equal(1);
    expect(stderr).to.match(/bundle\.json/);
  });
});
