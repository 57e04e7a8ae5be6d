import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parseEther } from "ethers";
import type { EpochMeasures } from "../../scripts/actions/measures.ts";
import { stake } from "../../scripts/actions/stake.ts";
import { cli } from "./cli.ts";
import { type Suite, startSuite, takeLive, termsFor } from "./suite.ts";

describe("measures", function () {
  this.timeout(240_000);
  let suite: Suite;
  before(async () => (suite = await startSuite()));
  after(() => suite.close());
  const measures = (...args: string[]) => cli("measures", args, { TRIBUTARY_DEPLOYMENT: suite.deploymentFile });

  it("reads a vote that went through, a model that is live, and who holds stake", async () => {
    const hashes = { baseHash: `0x${"44".repeat(32)}`, adapterHash: `0x${"55".repeat(32)}` };
    await takeLive(suite, termsFor(suite, hashes));
    await stake(suite.connection, suite.roles.payer, parseEther("60000"));
    const svg = join(suite.folder, "measures.svg");
    const { code, stdout, stderr } = await measures("--json", "--svg", svg);
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
    const { epochs } = JSON.parse(stdout) as { epochs: EpochMeasures[] };
    expect(epochs.reduce((sum, { models }) => sum + models.proposed, 0)).to.equal(1);
    const last = epochs.at(-1)!;
    expect(last.models.live).to.equal(1);
    expect(epochs.map(({ votes }) => votes.participation)).to.include(1);
    expect(last.concentration.stake).to.deep.include({ holders: 3, nakamoto: 1 });
    expect(last.concentration.votes).to.deep.equal(last.concentration.stake);
    expect(last.paid).to.deep.equal({ contributors: 0, total: "0", median: null, aboveCost: null });
    expect(readFileSync(svg, "utf8")).to.match(/^<svg .*<\/svg>\n$/s);
    expect(existsSync(`${svg}.tmp`)).to.equal(false);
  });

  it("prints tables", async () => {
    const { code, stdout } = await measures("--open-per-eth", "1000", "--gas-price", "0.1");
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/participation/)
      .and.match(/Gini \/ HHI \/ Nakamoto/)
      .and.match(/by payer, OPEN\nnone yet/)
      .and.not.match(/--open-per-eth/);
  });

  it("says what is missing where the price of ether is not given", async () => {
    expect((await measures()).stdout).to.include(
      "above cost: not known without a price of gas in OPEN; give --open-per-eth.",
    );
    expect((await cli("measures", ["--help"])).stdout).to.match(/without\s+it,\s+nobody\s+knows\s+which\s+payouts/);
  });

  for (const [what, args, message] of [
    ["a price that is none", ["--open-per-eth", "bees"], /"bees" is not an amount of OPEN/],
    ["a gas price that is none", ["--open-per-eth", "1", "--gas-price", "x"], /"x" is not a gas price in gwei/],
    ["a gas price without the price of ether", ["--gas-price", "1"], /of no use without --open-per-eth/],
    ["a file that cannot be written", ["--svg", "/nowhere/at/all.svg"], /\/nowhere\/at\/all.svg cannot be written/],
    ["no node", ["--rpc", "http://127.0.0.1:9"], /No node is running at http:\/\/127.0.0.1:9/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await measures(...args);
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
    });
  }
});
