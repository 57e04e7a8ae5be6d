import { Contract, getAddress, type Interface, id, isAddress, type Provider, ZeroAddress, ZeroHash } from "ethers";
import { moduleOf, type Planned, plan } from "../../deploy/plan.ts";
import { strangeAnswers } from "../../deploy/x402.ts";
import { artifact } from "../../protocol/abi.ts";
import type { Deployment } from "../../protocol/deployment.ts";
import { interfaceOf } from "../lib/connection.ts";

/** One value that a contract tells of itself. */
export interface Value {
  contract: string;
  getter: string;
  value: unknown;
}

/** What stands on the chain, and all that is wrong with it. */
export interface CheckReport {
  values: Value[];
  /** Who holds which role of the timelock. */
  roles: Record<string, string[]>;
  /** What was found right, a line each. */
  passed: string[];
  /** What is right but worth knowing, such as parameters that a vote has changed. */
  notes: string[];
  faults: string[];
}

/** Fixed supply in wei; burning may have made it less. */
const SUPPLY = 10n ** 27n;

/** Getters that name another contract of the suite, in whichever contract they are; without underscores, in lower case. */
const WIRING: Record<string, string> = {
  open: "openToken",
  token: "stakeVault", // the governor's votes
  votes: "stakeVault",
  stakevault: "stakeVault",
  vault: "stakeVault",
  timelock: "timelock",
  treasury: "timelock",
  governance: "timelock",
  arbiter: "timelock",
  owner: "timelock",
  governor: "governor",
  datanets: "datanets",
  models: "models",
  channels: "channels",
  revenue: "revenue",
  rewards: "rewards",
  attribution: "attribution",
  operators: "operators",
  seeds: "seeds",
  judge: "refutations",
  logverifier: "logVerifier",
  equivocationverifier: "equivocationVerifier",
  indexverifier: "indexVerifier",
};

/** Who must be told by which getter to have which right. */
const RIGHTS = [
  { contract: "attribution", artifact: "Attribution", getter: "isJudge", holders: ["refutations", "demands"] },
  {
    contract: "refutations",
    artifact: "Refutations",
    getter: "isVerifier",
    holders: ["stepVerifier", "sampleVerifier", "partVerifier", "resultVerifier", "payoutVerifier"],
  },
];

/** Getters whose names differ from those of the parameter and of the constructor's argument. */
const TOLD_AS: Record<string, string> = {
  quorum: "quorumNumerator",
  timelockDelay: "getMinDelay",
  voteExtension: "lateQuorumVoteExtension",
};

const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
const shown = (value: unknown) => (Array.isArray(value) ? value.map(String).join(", ") : String(value));

interface Standing extends Planned {
  address: string;
  abi: Interface;
}

/**
 * Reads a deployment: code against the build, every value that a contract tells, wiring, parameters, the bounds between
 * them, roles, signing domains and supply. `expected`: the parameters it should have, else those in the file.
 */
export async function checkDeployment(
  provider: Provider,
  given: Deployment,
  expected: Record<string, string> = given.parameters ?? {},
): Promise<CheckReport> {
  const report: CheckReport = { values: [], roles: {}, passed: [], notes: [], faults: [] };
  const { addresses, chainId } = given;
  const head = await provider.getBlockNumber();
  if (given.block > head) report.faults.push(`the deployment's first block, ${given.block}, is not on the chain yet`);
  const deployment = { ...given, block: Math.min(given.block, head) };
  const found = (await provider.getNetwork()).chainId;
  if (found !== BigInt(chainId))
    report.faults.push(`the deployment is on chain ${chainId}, the node on chain ${found}`);

  const suite = plan(moduleOf(addresses.channels)).map((planned): Standing => {
    const address = (addresses as Record<string, string | undefined>)[planned.name];
    return { ...planned, address: address ?? ZeroAddress, abi: interfaceOf(planned.contract) };
  });
  await checkCode(provider, deployment, suite, report);
  await checkForeign(provider, chainId, suite, report);
  for (const standing of suite) await readValues(provider, standing, report);
  await checkTill(provider, suite, report);
  checkWiring(addresses, suite, report);
  await checkRoles(provider, deployment, report);
  await checkRights(provider, addresses, report);
  await checkParameters(provider, deployment, expected, suite, report);
  checkBounds(report);
  await checkDomains(provider, chainId, suite, report);
  await checkSupply(provider, deployment, expected.holder, report);
  return report;
}

