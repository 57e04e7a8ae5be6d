import { network } from "hardhat";
import { deploySuite, localParameters, type SuiteParameters } from "../../deploy/deploy.ts";
import { DOMAIN } from "../../protocol/domains.ts";
import { List } from "../../protocol/list.ts";
import type { IAttribution, IChannels, IModels } from "../../types/index.ts";
import { contribute, scoreAll } from "./contributions.ts";

export const connection = await network.getOrCreate();
export const { ethers, networkHelpers } = connection;
export const { loadFixture, time } = networkHelpers;

/** Wei of an amount of OPEN. */
export const open = (amount: number | string) => ethers.parseEther(String(amount));
/** The local parameter set, all of it as bigints (its `holder` aside). */
export const parameter = (name: string) => BigInt(localParameters()[name] as number | bigint);
export const hash = (text: string) => ethers.id(text);
export const ZERO = ethers.ZeroHash;

export const State = { Proposed: 1n, Approved: 2n, Trained: 3n, Evaluated: 4n, Live: 5n, Suspended: 6n, Retired: 7n };
export const Status = {
  Committed: 1n,
  Pending: 2n,
  Accepted: 3n,
  Rejected: 4n,
  Withdrawn: 5n,
  Duplicate: 6n,
  Expired: 7n,
};
export const Role = { Developer: 0n, Operator: 1n, Stakers: 2n, Validators: 3n, Treasury: 4n };

export const SPLIT = {
  developer: 2000n,
  operator: 2500n,
  stakers: 1000n,
  validators: 500n,
  treasury: 500n,
  contributors: 3500n,
};

/** What every account but the holder begins with. */
export const PURSE = open(1_000_000);

/**
 * The suite with the local parameters (or others), and a funded account for each role, which has approved it; the operator
 * is bonded.
 */
export async function deploySuiteWith(parameters: SuiteParameters) {
  const { addresses } = await deploySuite({ provider: connection.provider, parameters });
  const suite = {
    openToken: await ethers.getContractAt("OpenToken", addresses.openToken),
    stakeVault: await ethers.getContractAt("StakeVault", addresses.stakeVault),
    timelock: await ethers.getContractAt("OpenTimelock", addresses.timelock),
    governor: await ethers.getContractAt("OpenGovernor", addresses.governor),
    datanets: await ethers.getContractAt("Datanets", addresses.datanets),
    models: await ethers.getContractAt("Models", addresses.models),
    channels: await ethers.getContractAt("Channels", addresses.channels),
    approvalCollector: await ethers.getContractAt("ApprovalCollector", addresses.approvalCollector),
    permitCollector: await ethers.getContractAt("PermitCollector", addresses.permitCollector),
    erc3009Collector: await ethers.getContractAt("ERC3009Collector", addresses.erc3009Collector),
    revenue: await ethers.getContractAt("Revenue", addresses.revenue),
    rewards: await ethers.getContractAt("Rewards", addresses.rewards),
    attribution: await ethers.getContractAt("Attribution", addresses.attribution),
    operators: await ethers.getContractAt("Operators", addresses.operators),
    refutations: await ethers.getContractAt("Refutations", addresses.refutations),
    demands: await ethers.getContractAt("Demands", addresses.demands),
    seeds: await ethers.getContractAt("Seeds", addresses.seeds),
    postingVerifier: addresses.stepVerifier,
  };
  const [holder, staker, validator, developer, operator, payer, poster, member, alice, bob, carol, stranger] =
    await ethers.getSigners();
  const roles = { staker, validator, developer, operator, payer, poster, member, alice, bob, carol, stranger };
  const { openToken, stakeVault, datanets, models, attribution, approvalCollector, operators, demands } = suite;
  for (const account of Object.values(roles)) {
    await openToken.connect(holder!).transfer(account!, PURSE);
    for (const spender of [stakeVault, datanets, models, attribution, approvalCollector, operators, demands]) {
      await openToken.connect(account!).approve(spender, ethers.MaxUint256);
    }
  }
  const bond = await operators.BOND();
  await openToken.connect(holder!).transfer(operator!, bond);
  await operators.connect(operator!).deposit(bond);
  type Signer = NonNullable<typeof holder>;
  return { ...suite, holder: holder!, ...(roles as Record<keyof typeof roles, Signer>) };
}

