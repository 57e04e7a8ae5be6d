import { expect } from "chai";
import { deployed, ethers, loadFixture, open, type Suite } from "./fixtures.ts";

const MINUTE = 60n;
const DAY = 86_400n;

/** A contract with one parameter at `value`, the others well within their bounds. */
type Deploy = (suite: Suite, value: bigint) => Promise<{ waitForDeployment(): Promise<unknown> }>;

const stakeVault = ({ openToken }: Suite, unbonding: bigint, stream: bigint) =>
  ethers.deployContract("StakeVault", [openToken, unbonding, stream]);

const revenue = ({ openToken, models, stakeVault, channels, timelock }: Suite, epoch: bigint) =>
  ethers.deployContract("Revenue", [openToken, models, stakeVault, channels, timelock, epoch]);

/** Over a vault whose unbonding is the longest there is. */
async function attribution(suite: Suite, logDelay: bigint, window: bigint, bond: bigint) {
  const { openToken, revenue, governor } = suite;
  const vault = await stakeVault(suite, 90n * DAY, DAY);
  return ethers.deployContract("Attribution", [openToken, revenue, vault, governor, logDelay, window, bond]);
}

describe("parameters", () => {
  for (const [name, lower, upper, deploy] of [
    ["UNBONDING", 10n * MINUTE, 90n * DAY, (suite, value) => stakeVault(suite, value, DAY)],
    ["STREAM", MINUTE, 30n * DAY, (suite, value) => stakeVault(suite, DAY, value)],
    ["EPOCH", MINUTE, 30n * DAY, (suite, value) => revenue(suite, value)],
    ["LOG_DELAY", MINUTE, 7n * DAY, (suite, value) => attribution(suite, value, DAY, open(1))],
    ["BOND", open(1), open(100_000_000), (suite, value) => attribution(suite, DAY, DAY, value)],
  ] as [string, bigint, bigint, Deploy][]) {
    it(`take ${name} at its bounds, and refuse what is one past them`, async () => {
      const suite = await loadFixture(deployed);
      for (const value of [lower, upper]) await deploy(suite, value);
      for (const value of [lower - 1n, upper + 1n]) {
        await expect(deploy(suite, value))
          .to.be.revertedWithCustomError(suite.stakeVault, "ParameterOutOfBounds")
          .withArgs(ethers.encodeBytes32String(name), value, lower, upper);
      }
    });
  }

  it("take a window that a vote just fits in, and the longest", async () => {
    const suite = await loadFixture(deployed);
    const lower = (await suite.governor.RESOLUTION()) + (await suite.timelock.getMinDelay()) + 1n;
    for (const value of [lower, 30n * DAY]) await attribution(suite, DAY, value, open(1));
    for (const value of [lower - 1n, 30n * DAY + 1n]) {
      await expect(attribution(suite, DAY, value, open(1)))
        .to.be.revertedWithCustomError(suite.stakeVault, "ParameterOutOfBounds")
        .withArgs(ethers.encodeBytes32String("WINDOW"), value, lower, 30n * DAY);
    }
  });

  it("take a vault whose unbonding just outlasts window and vote", async () => {
    const suite = await loadFixture(deployed);
    const { openToken, revenue, governor, timelock } = suite;
    const resolution = (await governor.RESOLUTION()) + (await timelock.getMinDelay());
    const unbonding = DAY + resolution;
    const over = async (vault: Awaited<ReturnType<typeof stakeVault>>) =>
      ethers.deployContract("Attribution", [openToken, revenue, vault, governor, DAY, DAY, open(1)]);
    await over(await stakeVault(suite, unbonding, DAY));
    await expect(over(await stakeVault(suite, unbonding - 1n, DAY)))
      .to.be.revertedWithCustomError(suite.stakeVault, "ParameterOutOfBounds")
      .withArgs(ethers.encodeBytes32String("UNBONDING"), unbonding - 1n, unbonding, ethers.MaxUint256);
  });
});
