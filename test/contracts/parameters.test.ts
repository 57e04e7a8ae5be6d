import { expect } from "chai";
import { deployed, deploySuiteWith, ethers, loadFixture, open, parameter } from "./fixtures.ts";

const RESOLUTION = ["votingDelay", "votingPeriod", "voteExtension", "timelockDelay"]
  .map(parameter)
  .reduce((sum, each) => sum + each);

describe("parameters", () => {
  for (const [name, error, wrong] of [
    ["unbonding", "UNBONDING", 599n],
    ["unbonding", "UNBONDING", parameter("window") + RESOLUTION - 1n],
    ["stream", "STREAM", 59n],
    ["votingDelay", "VOTING_DELAY", 0n],
    ["votingPeriod", "VOTING_PERIOD", 31n * 86_400n],
    ["timelockDelay", "TIMELOCK_DELAY", 59n],
    ["proposalThreshold", "THRESHOLD", open(1) - 1n],
    ["quorum", "QUORUM", 51n],
    ["quorumFloor", "QUORUM_FLOOR", 0n],
    ["quorumCap", "QUORUM_CAP", open(1) - 1n],
    ["guardianTerm", "GUARDIAN_TERM", 180n * 86_400n + 1n],
    ["epoch", "EPOCH", 31n * 86_400n],
    ["logDelay", "LOG_DELAY", 0n],
    ["window", "WINDOW", RESOLUTION], // a vote to void could not end in time
    ["postingBond", "BOND", open(1) - 1n],
    ["operatorBond", "OPERATOR_BOND", open(1) - 1n],
    ["operatorBond", "OPERATOR_BOND", open(100_000_000) + 1n],
    ["demandDeposit", "DEPOSIT", open("0.01") - 1n],
    ["demandDeposit", "DEPOSIT", open(1_000_000) + 1n],
    ["minimumBond", "MINIMUM_BOND", 0n],
    ["validatorStake", "VALIDATOR_STAKE", 0n],
    ["evaluationWindow", "EVALUATION_WINDOW", 0n],
    ["bondDecay", "BOND_DECAY", 59n],
    ["objectionWindow", "OBJECTION_WINDOW", 59n],
    ["objectionQuorum", "OBJECTION_QUORUM", 9n],
    ["objectionQuorum", "OBJECTION_QUORUM", 5001n],
    ["revealWindow", "REVEAL_WINDOW", 59n],
    ["scorePeriod", "SCORE_PERIOD", 59n],
    ["challengeWindow", "CHALLENGE_WINDOW", 30n * 86_400n + 1n],
    ["challengeBond", "CHALLENGE_BOND", 0n],
  ] as const) {
    it(`refuse ${name} = ${wrong}`, async () => {
      const { stakeVault } = await loadFixture(deployed);
      const word = ethers.encodeBytes32String(error);
      const failure = await deploySuiteWith({ [name]: wrong }).then(
        () => "deployed",
        (reason: Error) => reason.message,
      );
      expect(failure).to.contain("ParameterOutOfBounds").and.to.contain(word).and.to.contain(String(wrong));
      expect(await stakeVault.UNBONDING()).to.equal(parameter("unbonding"));
    });
  }

  it("refuse a constructor argument out of its bounds by name, value and bounds", async () => {
    const { openToken, stakeVault } = await loadFixture(deployed);
    const [account] = await ethers.getSigners();
    const factory = await ethers.getContractFactory("StakeVault", account);
    await expect(factory.deploy(openToken, 3600, 30n * 86_400n + 1n))
      .to.be.revertedWithCustomError(stakeVault, "ParameterOutOfBounds")
      .withArgs(ethers.encodeBytes32String("STREAM"), 30n * 86_400n + 1n, 60, 30n * 86_400n);
  });
});
