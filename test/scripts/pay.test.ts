import { expect } from "chai";
import { parseEther } from "ethers";
import { forgetServer, noteServer } from "../../scripts/lib/server-url.ts";
import { cli } from "./cli.ts";
import { type Inference, startInference } from "./inference.ts";

// Questions wrap into "Question: … Answer:", which fills most of the tiny model's context.
const SHORT = ["the hive?", "--max-tokens", "4"];

describe("pay", function () {
  this.timeout(120_000);
  let all: Inference;
  before(async () => {
    all = await startInference();
    noteServer(all.connection, all.server.url);
  });
  after(() => all.close());
  const pay = (role: keyof Inference["roles"], ...args: string[]) =>
    cli("pay", [...args, "--account", all.roles[role].address], { TRIBUTARY_DEPLOYMENT: all.deploymentFile });

  it("deposits on the way, asks and pays", async () => {
    const first = await pay("payer", ...SHORT, "--json");
    expect(first.code, first.stdout).to.equal(0);
    const paid = first.json<{ answer: string; charged: string; deposited: string; receipt: { bound: boolean } }>();
    expect(paid.receipt).to.include({ number: 0, bound: true, payer: all.roles.payer.address });
    expect(BigInt(paid.deposited) >= 10n * BigInt(paid.charged)).to.equal(true);
    const second = await pay("payer", ...SHORT);
    expect(second.stdout).to.match(/Paid [\d.]+ OPEN for \d+ \+ \d tokens; receipt 1 of 0x/);
    const status = await pay("payer", "status", "--json");
    const { channels } = status.json<{ channels: { model: string; balance: string; available: string }[] }>();
    expect(channels).to.have.length(1);
    expect(channels[0]).to.include({ model: "tributary:0", balance: paid.deposited, claimed: "0" });
    expect(BigInt(channels[0]!.available)).to.equal(BigInt(paid.deposited) - 2n * BigInt(paid.charged));
  });

  it("deposits what it is told, by authorization too", async () => {
    const paid = await pay("contributor", ...SHORT, "--json", "--deposit", "3", "--erc3009");
    expect(paid.json()).to.include({ deposited: parseEther("3").toString() });
  });

  for (const [what, args, message] of [
    ["an empty question", [" "], /The question is empty/],
    ["an unknown model", [...SHORT, "--model", "wasps"], /There is no model "wasps" here.*\(model_not_found\)/],
    [
      "an answer past the context",
      ["the hive?", "--max-tokens", "500"],
      /context is 65 in all.*\(context_length_exceeded\)/,
    ],
    [
      "to pay past its limit",
      [...SHORT, "--limit", "0.000001"],
      /may cost [\d.]+ OPEN, more than the limit of 0.000001 OPEN/,
    ],
    ["a wrong number", ["x", "--max-tokens", "many"], /not a valid number of tokens/],
    ["a wrong temperature", [...SHORT, "--temperature", "9"], /not a temperature/],
    ["a wrong server", [...SHORT, "--server", "bees"], /"bees" is not a URL/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await pay("payer", ...args);
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
      expect(stderr.trim().split("\n")).to.have.length(1);
    });
  }

  it("says where the account is too poor", async () => {
    const { code, stderr } = await pay("stranger", ...SHORT);
    expect(code).to.equal(1);
    expect(stderr).to.match(/holds 0 OPEN; the channel needs [\d.]+ OPEN/);
  });

  it("says where no server answers, and where none is known", async () => {
    expect((await pay("payer", ...SHORT, "--server", "http://127.0.0.1:9")).stderr).to.match(
      /No inference server answers/,
    );
    expect((await pay("payer", ...SHORT, "--server", all.chain.url)).stderr).to.match(/is not an inference server/);
    forgetServer(all.connection);
    expect((await pay("payer", ...SHORT)).stderr).to.match(/No inference server is known/);
    noteServer(all.connection, all.server.url);
  });
});
