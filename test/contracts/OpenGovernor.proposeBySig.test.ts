import { expect } from "chai";
import { ethers, hash, loadFixture, parameter, time } from "./fixtures.ts";
import { Phase, voters } from "./governance.ts";

const TYPES = {
  Proposal: [
    { name: "proposer", type: "address" },
    { name: "targets", type: "address[]" },
    { name: "values", type: "uint256[]" },
    { name: "calldatas", type: "bytes[]" },
    { name: "description", type: "string" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

async function signed(description = "two calls", deadline = ethers.MaxUint256) {
  const suite = await voters();
  const { governor, staker, alice, bob } = suite;
  const lists: [string[], bigint[], string[]] = [
    [alice.address, bob.address],
    [0n, 1n],
    ["0x", "0x12345678"],
  ];
  const { name, version, chainId, verifyingContract } = await governor.eip712Domain();
  const [targets, values, calldatas] = lists;
  const message = { proposer: staker.address, targets, values, calldatas, description, nonce: 0, deadline };
  const signature = await staker.signTypedData({ name, version, chainId, verifyingContract }, TYPES, message);
  return { ...suite, lists, signature, description, deadline };
}

const twoCalls = () => signed();

describe("OpenGovernor.proposeBySig", () => {
  it("proposes for who signed, whoever sends", async () => {
    const { governor, staker, stranger, lists, signature, description, deadline } = await loadFixture(twoCalls);
    await governor.connect(stranger).proposeBySig(...lists, description, staker, deadline, signature);
    const id = await governor.getProposalId(...lists, hash(description));
    expect(await governor.proposalProposer(id)).to.equal(staker.address);
    expect(await governor.state(id)).to.equal(Phase.pending);
  });

  it("reverts when anything signed is changed, and the second time", async () => {
    const { governor, staker, stranger, lists, signature, description, deadline } = await loadFixture(twoCalls);
    const send = (changed: [string[], bigint[], string[]], text: string, from: string, until: bigint) =>
      governor.connect(stranger).proposeBySig(...changed, text, from, until, signature);
    const [targets, values, calldatas] = lists;
    const { address } = staker;
    for (const wrong of [
      () => send([targets.toReversed(), values, calldatas], description, address, deadline),
      () => send([targets, [1n, 0n], calldatas], description, address, deadline),
      () => send([targets, values, ["0x12", "0x345678"]], description, address, deadline),
      () => send(lists, "other", address, deadline),
      () => send(lists, description, address, deadline - 1n),
      () => send(lists, description, stranger.address, deadline),
    ]) {
      await expect(wrong()).to.be.revertedWithCustomError(governor, "GovernorInvalidSignature");
    }
    await send(lists, description, address, deadline);
    await expect(send(lists, description, address, deadline)).to.be.revertedWithCustomError(
      governor,
      "GovernorInvalidSignature",
    );
  });

  it("takes the word of a contract account (ERC-1271) that has the stake", async () => {
    const suite = await voters();
    const { governor, stakeVault, openToken, alice, carol, stranger } = suite;
    const wallet = await ethers.deployContract("Wallet", [alice]);
    const stake = parameter("proposalThreshold");
    await openToken.connect(carol).approve(stakeVault, stake);
    await stakeVault.connect(carol).stakeFor(wallet, stake);
    await time.increase(1);
    const { name, version, chainId, verifyingContract } = await governor.eip712Domain();
    const proposer = await wallet.getAddress();
    const lists: [string[], bigint[], string[]] = [[alice.address], [0n], ["0x"]];
    const [targets, values, calldatas] = lists;
    const deadline = ethers.MaxUint256;
    const message = { proposer, targets, values, calldatas, description: "the wallet's", nonce: 0, deadline };
    const domain = { name, version, chainId, verifyingContract };
    const send = (signature: string) =>
      governor.connect(stranger).proposeBySig(...lists, "the wallet's", proposer, deadline, signature);
    await expect(send(await carol.signTypedData(domain, TYPES, message))).to.be.revertedWithCustomError(
      governor,
      "GovernorInvalidSignature",
    );
    await send(await alice.signTypedData(domain, TYPES, message));
    const id = await governor.getProposalId(...lists, hash("the wallet's"));
    expect(await governor.proposalProposer(id)).to.equal(proposer);
  });

  it("reverts after the deadline", async () => {
    const suite = await signed("late", BigInt(await time.latest()) + 1n);
    const { governor, staker, lists, signature, description, deadline } = suite;
    await expect(governor.proposeBySig(...lists, description, staker, deadline, signature))
      .to.be.revertedWithCustomError(governor, "GovernorSignatureExpired")
      .withArgs(deadline);
  });

  it("reverts when the description is reserved for another", async () => {
    const reserved = "mine#proposer=0x000000000000000000000000000000000000dEaD";
    const { governor, staker, lists, signature, description, deadline } = await signed(reserved);
    await expect(governor.proposeBySig(...lists, description, staker, deadline, signature))
      .to.be.revertedWithCustomError(governor, "GovernorRestrictedProposer")
      .withArgs(staker);
  });

  it("reverts when the signer has too little stake", async () => {
    const suite = await loadFixture(twoCalls);
    const { governor, stakeVault, staker, lists, signature, description, deadline } = suite;
    await stakeVault.connect(staker).unstake(await stakeVault.stakeOf(staker));
    await time.increase(1);
    await expect(governor.proposeBySig(...lists, description, staker, deadline, signature))
      .to.be.revertedWithCustomError(governor, "GovernorInsufficientProposerVotes")
      .withArgs(staker, 0, parameter("proposalThreshold"));
  });
});
