import { expect } from "chai";
import { DOMAIN } from "../../protocol/domains.ts";
import { claimPlace } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";
import { active, domainOf, ethers, impersonate, leafOf, loadFixture, networkHelpers, open, time } from "./fixtures.ts";

type Active = Awaited<ReturnType<typeof active>>;

const TYPES = {
  Claim: [
    { name: "contributor", type: "uint32" },
    { name: "recipient", type: "address" },
    { name: "cumulative", type: "uint256" },
  ],
};

/** alice signs that her 20 OPEN go to stranger, unless told otherwise. */
async function sign(suite: Active, changes: { contributor?: number; cumulative?: bigint; signer?: Active["alice"] }) {
  const { contributor = 0, cumulative = open(20), signer = suite.alice } = changes;
  const value = { contributor, recipient: suite.stranger.address, cumulative };
  return signer.signTypedData(await domainOf(suite.rewards), TYPES, value);
}

describe("Rewards.claimWithSig", () => {
  it("pays whom the account signed for, whoever calls, once", async () => {
    const suite = await loadFixture(active);
    const { rewards, openToken, payouts, alice, bob, stranger } = suite;
    const signature = await sign(suite, {});
    const claim = () =>
      rewards
        .connect(bob)
        .claimWithSig(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0), stranger, signature);
    await expect(claim()).to.changeTokenBalances(ethers, openToken, [alice, stranger], [0, open(20)]);
    await expect(claim()).to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim").withArgs(0);
    expect(await rewards.claimedOf(0)).to.equal(open(20));
  });

  it("pays the account as before where somebody claims for it first", async () => {
    const suite = await loadFixture(active);
    const { rewards, openToken, payouts, alice, bob, stranger } = suite;
    const signature = await sign(suite, {});
    await expect(
      rewards.connect(bob).claim(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0)),
    ).to.changeTokenBalance(ethers, openToken, alice, open(20));
    await expect(
      rewards.claimWithSig(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0), stranger, signature),
    ).to.be.revertedWithCustomError(rewards, "RewardsNothingToClaim");
  });

  it("says whose payout goes to whom", async () => {
    const suite = await loadFixture(active);
    const { rewards, payouts, alice, stranger } = suite;
    const leaf = leafOf(alice, open(20));
    await expect(rewards.claimWithSig(claimPlace(0, 3, 0), leaf, payouts.proof(0), stranger, await sign(suite, {})))
      .to.emit(rewards, "Redirected")
      .withArgs(0, alice, stranger, open(20));
  });

  it("takes the word of a contract account (ERC-1271)", async () => {
    const suite = await loadFixture(active);
    const { rewards, attribution, openToken, alice, stranger } = suite;
    const wallet = await ethers.deployContract("Wallet", [alice]);
    const list = new List(DOMAIN.payouts, [leafOf(await wallet.getAddress(), open(3))]);
    await rewards.connect(await impersonate(attribution)).setRoot(1, list.root, await time.latest());
    const signature = await sign(suite, { cumulative: open(3) });
    await expect(
      rewards.claimWithSig(claimPlace(1, 1, 0), leafOf(await wallet.getAddress(), open(3)), [], stranger, signature),
    ).to.changeTokenBalance(ethers, openToken, stranger, open(3));
  });

  it("takes the key's word of an account that has code (EIP-7702)", async () => {
    const suite = await loadFixture(active);
    const { rewards, openToken, payouts, alice, bob, stranger } = suite;
    const wallet = await ethers.deployContract("Wallet", [bob]);
    await networkHelpers.setCode(alice.address, ethers.concat(["0xef0100", await wallet.getAddress()]));
    const call = rewards.claimWithSig(
      claimPlace(0, 3, 0),
      leafOf(alice, open(20)),
      payouts.proof(0),
      stranger,
      await sign(suite, {}),
    );
    await expect(call).to.changeTokenBalance(ethers, openToken, stranger, open(20));
  });

  it("reverts unless contributor, recipient, amount and signer are those of the signature", async () => {
    const suite = await loadFixture(active);
    const { rewards, attribution, payouts, alice, bob, stranger } = suite;
    const raised = new List(DOMAIN.payouts, [leafOf(alice.address, open(21)), leafOf(alice.address, open(20))]);
    await rewards.connect(await impersonate(attribution)).setRoot(1, raised.root, await time.latest());
    const signature = await sign(suite, {});
    const [r, s] = [ethers.dataSlice(signature, 0, 32), BigInt(ethers.dataSlice(signature, 32, 64))];
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const others = await sign(suite, { signer: bob });
    const flipped = ethers.concat([r, ethers.toBeHex(order - s, 32), signature.endsWith("1b") ? "0x1c" : "0x1b"]);
    for (const call of [
      () => rewards.claimWithSig(claimPlace(1, 2, 0), leafOf(alice, open(21)), raised.proof(0), stranger, signature), // a later cumulative
      () => rewards.claimWithSig(claimPlace(1, 2, 1), leafOf(alice, open(20)), raised.proof(1), stranger, signature), // another id of hers
      () => rewards.claimWithSig(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0), bob, signature), // to somebody else
      () => rewards.claimWithSig(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0), stranger, others),
      () => rewards.claimWithSig(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0), stranger, flipped), // high s
      () => rewards.claimWithSig(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0), stranger, "0x"),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(rewards, "RewardsInvalidSignature").withArgs(alice);
    }
  });

  it("reverts on a signature for another chain or contract", async () => {
    const suite = await loadFixture(active);
    const { rewards, payouts, alice, stranger } = suite;
    const domain = await domainOf(rewards);
    const value = { contributor: 0, recipient: stranger.address, cumulative: open(20) };
    for (const changes of [{ chainId: 1n }, { verifyingContract: stranger.address }]) {
      const signature = await alice.signTypedData({ ...domain, ...changes }, TYPES, value);
      await expect(
        rewards.claimWithSig(claimPlace(0, 3, 0), leafOf(alice, open(20)), payouts.proof(0), stranger, signature),
      ).to.be.revertedWithCustomError(rewards, "RewardsInvalidSignature");
    }
  });

  it("reverts when the leaf is not proved", async () => {
    const suite = await loadFixture(active);
    const { rewards, payouts, bob, stranger } = suite;
    const signature = await sign(suite, { signer: bob });
    await expect(
      rewards.claimWithSig(claimPlace(0, 3, 0), leafOf(bob, open(20)), payouts.proof(0), stranger, signature),
    ).to.be.revertedWithCustomError(rewards, "RewardsInvalidProof");
  });
});
