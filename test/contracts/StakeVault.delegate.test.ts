import { expect } from "chai";
import { deployed, ethers, loadFixture, open, parameter, time } from "./fixtures.ts";
import { delegated, WHOLE } from "./stake.ts";

describe("StakeVault.delegate", () => {
  it("is oneself by default, without a transaction", async () => {
    const { stakeVault, carol } = await loadFixture(deployed);
    expect(await stakeVault.delegates(carol)).to.equal(carol.address);
  });

  it("brings stake of one's own to a validator at once", async () => {
    const { stakeVault, carol, validator } = await loadFixture(delegated);
    await stakeVault.connect(carol).stake(open(7));
    await expect(stakeVault.connect(carol).delegate(validator))
      .to.emit(stakeVault, "DelegateChanged")
      .withArgs(carol, carol, validator);
    expect(await stakeVault.getVotes(carol)).to.equal(0n);
    expect(await stakeVault.getVotes(validator)).to.equal(open(107));
    expect(await stakeVault.stakeOf(carol)).to.equal(open(7));
    expect(await stakeVault.totalStaked()).to.equal(open(107));
  });

  it("thaws what leaves a validator, which then comes to the next pool", async () => {
    const { stakeVault, alice, validator } = await loadFixture(delegated);
    await stakeVault.connect(alice).delegate(alice);
    expect(await stakeVault.getVotes(validator)).to.equal(open(70));
    expect(await stakeVault.stakeOf(alice)).to.equal(0n);
    const [account, pool, amount] = await stakeVault.tickets(0);
    expect([account, pool, amount]).to.deep.equal([alice.address, validator.address, open(30)]);
    await time.increase(parameter("unbonding"));
    await stakeVault.connect(alice).restake(0);
    expect(await stakeVault.getVotes(alice)).to.equal(open(30));
  });

  it("changes nothing where nothing changes", async () => {
    const { stakeVault, alice, validator } = await loadFixture(delegated);
    await expect(stakeVault.connect(alice).delegate(validator)).not.to.emit(stakeVault, "DelegateChanged");
    expect(await stakeVault.stakeOf(alice)).to.equal(open(30));
  });

  it("can be signed", async () => {
    const { stakeVault, carol, validator, stranger } = await loadFixture(delegated);
    const { name, version, chainId, verifyingContract } = await stakeVault.eip712Domain();
    const signature = await carol.signTypedData(
      { name, version, chainId, verifyingContract },
      {
        Delegation: [
          { name: "delegatee", type: "address" },
          { name: "nonce", type: "uint256" },
          { name: "expiry", type: "uint256" },
        ],
      },
      { delegatee: validator.address, nonce: 0, expiry: ethers.MaxUint256 },
    );
    const { v, r, s } = ethers.Signature.from(signature);
    await stakeVault.connect(stranger).delegateBySig(validator, 0, ethers.MaxUint256, v, r, s);
    expect(await stakeVault.delegates(carol)).to.equal(validator.address);
  });

  it("takes the votes of dust along that is worth nothing by itself after a slash", async () => {
    const { stakeVault, alice, carol, stranger, validator } = await loadFixture(delegated);
    await stakeVault.connect(carol).delegate(validator);
    for (const account of [alice, carol]) await stakeVault.connect(account).stake(1n);
    await stakeVault.connect(stranger).slash(validator, WHOLE / 2n);
    expect(await stakeVault.stakeOf(carol)).to.equal(0n);
    expect(await stakeVault.getVotes(validator)).to.equal(open(50) + 1n); // both halves of a wei together
    await stakeVault.connect(carol).delegate(carol);
    expect((await stakeVault.validators(validator)).staked).to.equal(open(50));
    expect(await stakeVault.getVotes(validator)).to.equal(open(50));
    expect(await stakeVault.totalStaked()).to.equal(open(50));
  });

  it("reverts when the delegate is neither oneself nor a validator", async () => {
    const { stakeVault, alice, carol } = await loadFixture(delegated);
    for (const to of [alice.address, ethers.ZeroAddress]) {
      await expect(stakeVault.connect(carol).delegate(to))
        .to.be.revertedWithCustomError(stakeVault, "StakeNotValidator")
        .withArgs(to);
    }
  });

  it("reverts when a validator would leave its pool", async () => {
    const { stakeVault, carol, validator } = await loadFixture(delegated);
    await stakeVault.connect(carol).register(0);
    await expect(stakeVault.connect(validator).delegate(carol))
      .to.be.revertedWithCustomError(stakeVault, "StakeIsValidator")
      .withArgs(validator);
  });
});
