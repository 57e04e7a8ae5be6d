import { expect } from "chai";
import { authorization, signAuthorization } from "./authorization.ts";
import { channelOf, ethers, type FundedSuite, funded, loadFixture, open, ZERO } from "./fixtures.ts";

const SALT = 77n;
const coder = ethers.AbiCoder.defaultAbiCoder();

/** alice's authorization of 5 OPEN to the collector, bound to `channelId`. */
async function signed(suite: FundedSuite, channelId: string) {
  const nonce = ethers.keccak256(coder.encode(["bytes32", "uint256"], [channelId, SALT]));
  const to = await suite.erc3009Collector.getAddress();
  const message = await authorization(suite, { to, nonce });
  const signature = await signAuthorization(suite, "ReceiveWithAuthorization", message);
  return coder.encode(
    ["uint256", "uint256", "uint256", "bytes"],
    [message.validAfter, message.validBefore, SALT, signature],
  );
}

describe("ERC3009Collector.collect", () => {
  it("brings a signed deposit, whoever submits it", async () => {
    const suite = await loadFixture(funded);
    const { channels, erc3009Collector, stranger, alice } = suite;
    const config = await channelOf(suite, alice.address);
    const channelId = await channels.getChannelId(config);
    await channels.connect(stranger).deposit(config, open(5), erc3009Collector, await signed(suite, channelId));
    expect((await channels.channels(channelId)).balance).to.equal(open(5));
  });

  it("reverts when the money was meant for another channel", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, erc3009Collector, stranger, alice } = suite;
    const meant = await channelOf(suite, alice.address);
    const other = { ...meant, receiver: stranger.address, receiverAuthorizer: stranger.address };
    const data = await signed(suite, await channels.getChannelId(meant));
    await expect(
      channels.connect(stranger).deposit(other, open(5), erc3009Collector, data),
    ).to.be.revertedWithCustomError(openToken, "ERC3009InvalidSignature");
  });

  it("reverts when it was used", async () => {
    const suite = await loadFixture(funded);
    const { channels, openToken, erc3009Collector, alice } = suite;
    const config = await channelOf(suite, alice.address);
    const data = await signed(suite, await channels.getChannelId(config));
    await channels.deposit(config, open(5), erc3009Collector, data);
    await expect(channels.deposit(config, open(5), erc3009Collector, data)).to.be.revertedWithCustomError(
      openToken,
      "ERC3009UsedAuthorization",
    );
  });

  it("reverts when anybody but Channels calls", async () => {
    const { erc3009Collector, openToken, stranger, alice } = await loadFixture(funded);
    await expect(erc3009Collector.connect(stranger).collect(alice, openToken, open(5), ZERO, "0x"))
      .to.be.revertedWithCustomError(erc3009Collector, "CollectorNotChannels")
      .withArgs(stranger);
  });
});