function judge(report: CheckReport, right: boolean, passed: string, fault: string): void {
  if (right) report.passed.push(passed);
  else report.faults.push(fault);
}

const tells = ({ values }: CheckReport, contract: string, getter: string): unknown =>
  values.find((value) => value.contract === contract && value.getter === getter)?.value;

/** Whether code is the build's, immutables aside: they are compared through the getters that tell them. */
function isBuild(code: string, contract: string): boolean {
  const { deployedBytecode, immutableReferences } = artifact(contract);
  if (code.length !== deployedBytecode.length) return false;
  const bytes = Buffer.from(code.slice(2), "hex");
  for (const { start, length } of Object.values(immutableReferences).flat()) bytes.fill(0, start, start + length);
  // A library's code begins with its own address; no contract of the suite is one.
  return bytes.equals(Buffer.from(deployedBytecode.slice(2), "hex"));
}

async function checkCode(
  provider: Provider,
  { addresses, block }: Deployment,
  suite: Standing[],
  report: CheckReport,
): Promise<void> {
  const seen = new Map<string, string>();
  for (const { name, contract, address, at } of suite) {
    const twin = seen.get(address.toLowerCase());
    if (twin !== undefined) report.faults.push(`${name} and ${twin} have the same address ${address}`);
    seen.set(address.toLowerCase(), name);
    const code = await provider.getCode(address);
    if (code === "0x") report.faults.push(`${name}: there is no contract at ${address}`);
    else if (at === undefined) {
      judge(
        report,
        isBuild(code, contract),
        `${name} at ${address} has the code of this build's ${contract}`,
        `${name}: the code at ${address} is not that of this build's ${contract} (another contract, version or compiler profile)`,
      );
    }
  }
  if (block > 0) {
    // Nodes without old state cannot tell.
    const before = await provider.getCode(addresses.openToken, block - 1).catch(() => "0x");
    if (before !== "0x") report.faults.push(`the token stood before the deployment's first block, ${block}`);
  }
}

/** Channels that stood before the suite: x402's, whose code is not this build's, so it is asked. */
async function checkForeign(
  provider: Provider,
  chainId: number,
  suite: Standing[],
  report: CheckReport,
): Promise<void> {
  for (const { name, at } of suite) {
    if (at === undefined) continue;
    const strange = await strangeAnswers((to, data) => provider.call({ to, data }), at, chainId);
    for (const answer of strange) report.faults.push(`${name}: ${answer}, unlike x402's batch settlement`);
    if (strange.length === 0)
      report.passed.push(`${name} at ${at} answers as x402's batch settlement, for this chain and address`);
  }
}

/** Everything that a contract tells without being asked about something. */
async function readValues(
  provider: Provider,
  { name, address, abi }: Pick<Standing, "name" | "address" | "abi">,
  report: CheckReport,
): Promise<void> {
  const contract = new Contract(address, abi, provider);
  const getters = abi.fragments.filter(
    (item) =>
      item.type === "function" &&
      "stateMutability" in item &&
      ["view", "pure"].includes(String(item.stateMutability)) &&
      item.inputs.length === 0,
  );
  const told = await Promise.all(
    getters.map(async (fragment) => {
      const getter = (fragment as unknown as { name: string }).name;
      const value: unknown = await contract
        .getFunction(`${getter}()`)()
        .catch(() => undefined);
      return { contract: name, getter, value };
    }),
  );
  for (const value of told) {
    if (value.value !== undefined) report.values.push(value);
    else report.notes.push(`${name}.${value.getter}() tells nothing at ${address}`);
  }
}

/** The Till that all Tills are clones of is Revenue's own, so it is in no deployment file. */
async function checkTill(provider: Provider, suite: Standing[], report: CheckReport): Promise<void> {
  const address = tells(report, "revenue", "TILL");
  if (typeof address !== "string") return;
  judge(
    report,
    isBuild(await provider.getCode(address), "Till"),
    `the Till that Revenue clones has the code of this build`,
    `revenue: the Till that it clones, at ${address}, has not the code of this build's Till`,
  );
  const abi = interfaceOf("Till");
  // The original has no arguments of a clone: only what it is wired to is asked.
  const contract = new Contract(address, abi, provider);
  for (const getter of ["OPEN", "CHANNELS", "REVENUE"]) {
    const value: unknown = await contract
      .getFunction(getter)()
      .catch(() => undefined);
    report.values.push({ contract: "till", getter, value });
  }
  suite.push({ name: "till", contract: "Till", parameters: [], address, abi });
}

