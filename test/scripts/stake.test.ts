import { expect } from "chai";
import { parseEther } from "ethers";
import { cli } from "./cli.ts";
import { type Suite, startSuite } from "./suite.ts";

describe("stake", function () {
  this.timeout(120_000);
  let suite: Suite;
  before(async () => (suite = await startSuite()));
  after(() => suite.close());
  const stake = (...args: string[]) =>
    cli("stake", [...args, "--account", suite.roles.payer.address], { TRIBUTARY_DEPLOYMENT: suite.deploymentFile });

  it("stakes, thaws and withdraws", async () => {
    const staked = await stake("12.5", "--json");
    expect(staked.code).to.equal(0);
    expect(staked.json()).to.include({ amount: "12500000000000000000", staked: "12500000000000000000" });
    const thawing = await stake("unstake", "2.5", "--json");
    expect(thawing.json()).to.include({ ticket: "0", amount: "2500000000000000000" });
    const early = await stake("withdraw");
    expect(early.code).to.equal(1);
    expect(early.stderr).to.match(/nothing to withdraw: the next ticket has thawed in \d+ s/);
    expect((await stake("withdraw", "0")).stderr).to.match(/StakeStillThawing\(ticket: 0, availableAt: \d+\)/);
    const { stdout } = await stake("status");
    expect(stdout)
      .to.match(/staked +10 OPEN/)
      .and.match(/ticket 0: 2.5 OPEN/)
      .and.match(/balance +99987.5 OPEN/);
    await suite.wait(3601);
    expect((await stake("withdraw", "--json")).json().amount).to.equal("2500000000000000000");
    expect((await stake("withdraw")).stderr).to.match(/nothing to withdraw\./);
    expect((await stake("withdraw", "7")).stderr).to.match(/has no ticket 7/);
  });

  it("collects rewards", async () => {
    const { contracts, deployment } = suite.connection;
    const { holder, payer } = suite.roles;
    expect((await stake("collect")).stderr).to.match(/has earned nothing yet/);
    await (await contracts.token.connect(holder).approve(deployment.addresses.stakeVault, parseEther("36"))).wait();
    await (await contracts.vault.connect(holder).addReward(parseEther("36"))).wait();
    await suite.wait(3700);
    const before = await contracts.token.balanceOf(payer.address);
    const { amount } = (await stake("collect", "--json")).json<{ amount: string }>();
    expect(BigInt(amount) > parseEther("35")).to.equal(true);
    expect((await contracts.token.balanceOf(payer.address)) - before).to.equal(BigInt(amount));
  });

  it("delegates to a validator, and comes back by a ticket", async () => {
    const { roles, deploymentFile, wait } = suite;
    const { validator, payer } = roles;
    expect((await stake("validators")).stdout).to.match(/There is no validator yet/);
    expect((await stake("delegate", validator.address)).stderr).to.match(/takes no delegations/);
    const asValidator = (...args: string[]) =>
      cli("stake", [...args, "--account", validator.address], { TRIBUTARY_DEPLOYMENT: deploymentFile });
    expect((await asValidator("commission", "2.5")).stdout).to.match(/takes 2.5 %\./);
    expect((await asValidator("commission", "5")).stdout).to.match(/takes 2.5 %, and 5 % from 2\d{3}-/);
    expect((await asValidator("commission", "51")).stderr).to.match(/above the maximum/);
    expect((await stake("delegate", validator.address)).stdout).to.contain(`${validator.address} is the delegate of`);
    expect((await stake("delegate", validator.address)).stderr).to.match(/is the delegate of .* already/);
    expect((await stake("validators")).stdout).to.contain(`${validator.address}  10 OPEN, takes 2.5 %, 5 % from`);
    expect((await stake("status")).stdout).to.contain(`delegate ${validator.address}`);
    expect((await stake("delegate", "self")).stdout).to.match(/thaws as ticket 1/);
    expect((await stake("restake")).stderr).to.match(/the next ticket has thawed in \d+ s/);
    await wait(3601);
    expect((await stake("restake", "--json")).json()).to.include({
      account: payer.address,
      amount: "10000000000000000000",
    });
    expect((await stake("status")).stdout).to.match(/delegate itself/);
  });

  for (const [what, args, message] of [
    ["no amount", ["bees"], /"bees" is not an amount of OPEN/],
    ["nothing", ["0"], /above zero/],
    ["too many decimals", ["1.0000000000000000001"], /up to 18 decimals/],
    ["more than it holds", ["1000000"], /holds [\d.]+ OPEN; 1000000 OPEN are needed/],
    ["to thaw more than is staked", ["unstake", "5000"], /has 10 OPEN at stake, not 5000 OPEN/],
    ["what is no percentage", ["commission", "five"], /"five" is not a percentage/],
    ["a wrong ticket", ["withdraw", "x"], /not a valid ticket number/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await stake(...args);
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
    });
  }

  it("shows the stake of any address", async () => {
    const address = "0x000000000000000000000000000000000000dEaD";
    const env = { TRIBUTARY_DEPLOYMENT: suite.deploymentFile };
    expect((await cli("stake", ["status", "--json", "--account", address], env)).json()).to.include({ staked: "0" });
  });
});
