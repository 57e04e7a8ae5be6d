import { expect } from "chai";
import {
  contributed,
  ethers,
  hash,
  impersonate,
  loadFixture,
  nextEpoch,
  open,
  parameter,
  passDeadline,
  Role,
  terms,
  time,
} from "../contracts/fixtures.ts";
import { sequence } from "../contracts/sequence.ts";

const WHOLE = 10_000n;
const SPLITS = 1_000_000;
const SHARES = ["developer", "operator", "stakers", "validators", "treasury", "contributors"] as const;
type Parts = bigint[]; // in the order of SHARES
const TREASURY = SHARES.indexOf("treasury");
const CONTRIBUTORS = SHARES.indexOf("contributors");

/** What Revenue says of all covered income: parts are rounded down, the treasury's up. */
function partsOf(covered: bigint, shares: Parts): Parts {
  return shares.map((share, i) => (covered * share + (i === TREASURY ? WHOLE - 1n : 0n)) / WHOLE);
}

/** Six shares that add up to 10,000; now and then some of them are zero. */
function sharesBy(random: (below: number) => number): Parts {
  const cuts = Array.from({ length: 5 }, () => (random(8) ? random(10_001) : 0)).sort((a, b) => a - b);
  return [...cuts, 10_000].map((cut, i) => BigInt(cut - (cuts[i - 1] ?? 0)));
}

/** Wei of every size, from 1 to above the supply. */
function amountBy(random: (below: number) => number): bigint {
  const bits = BigInt(1 + random(91));
  const word = (BigInt(random(2 ** 30)) << 61n) | (BigInt(random(2 ** 30)) << 31n) | BigInt(random(2 ** 30));
  return (word >> (91n - bits)) + 1n;
}

const sum = (parts: Parts) => parts.reduce((a, b) => a + b, 0n);

describe("attack: rounding over random splits", () => {
  it("a million splits: parts never exceed the whole, never fall, and leave less than 5 wei", function () {
    this.timeout(600_000);
    const random = sequence(7n);
    let most = 0n;
    for (let i = 0; i < SPLITS; i++) {
      const shares = sharesBy(random);
      const covered = amountBy(random);
      const parts = partsOf(covered, shares);
      const dust = covered - sum(parts);
      if (dust < 0n || dust > 4n) expect.fail(`${dust} wei are left of ${covered} by ${shares}`);
      if (dust > most) most = dust;
      // Whatever comes in next: nobody has been paid what it would have to give back.
      const more = partsOf(covered + BigInt(1 + random(20_000)), shares);
      if (more.some((part, role) => part < parts[role]!)) expect.fail(`a part of ${covered} falls by ${shares}`);
      // The dust is not lost: it is paid when income has come to whole splits.
      const even = covered + (WHOLE - (covered % WHOLE));
      if (sum(partsOf(even, shares)) !== even) expect.fail(`dust is left of ${even} by ${shares}`);
    }
    expect(most, "the bound is reached").to.equal(4n);
  });

  it("Revenue pays by exactly this arithmetic", async () => {
    const { suite, versions } = await loadFixture(randomVersions);
    const { revenue, attribution, openToken, operator, alice } = suite;
    const random = sequence(8n);
    const covered = versions.map(() => 0n);
    for (let round = 0; round < 5; round++) {
      const epoch = await revenue.currentEpoch();
      let pool = 0n;
      for (const [i, { till }] of versions.entries()) {
        const amount = amountBy(random) % open(1000) || 1n;
        await openToken.connect(alice).transfer(till, amount);
        await till.sweep();
        pool -= partsOf(covered[i]!, versions[i]!.shares)[CONTRIBUTORS]!;
        covered[i]! += amount;
        pool += partsOf(covered[i]!, versions[i]!.shares)[CONTRIBUTORS]!;
      }
      await nextEpoch(suite);
      for (const { till } of versions) {
        await attribution.connect(operator).commitLog(till, epoch, hash("log"), 1, await revenue.income(till, epoch));
      }
      await passDeadline(suite, epoch);
      for (const { till } of versions) await revenue.close(till, epoch);
      expect(await revenue.poolOf(epoch)).to.equal(pool);
      for (const [i, { till, shares }] of versions.entries()) {
        const owed = await Promise.all(Object.values(Role).map((role) => revenue.owed(till, role)));
        expect(owed).to.deep.equal(partsOf(covered[i]!, shares).slice(0, CONTRIBUTORS));
      }
    }
  });
});

/** Four live versions whose splits are chance, and a Till each. */
async function randomVersions() {
  const suite = await contributed();
  const { models, revenue, stakeVault, timelock, developer, validator, operator } = suite;
  await stakeVault.connect(validator).stake(open(20_000));
  const random = sequence(9n);
  const governance = await impersonate(timelock);
  const all = Array.from({ length: 4 }, () => sharesBy(random));
  for (const [model, shares] of all.entries()) {
    const split = Object.fromEntries(SHARES.map((name, i) => [name, shares[i]!])) as Record<
      (typeof SHARES)[number],
      bigint
    >;
    await models.connect(developer).propose({ ...(await terms(suite)), split }, open(5000), "");
    await models.connect(governance)["approve(uint256)"](model);
    await models.connect(developer).recordTrained(model, hash("manifest"), hash("adapter"), "");
    await models.connect(validator).recordEvaluation(model, 8000, hash("report"));
  }
  await time.increase(parameter("evaluationWindow"));
  const versions = [];
  for (const [model, shares] of all.entries()) {
    await models.goLive(model);
    await revenue.createTill(model);
    const till = await ethers.getContractAt("Till", await revenue.tillOf(model, operator));
    versions.push({ till, shares });
  }
  await nextEpoch(suite);
  return { suite, versions };
}