function checkWiring(addresses: Deployment["addresses"], suite: Standing[], report: CheckReport): void {
  const expectAt = (contract: string, getter: string, target: string): void => {
    const value = tells(report, contract, getter);
    const address = (addresses as Record<string, string | undefined>)[target];
    if (value === undefined || address === undefined) return; // what tells nothing is noted, and other code is a fault
    const what = `${contract}.${getter}()`;
    judge(
      report,
      String(value).toLowerCase() === address.toLowerCase(),
      `${what} is ${target}`,
      value === ZeroAddress ? `${what} is not set` : `${what} is ${value}, not ${target} (${address})`,
    );
  };
  for (const { contract, getter, value } of report.values.slice()) {
    const target = WIRING[plain(getter)];
    if (target === undefined || target === contract || !isAddress(value)) continue;
    expectAt(contract, getter, target);
  }
  for (const { name, toldBy } of suite) {
    if (toldBy !== undefined && WIRING[plain(toldBy.getter)] !== name) expectAt(toldBy.name, toldBy.getter, name);
  }
}

/** Only the governor may propose and cancel, only the timelock itself may change that, and anyone may execute. */
async function checkRoles(provider: Provider, deployment: Deployment, report: CheckReport): Promise<void> {
  const { timelock: address, governor } = deployment.addresses;
  const timelock = new Contract(address, interfaceOf("OpenTimelock"), provider);
  const roles: [name: string, role: string, right: string[]][] = [
    ["DEFAULT_ADMIN_ROLE", ZeroHash, [address]],
    ["PROPOSER_ROLE", id("PROPOSER_ROLE"), [governor]],
    ["CANCELLER_ROLE", id("CANCELLER_ROLE"), [governor]],
    ["EXECUTOR_ROLE", id("EXECUTOR_ROLE"), [ZeroAddress]],
  ];
  for (const [name, role, right] of roles) {
    const granted = await timelock.queryFilter(timelock.filters.RoleGranted!(role), deployment.block);
    const ever = granted.map((event) => getAddress((event as unknown as { args: { account: string } }).args.account));
    const candidates = new Set([...right.map((account) => getAddress(account)), ...ever]);
    const holders: string[] = [];
    for (const account of candidates) {
      if (await timelock.hasRole!(role, account).catch(() => false)) holders.push(account);
    }
    report.roles[name] = holders;
    for (const account of right) {
      const missing = `timelock: ${account === ZeroAddress ? "not everyone" : account} has ${name}`;
      judge(
        report,
        holders.includes(getAddress(account)),
        `timelock: ${account === ZeroAddress ? "everyone" : account} has ${name}`,
        account === ZeroAddress ? missing : `timelock: ${account} has not ${name}`,
      );
    }
    for (const account of holders) {
      if (!right.some((one) => getAddress(one) === account))
        report.faults.push(`timelock: ${account} has ${name}, and should not`);
    }
  }
}

/** What can be proved wrong or demanded is void only where judges and verifiers are those of the deployment. */
async function checkRights(
  provider: Provider,
  addresses: Readonly<Record<string, string>>,
  report: CheckReport,
): Promise<void> {
  for (const { contract, artifact: name, getter, holders } of RIGHTS) {
    const asked = new Contract(addresses[contract] ?? ZeroAddress, interfaceOf(name), provider).getFunction(getter);
    for (const holder of holders) {
      const what = `${contract}.${getter}(${holder})`;
      const told: unknown = await asked(addresses[holder] ?? ZeroAddress).catch(() => undefined);
      judge(report, told === true, `${what} holds`, `${what} does not hold`);
    }
  }
}