export type Suite = Awaited<ReturnType<typeof deployed>>;

export async function deployed() {
  return deploySuiteWith({});
}

/** One Datanet (committee: member) with an accepted contribution of alice (id 0), bob (1) and carol (2) each. */
export async function contributed() {
  const suite = await deployed();
  const { datanets, member, developer, alice, bob, carol } = suite;
  await datanets.connect(developer).create("Bees", "CC-BY-4.0", open(10), [member]);
  for (const [id, contributor] of [alice, bob, carol].entries()) {
    await contribute(suite, contributor, { root: hash(`rows ${id}`), rows: 20, bond: open(10), uri: `file:${id}` });
    await scoreAll(suite, id, [[member, 100]]);
  }
  return suite;
}

/** staker and validator hold stake; the developer has proposed version 0. */
export async function proposed() {
  const suite = await contributed();
  const { models, stakeVault, staker, validator, developer } = suite;
  await stakeVault.connect(staker).stake(open(100_000));
  await stakeVault.connect(validator).stake(open(20_000));
  await time.increase(1);
  await models.connect(developer).propose(await terms(suite), open(1000), "file:proposal");
  return suite;
}

export async function terms(suite: Pick<Suite, "operator">): Promise<IModels.TermsStruct> {
  return {
    operator: suite.operator.address,
    priceIn: open("0.1"),
    priceOut: open("0.2"),
    split: SPLIT,
    manifestHash: hash("manifest"),
    baseHash: hash("base"),
    adapterHash: hash("adapter"),
    indexRoot: hash("index"),
    datanet: 0,
    snapshotBlock: await ethers.provider.getBlockNumber(),
    targetMilliPerplexity: 9000,
    parentAfter: 0,
  };
}

export async function approved() {
  const suite = await proposed();
  await vote(
    suite,
    await suite.models.getAddress(),
    suite.models.interface.encodeFunctionData("approve(uint256)", [0]),
  );
  return suite;
}

export async function trained() {
  const suite = await approved();
  await suite.models.connect(suite.developer).recordTrained(0, hash("manifest"), hash("adapter"), "file:artifacts");
  return suite;
}

export async function evaluated() {
  const suite = await trained();
  await suite.models.connect(suite.validator).recordEvaluation(0, 8000, hash("report"));
  return suite;
}

/** Version 0 is live, its Till is created, and an epoch has just begun. */
export async function live() {
  const suite = await evaluated();
  await time.increase(parameter("evaluationWindow"));
  await suite.models.goLive(0);
  await suite.revenue.createTill(0);
  const till = await ethers.getContractAt("Till", await suite.revenue.tillOf(0, suite.operator));
  await nextEpoch(suite);
  return { ...suite, till };
}

export type LiveSuite = Awaited<ReturnType<typeof live>>;

/** The payer has a channel with the Till that holds 1,000 OPEN. */
export async function funded() {
  const suite = await live();
  const config = await channelOf(suite, suite.payer.address);
  const { channels, payer, approvalCollector } = suite;
  await approvalCollector.connect(payer).deposit(config, open(1000));
  return { ...suite, config, channelId: await channels.getChannelId(config) };
}

export type FundedSuite = Awaited<ReturnType<typeof funded>>;

export async function channelOf(
  suite: Pick<LiveSuite, "till" | "operator" | "openToken">,
  payer: string,
): Promise<IChannels.ChannelConfigStruct> {
  return {
    payer,
    payerAuthorizer: ethers.ZeroAddress,
    receiver: await suite.till.getAddress(),
    receiverAuthorizer: suite.operator.address,
    token: await suite.openToken.getAddress(),
    withdrawDelay: 3600,
    salt: ZERO,
  };
}

