import { claimPlace } from "../../protocol/leaves.ts";
import { rangeProof } from "../../protocol/range-proof.ts";
import {
  active,
  CUMULATIVES,
  domainOf,
  emptyPosting,
  impersonate,
  leafOf,
  open,
  parameter,
  payoutList,
  post,
  Role,
  time,
} from "../contracts/fixtures.ts";
import { commitmentTo, mockVerifiers, PROOF, passReveal, SALT } from "../contracts/refutations.ts";

/** The loop from registration to claims, and what stakers do meanwhile. Returns the contracts by name. */
export async function scenario() {
  const suite = await active();
  await claims(suite);
  await staking(suite);
  await earnings(suite);
  await transfers(suite);
  await refutations(suite);
  const { openToken, stakeVault, timelock, governor, datanets, models, channels, approvalCollector } = suite;
  const { revenue, rewards, attribution, operators, demands, till } = suite;
  return {
    OpenToken: openToken,
    StakeVault: stakeVault,
    OpenTimelock: timelock,
    OpenGovernor: governor,
    Datanets: datanets,
    Models: models,
    Channels: channels,
    ApprovalCollector: approvalCollector,
    Revenue: revenue,
    Rewards: rewards,
    Attribution: attribution,
    Operators: operators,
    Refutations: suite.refutations,
    Demands: demands,
    Till: till,
  };
}

type Active = Awaited<ReturnType<typeof active>>;

/** By id, by a signature, of a block of three, and into stake. */
async function claims({ rewards, attribution, openToken, holder, payouts, alice, bob, carol, stranger }: Active) {
  await rewards.connect(stranger).claim(claimPlace(0, 3, 0), leafOf(alice, CUMULATIVES[0]!), payouts.proof(0));
  const types = {
    Claim: [
      { name: "contributor", type: "uint32" },
      { name: "recipient", type: "address" },
      { name: "cumulative", type: "uint256" },
    ],
  };
  const value = { contributor: 1, recipient: carol.address, cumulative: CUMULATIVES[1]! };
  const signature = await bob.signTypedData(await domainOf(rewards), types, value);
  const leaf = leafOf(bob, CUMULATIVES[1]!);
  await rewards.claimWithSig(claimPlace(0, 3, 1), leaf, payouts.proof(1), carol, signature);

  await openToken.connect(holder).transfer(rewards, open(12)); // as the pools of later postings
  const setter = rewards.connect(await impersonate(attribution));
  for (const [slot, later] of [
    [1, [open(21), open(12), open(3)]],
    [2, [open(24), open(13), open(5)]],
  ] as const) {
    const list = payoutList({ alice, bob, carol }, [...later]);
    await setter.setRoot(slot, list.root, await time.latest());
    if (slot === 1) {
      const leaves = [alice, bob, carol].map((account, i) => leafOf(account, later[i]!));
      await rewards.claimRange(claimPlace(slot, 3, 0), leaves, rangeProof(list, 0, 3));
    } else {
      await rewards.connect(stranger).claim(claimPlace(slot, 3, 1), leafOf(bob, later[1]), list.proof(1));
      await rewards.connect(alice).claimAndStake(claimPlace(slot, 3, 0), later[0], list.proof(0));
    }
  }
}

async function staking({ stakeVault, validator, alice, bob }: Active) {
  await stakeVault.connect(validator).register(1000);
  await stakeVault.connect(alice).stake(open(10));
  await stakeVault.connect(alice).stake(open(10));
  await stakeVault.connect(bob).delegate(validator);
  await stakeVault.connect(bob).stake(open(10));
  await stakeVault.connect(bob).stake(open(10));
  await stakeVault.connect(bob).unstake(open(5));
  await time.increase(parameter("unbonding"));
  await stakeVault.connect(bob).withdraw(0);
}

async function earnings({ revenue, stakeVault, attribution, till, staker, poster }: Active) {
  for (const role of Object.values(Role)) await revenue.withdraw(till, role);
  await revenue.withdrawTreasury();
  await time.increase(parameter("stream"));
  await stakeVault.collect(staker);
  await attribution.connect(poster).withdrawBond(open(100));
}

/** A posting that is proved wrong, and one whose data nobody shows; evidence and its verifier are stand-ins. */
async function refutations(suite: Active) {
  const { refutations, demands, operators, postingVerifier, operator, stranger, alice } = suite;
  await mockVerifiers(suite);
  const { entry, id } = await post(suite, await emptyPosting(suite));
  await refutations.connect(stranger).commitRefutation(await commitmentTo(suite, stranger, id));
  await refutations.connect(alice).refute(entry, postingVerifier, PROOF);
  await refutations.connect(stranger).takePrecedence(entry, postingVerifier, PROOF, SALT);
  await passReveal(suite);
  await refutations.takeReward(id);
  const again = await post(suite, await emptyPosting(suite));
  await demands.connect(alice).demand(again.entry, { list: 0, step: 0, position: 0, chunk: 0 });
  await time.increase(parameter("window") / 4n);
  await demands.expire(again.entry, { list: 0, step: 0, position: 0, chunk: 0 });
  await operators.connect(operator).announce(open(1));
}

async function transfers({ openToken, alice, bob }: Active) {
  await openToken.connect(alice).approve(bob, open(3));
  await openToken.connect(bob).transferFrom(alice, bob, open(1));
  await openToken.connect(bob).transfer(`0x${"71".repeat(20)}`, open(1));
  await openToken.connect(bob).transfer(`0x${"71".repeat(20)}`, open(1));
  await openToken.connect(bob).burn(open(1));
}