async function checkParameters(
  provider: Provider,
  { addresses, block }: Deployment,
  expected: Record<string, string>,
  suite: Standing[],
  report: CheckReport,
): Promise<void> {
  const governor = new Contract(addresses.governor, interfaceOf("OpenGovernor"), provider);
  const votes = await governor.queryFilter(governor.filters.ProposalExecuted!(), block).catch(() => []);
  for (const { name: contract, parameters } of suite) {
    for (const { name, input } of parameters) {
      const wanted = expected[name];
      if (wanted === undefined) {
        report.notes.push(`parameter ${name}: what it should be is not known`);
        continue;
      }
      const value = told(report, contract, [TOLD_AS[name] ?? name, name, input]);
      if (value === undefined) {
        if (!isAddress(wanted)) report.notes.push(`parameter ${name} of ${contract} cannot be read back`);
        continue;
      }
      const what = `${value.contract}.${value.getter}()`;
      if (String(value.value).toLowerCase() === wanted.toLowerCase())
        report.passed.push(`${what} is ${wanted}, as deployed`);
      else if (votes.length > 0 && !/^[A-Z_]+$/.test(value.getter))
        report.notes.push(
          `${what} is ${shown(value.value)}; it was deployed with ${wanted}, and votes have passed since`,
        );
      else report.faults.push(`${what} is ${shown(value.value)}, not ${wanted} (parameter ${name})`);
    }
  }
}

/** The getter that tells a parameter: first of the contract that took it, then of any, in order of the names. */
function told({ values }: CheckReport, contract: string, names: string[]): Value | undefined {
  for (const name of names) {
    const named = values.filter(({ getter }) => plain(getter) === plain(name));
    const value = named.find((one) => one.contract === contract) ?? (name === names[0] ? named[0] : undefined);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** What must hold between the parameters, whatever votes have made of them since. */
function checkBounds(report: CheckReport): void {
  const number = (contract: string, getter: string) => {
    const value = tells(report, contract, getter);
    return typeof value === "bigint" ? value : undefined;
  };
  const delay = number("governor", "votingDelay");
  const period = number("governor", "votingPeriod");
  const lock = number("timelock", "getMinDelay");
  const window = number("attribution", "WINDOW");
  const unbonding = number("stakeVault", "UNBONDING");
  if (delay === undefined || period === undefined || lock === undefined || window === undefined) return;
  // A governor that bounds its own votes says for how long they may be at most.
  const resolution = (number("governor", "RESOLUTION") ?? delay + period) + lock;
  judge(
    report,
    window > resolution,
    `a vote and its delay (${resolution} s) fit in the window (${window} s)`,
    `a vote and its delay take ${resolution} s, so no posting could be voided in its window of ${window} s`,
  );
  if (unbonding === undefined) return;
  judge(
    report,
    unbonding >= window + resolution,
    `unbonding (${unbonding} s) outlasts window, vote and delay (${window + resolution} s)`,
    `unbonding of ${unbonding} s ends before window, vote and delay (${window + resolution} s): stake could leave before it answers`,
  );
}

/** ERC-5267: what is signed for a contract must be signed for this chain and this address. */
async function checkDomains(
  provider: Provider,
  chainId: number,
  suite: Standing[],
  report: CheckReport,
): Promise<void> {
  for (const { name, address, abi } of suite) {
    if (!abi.hasFunction("eip712Domain")) continue;
    const domain = (await new Contract(address, abi, provider)
      .getFunction("eip712Domain")()
      .catch(() => undefined)) as { chainId: bigint; verifyingContract: string } | undefined;
    if (domain === undefined) continue; // noted before
    judge(
      report,
      domain.chainId === BigInt(chainId) && getAddress(domain.verifyingContract) === getAddress(address),
      `${name}'s signatures are bound to this chain and contract`,
      `${name}: its signatures are bound to chain ${domain.chainId} and ${domain.verifyingContract}`,
    );
  }
}

async function checkSupply(
  provider: Provider,
  { addresses, block }: Deployment,
  holder: string | undefined,
  report: CheckReport,
): Promise<void> {
  const supply = tells(report, "openToken", "totalSupply");
  if (typeof supply === "bigint")
    judge(
      report,
      supply <= SUPPLY,
      `the supply is ${supply} wei, at most the fixed ${SUPPLY}`,
      `openToken: the supply is ${supply} wei, above the fixed ${SUPPLY}`,
    );
  const token = new Contract(addresses.openToken, interfaceOf("OpenToken"), provider);
  const mints = await token.queryFilter(token.filters.Transfer!(ZeroAddress), block).catch(() => []);
  const first = mints[0] as unknown as { args: { to: string; value: bigint } } | undefined;
  const whole = mints.length === 1 && first?.args.value === SUPPLY;
  judge(
    report,
    whole && (holder === undefined || getAddress(first.args.to) === getAddress(holder)),
    `the supply was made once${holder === undefined ? "" : `, for ${holder}`}`,
    whole
      ? `openToken: the supply went to ${first.args.to}, not to ${holder}`
      : `openToken: the whole supply was not made once, since block ${block}`,
  );
}