/** 100 OPEN of income in one epoch, all of it covered by the operator's log; the epoch is closed, its pool 35 OPEN. */
export async function closed() {
  const suite = await funded();
  const { revenue, attribution, till, operator, poster } = suite;
  const epoch = await revenue.currentEpoch();
  await earn(suite, open(100));
  await nextEpoch(suite);
  await attribution.connect(operator).commitLog(till, epoch, hash("log"), 1, open(100));
  await passDeadline(suite, epoch);
  await revenue.close(till, epoch);
  await attribution.connect(poster).depositBond(open(15_000));
  return { ...suite, epoch };
}

export type ClosedSuite = Awaited<ReturnType<typeof closed>>;

/** What alice, bob and carol have earned by the posting of `posted`: 30 of the pool's 35 OPEN. */
export const CUMULATIVES = [open(20), open(10), 0n];

/** The poster has posted the closed epoch. */
export async function posted() {
  const suite = await closed();
  const payouts = payoutList(suite, CUMULATIVES);
  const posting = await postingOf(suite, { payoutRoot: payouts.root });
  return { ...suite, payouts, posting, ...(await post(suite, posting)) };
}

/** The posting is final: its root can be claimed by. */
export async function active() {
  const suite = await posted();
  await time.increase(parameter("window"));
  await suite.attribution.finalize(suite.entry);
  return suite;
}

/* ACTIONS */

/** Signs and claims a voucher for `amount` more, and sweeps the Till. */
export async function earn(suite: FundedSuite, amount: bigint) {
  await suite.channels.connect(suite.operator).claim([await nextVoucher(suite, amount)]);
  await suite.till.sweep();
}

/** A claim of a voucher for `amount` more than what the channel has paid so far. */
export async function nextVoucher(suite: FundedSuite, amount: bigint): Promise<IChannels.VoucherClaimStruct> {
  const { totalClaimed } = await suite.channels.channels(suite.channelId);
  return voucherClaim(suite, totalClaimed + amount);
}

export async function voucherClaim(
  suite: FundedSuite,
  maxClaimableAmount: bigint,
  signer = suite.payer,
  totalClaimed = maxClaimableAmount,
  channel = suite.config,
): Promise<IChannels.VoucherClaimStruct> {
  const channelId = await suite.channels.getChannelId(channel);
  const signature = await signer.signTypedData(
    await domainOf(suite.channels),
    {
      Voucher: [
        { name: "channelId", type: "bytes32" },
        { name: "maxClaimableAmount", type: "uint128" },
      ],
    },
    { channelId, maxClaimableAmount },
  );
  return { voucher: { channel, maxClaimableAmount }, signature, totalClaimed };
}

/** EIP-712 domain of a contract that tells its own (ERC-5267). */
export async function domainOf(
  contract: Suite["channels"] | Suite["openToken"] | Suite["permitCollector"] | Suite["rewards"],
) {
  const { name, version, chainId, verifyingContract } = await contract.eip712Domain();
  return { name, version, chainId, verifyingContract };
}

/** Takes a call through a governor vote of the staker and through the timelock. */
export async function vote(suite: Suite, target: string, data: string, description = data) {
  const { governor, staker } = suite;
  const call = [[target], [0n], [data]] as const;
  const lists = call.map((list) => [...list]) as [string[], bigint[], string[]];
  await governor.connect(staker).propose(...lists, description);
  const id = await governor.getProposalId(...lists, hash(description));
  await time.increaseTo((await governor.proposalSnapshot(id)) + 1n);
  await governor.connect(staker).castVote(id, 1);
  await time.increaseTo((await governor.proposalDeadline(id)) + 1n);
  await governor.queue(...lists, hash(description));
  await time.increase(parameter("timelockDelay"));
  return governor.execute(...lists, hash(description));
}

