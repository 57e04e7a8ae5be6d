import { expect } from "chai";
import { channelOf, ethers, hash, live, loadFixture, open, time, ZERO } from "./fixtures.ts";
import { type DepositTerms, permitDeposit } from "./permit.ts";

/** alice has a channel with nothing in it, and has approved nobody. */
async function unfunded() {
  const suite = await live();
  const config = await channelOf(suite, suite.alice.address);
  return { ...suite, config, channelId: await suite.channels.getChannelId(config) };
}

describe("PermitCollector.collect", () => {
  it("brings a deposit that alice signed, whoever submits it", async () => {
    const suite = await loadFixture(unfunded);
    const { channels, permitCollector, stranger, config, channelId } = suite;
    await channels.connect(stranger).deposit(config, open(5), permitCollector, await permitDeposit(suite, channelId));
    expect((await channels.channels(channelId)).balance).to.equal(open(5));
    expect(await permitCollector.used(suite.alice, hash("deposit"))).to.equal(true);
  });

  it("brings it though somebody has submitted the permit before", async () => {
    const suite = await loadFixture(unfunded);
    const { channels, openToken, permitCollector, stranger, alice, config, channelId } = suite;
    const data = await permitDeposit(suite, channelId);
    const words = ["bytes32", "uint256", "uint256", "uint8", "bytes32", "bytes32"];
    const [, deadline, value, v, r, s] = ethers.AbiCoder.defaultAbiCoder().decode(words, data);
    await openToken.connect(stranger).permit(alice, permitCollector, value, deadline, v, r, s);
    await channels.connect(stranger).deposit(config, open(5), permitCollector, data);
    expect((await channels.channels(channelId)).balance).to.equal(open(5));
  });

  it("uses a standing allowance where no permit is given, for a contract account too (ERC-1271)", async () => {
    const suite = await loadFixture(unfunded);
    const { channels, openToken, permitCollector, stranger, alice } = suite;
    const wallet = await ethers.deployContract("Wallet", [alice.address]);
    await openToken.connect(alice).transfer(wallet, open(5));
    const approve = openToken.interface.encodeFunctionData("approve", [await permitCollector.getAddress(), open(5)]);
    await wallet.connect(alice).execute(openToken, approve);
    const config = { ...suite.config, payer: await wallet.getAddress() };
    const channelId = await channels.getChannelId(config);
    const data = await permitDeposit(suite, channelId, { permit: false });
    await channels.connect(stranger).deposit(config, open(5), permitCollector, data);
    expect((await channels.channels(channelId)).balance).to.equal(open(5));
  });

  it("reverts when channel, token or amount are not what was signed, or another signed", async () => {
    const suite = await loadFixture(unfunded);
    const { channels, permitCollector, bob, config, channelId } = suite;
    const terms: Partial<DepositTerms>[] = [
      { channelId: hash("other") },
      { token: bob.address },
      { amount: open(6) },
      { signer: bob },
    ];
    for (const changes of terms) {
      const data = await permitDeposit(suite, channelId, changes);
      await expect(channels.deposit(config, open(5), permitCollector, data))
        .to.be.revertedWithCustomError(permitCollector, "CollectorInvalidSignature")
        .withArgs(suite.alice);
    }
  });

  it("reverts when it was used", async () => {
    const suite = await loadFixture(unfunded);
    const { channels, permitCollector, alice, config, channelId } = suite;
    const data = await permitDeposit(suite, channelId);
    await channels.deposit(config, open(5), permitCollector, data);
    await expect(channels.deposit(config, open(5), permitCollector, data))
      .to.be.revertedWithCustomError(permitCollector, "CollectorUsed")
      .withArgs(alice, hash("deposit"));
  });

  it("reverts after its deadline", async () => {
    const suite = await loadFixture(unfunded);
    const { channels, permitCollector, config, channelId } = suite;
    const deadline = BigInt(await time.latest());
    const data = await permitDeposit(suite, channelId, { deadline });
    await expect(channels.deposit(config, open(5), permitCollector, data))
      .to.be.revertedWithCustomError(permitCollector, "CollectorExpired")
      .withArgs(deadline);
  });

  it("reverts when the permit is another's", async () => {
    const suite = await loadFixture(unfunded);
    const { channels, openToken, permitCollector, config, channelId } = suite;
    const data = await permitDeposit(suite, channelId, { permitSigner: suite.bob });
    await expect(channels.deposit(config, open(5), permitCollector, data)).to.be.revertedWithCustomError(
      openToken,
      "ERC2612InvalidSigner",
    );
  });

  it("reverts when the data is cut off", async () => {
    const { channels, permitCollector, config } = await loadFixture(unfunded);
    await expect(channels.deposit(config, open(5), permitCollector, "0x00")).to.be.revert(ethers);
  });

  it("reverts when anybody but Channels calls", async () => {
    const { permitCollector, openToken, stranger, alice } = await loadFixture(unfunded);
    await expect(permitCollector.connect(stranger).collect(alice, openToken, open(5), ZERO, "0x"))
      .to.be.revertedWithCustomError(permitCollector, "CollectorNotChannels")
      .withArgs(stranger);
  });
});
