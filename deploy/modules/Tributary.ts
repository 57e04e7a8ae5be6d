import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { IgnitionModuleBuilder } from "@nomicfoundation/ignition-core";
import { X402_CHANNELS } from "../x402.ts";

/** The whole suite, token first. Its parameters, and their units, are those of `deploy/parameters/local.json`. */
const suite = (m: IgnitionModuleBuilder, onX402: boolean) => {
  const openToken = m.contract("OpenToken", [m.getParameter("holder")]);
  const stakeVault = m.contract("StakeVault", [openToken, m.getParameter("unbonding"), m.getParameter("stream")]);
  const governor = m.contract("OpenGovernor", [
    stakeVault,
    {
      votingDelay: m.getParameter("votingDelay"),
      votingPeriod: m.getParameter("votingPeriod"),
      voteExtension: m.getParameter("voteExtension"),
      timelockDelay: m.getParameter("timelockDelay"),
      proposalThreshold: m.getParameter("proposalThreshold"),
      quorum: m.getParameter("quorum"),
      quorumFloor: m.getParameter("quorumFloor"),
      quorumCap: m.getParameter("quorumCap"),
      guardian: m.getParameter("guardian"),
      guardianTerm: m.getParameter("guardianTerm"),
    },
  ]);
  const timelock = m.contractAt("OpenTimelock", m.staticCall(governor, "timelock"));
  m.call(stakeVault, "wire", [timelock]);
  const datanets = m.contract("Datanets", [
    openToken,
    stakeVault,
    timelock,
    m.getParameter("revealWindow"),
    m.getParameter("scorePeriod"),
    m.getParameter("challengeWindow"),
    m.getParameter("challengeBond"),
  ]);
  const models = m.contract("Models", [
    openToken,
    datanets,
    stakeVault,
    timelock,
    m.getParameter("minimumBond"),
    m.getParameter("validatorStake"),
    m.getParameter("evaluationWindow"),
    m.getParameter("bondDecay"),
    m.getParameter("objectionWindow"),
    m.getParameter("objectionQuorum"),
  ]);
  const channels = onX402 ? m.contractAt("Channels", X402_CHANNELS) : m.contract("Channels");
  const approvalCollector = m.contract("ApprovalCollector", [channels]);
  const permitCollector = m.contract("PermitCollector", [channels]);
  const erc3009Collector = m.contract("ERC3009Collector", [channels]);
  const revenue = m.contract("Revenue", [openToken, models, stakeVault, channels, timelock, m.getParameter("epoch")]);
  const attribution = m.contract("Attribution", [
    openToken,
    revenue,
    stakeVault,
    governor,
    m.getParameter("logDelay"),
    m.getParameter("window"),
    m.getParameter("postingBond"),
  ]);
  const rewards = m.contractAt("Rewards", m.staticCall(attribution, "REWARDS"));
  m.call(revenue, "wire", [attribution]);
  const operators = m.contract("Operators", [openToken, attribution, stakeVault, m.getParameter("operatorBond")]);
  const seeds = m.contract("Seeds", [attribution]);
  const stepVerifier = m.contract("StepVerifier", [attribution, revenue, models]);
  const sampleVerifier = m.contract("SampleVerifier", [attribution, models, seeds]);
  const partVerifier = m.contract("PartVerifier", [models]);
  const resultVerifier = m.contract("ResultVerifier", [revenue, models]);
  const payoutVerifier = m.contract("PayoutVerifier", [revenue, models, datanets]);
  const logVerifier = m.contract("LogVerifier", [attribution, channels, openToken]);
  const equivocationVerifier = m.contract("EquivocationVerifier", [attribution]);
  const indexVerifier = m.contract("IndexVerifier", [models, datanets]);
  const refutations = m.contract("Refutations", [
    openToken,
    attribution,
    operators,
    models,
    [stepVerifier, sampleVerifier, partVerifier, resultVerifier, payoutVerifier],
    logVerifier,
    equivocationVerifier,
    indexVerifier,
  ]);
  const demands = m.contract("Demands", [
    openToken,
    attribution,
    operators,
    models,
    channels,
    m.getParameter("demandDeposit"),
  ]);
  m.call(attribution, "wire", [operators, seeds, [refutations, demands]]);
  m.call(models, "wire", [refutations]);
  return {
    openToken,
    stakeVault,
    timelock,
    governor,
    datanets,
    models,
    channels,
    approvalCollector,
    permitCollector,
    erc3009Collector,
    revenue,
    rewards,
    attribution,
    operators,
    refutations,
    demands,
    seeds,
    stepVerifier,
    sampleVerifier,
    partVerifier,
    resultVerifier,
    payoutVerifier,
    logVerifier,
    equivocationVerifier,
    indexVerifier,
  };
};

export default buildModule("Tributary", (m) => suite(m, false));

/** The same for a chain on which x402's own contract stands: its channels are used, so stock clients need no address. */
export const TributaryOnX402 = buildModule("Tributary", (m) => suite(m, true));