/** To the first second of the next epoch. */
export async function nextEpoch(suite: Pick<Suite, "revenue">) {
  const next = (await suite.revenue.currentEpoch()) + 1n;
  await time.increaseTo(next * parameter("epoch"));
}

/** To the first second after an epoch's log deadline. */
export async function passDeadline(suite: Pick<Suite, "attribution">, epoch: bigint) {
  await time.increaseTo((await suite.attribution.logDeadline(epoch)) + 1n);
}

/** A signer for a contract's address, with gas. */
export async function impersonate(contract: { getAddress(): Promise<string> }) {
  const address = await contract.getAddress();
  await networkHelpers.impersonateAccount(address);
  await networkHelpers.setBalance(address, ethers.parseEther("1"));
  return ethers.getSigner(address);
}

/* POSTINGS */

/** The payout list of alice, bob and carol. */
export function payoutList(suite: Pick<Suite, "alice" | "bob" | "carol">, cumulatives: bigint[]) {
  const accounts = [suite.alice, suite.bob, suite.carol];
  return new List(
    DOMAIN.payouts,
    cumulatives.map((cumulative, i) => leafOf(accounts[i]!.address, cumulative)),
  );
}

export function leafOf(account: string | { address: string }, cumulative: bigint) {
  const address = typeof account === "string" ? account : account.address;
  return ethers.solidityPacked(["address", "uint96"], [address, cumulative]) as `0x${string}`;
}

/** A posting of the line's next epochs up to the closed one; it distributes 30 of the pool's 35 OPEN. */
export async function postingOf(
  suite: ClosedSuite,
  changes: Partial<IAttribution.PostingStruct> = {},
): Promise<IAttribution.PostingStruct> {
  return {
    parent: ZERO,
    fromEpoch: await suite.attribution.FIRST_EPOCH(),
    toEpoch: suite.epoch,
    stepRoot: hash("steps"),
    payoutRoot: hash("payouts"),
    pool: open(35),
    distributed: open(30),
    bundleHash: hash("bundle"),
    ...changes,
  };
}

/** Posts, by the poster unless somebody else is named. Returns the id, and the entry that it is the hash of. */
export async function post(
  suite: Pick<Suite, "attribution" | "poster">,
  posting: IAttribution.PostingStruct,
  poster = suite.poster,
) {
  const { attribution } = suite;
  await attribution.connect(poster).post(posting, "file:bundle");
  const activatesAt = BigInt(await time.latest()) + parameter("window");
  const entry: IAttribution.EntryStruct = { posting, poster: poster.address, activatesAt };
  return { entry, id: await attribution.idOf(entry) };
}

/** A posting of the empty epoch after those of the line. */
export async function emptyPosting(
  suite: ClosedSuite,
  changes: Partial<IAttribution.PostingStruct> = {},
): Promise<IAttribution.PostingStruct> {
  const { nextEpoch } = await suite.attribution.lineOf();
  const parent = await suite.attribution.head();
  return postingOf(suite, { parent, fromEpoch: nextEpoch, toEpoch: nextEpoch, pool: 0, distributed: 0, ...changes });
}

/** All OPEN there is, by where it can be. */
export async function totalBalance(suite: Suite, others: string[] = []) {
  const { openToken, ...rest } = suite;
  const places = new Set([...others, ...(await Promise.all(Object.values(rest).map(addressOf)))]);
  places.delete("");
  const balances = await Promise.all([...places].map((place) => openToken.balanceOf(place)));
  return balances.reduce((sum, balance) => sum + balance, 0n);
}

async function addressOf(value: unknown): Promise<string> {
  const addressable = value as { getAddress?: () => Promise<string> } | null;
  return typeof addressable?.getAddress === "function" ? addressable.getAddress() : "";
}
