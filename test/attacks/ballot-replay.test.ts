import { expect } from "chai";
import { vrs } from "../contracts/authorization.ts";
import { otherForms } from "../contracts/batches.ts";
import { ethers, loadFixture, open } from "../contracts/fixtures.ts";
import { ballot, openVote, propose, Support } from "../contracts/governance.ts";

const BALLOT = {
  Ballot: [
    { name: "proposalId", type: "uint256" },
    { name: "support", type: "uint8" },
    { name: "voter", type: "address" },
    { name: "nonce", type: "uint256" },
  ],
};
const DELEGATION = {
  Delegation: [
    { name: "delegatee", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "expiry", type: "uint256" },
  ],
};

async function domain(contract: {
  eip712Domain(): Promise<{ name: string; version: string; chainId: bigint; verifyingContract: string }>;
}) {
  const { name, version, chainId, verifyingContract } = await contract.eip712Domain();
  return { name, version, chainId, verifyingContract };
}

/** An open vote, and the validator's signed ballot for it, in the stranger's hands. */
async function balloted() {
  const suite = await ballot();
  const { governor, validator, id } = suite;
  const other = await propose(suite, await suite.openToken.getAddress(), "0x", "another");
  await openVote(suite, other.id);
  const sign = async (changes: object = {}, elsewhere: object = {}) => {
    const message = { proposalId: id, support: Support.for, voter: validator.address, nonce: 0n, ...changes };
    return validator.signTypedData({ ...(await domain(governor)), ...elsewhere }, BALLOT, message);
  };
  return { ...suite, other: other.id, sign };
}

describe("attack: ballot and delegation replay", () => {
  it("a signed ballot counts for one proposal, one side and one voter, on one chain and contract, in one form", async () => {
    const { governor, stakeVault, validator, stranger, alice, id, other, sign } = await loadFixture(balloted);
    const votes = governor.connect(stranger);
    const signature = await sign();
    const { short, high } = otherForms(signature);
    for (const call of [
      () => votes.castVoteBySig(other, Support.for, validator, signature),
      () => votes.castVoteBySig(id, Support.against, validator, signature),
      () => votes.castVoteBySig(id, Support.for, alice, signature),
      () => votes.castVoteBySig(id, Support.for, validator, short),
      () => votes.castVoteBySig(id, Support.for, validator, high),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(governor, "GovernorInvalidSignature");
    }
    const vault = await stakeVault.getAddress();
    for (const elsewhere of [{ chainId: 1n }, { verifyingContract: vault }]) {
      await expect(
        votes.castVoteBySig(id, Support.for, validator, await sign({}, elsewhere)),
      ).to.be.revertedWithCustomError(governor, "GovernorInvalidSignature");
    }
    await votes.castVoteBySig(id, Support.for, validator, signature);
    await expect(votes.castVoteBySig(id, Support.for, validator, signature)).to.be.revertedWithCustomError(
      governor,
      "GovernorInvalidSignature",
    );
    expect((await governor.proposalVotes(id)).forVotes).to.equal(open(20_000));
    expect((await governor.proposalVotes(other)).forVotes).to.equal(0n);
  });

  it("a signed delegation does not come back after its author has gone elsewhere", async () => {
    const { stakeVault, carol, validator, stranger } = await loadFixture(ballot);
    const expiry = ethers.MaxUint256;
    const message = { delegatee: validator.address, nonce: 0n, expiry };
    const signature = await carol.signTypedData(await domain(stakeVault), DELEGATION, message);
    const replay = stakeVault.connect(stranger);
    const { high } = otherForms(signature);
    const [v, r, s] = [64, 0, 32].map((at) => ethers.dataSlice(high, at, at === 64 ? 65 : at + 32)) as [
      string,
      string,
      string,
    ];
    await expect(replay.delegateBySig(validator, 0, expiry, Number(v), r, s)).to.be.revertedWithCustomError(
      stakeVault,
      "ECDSAInvalidSignatureS",
    );
    await replay.delegateBySig(validator, 0, expiry, ...vrs(signature));
    await stakeVault.connect(carol).stake(open(10));
    await stakeVault.connect(carol).delegate(carol);
    await expect(replay.delegateBySig(validator, 0, expiry, ...vrs(signature))).to.be.revertedWithCustomError(
      stakeVault,
      "InvalidAccountNonce",
    );
    // Under the next nonce, or another chain, it is somebody else's word: an account without stake, if any.
    await replay.delegateBySig(validator, 0, expiry, ...vrs(await elsewhere())).catch(() => undefined);
    expect(await stakeVault.delegates(carol)).to.equal(carol.address);

    async function elsewhere() {
      return carol.signTypedData({ ...(await domain(stakeVault)), chainId: 1n }, DELEGATION, { ...message, nonce: 1n });
    }
  });
});
