import { BATCH_SETTLEMENT_ADDRESS } from "@x402/evm";
import { computeChannelId, createBatchSettlementEIP3009DepositPayload } from "@x402/evm/batch-settlement/client";
import { expect } from "chai";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { X402_CHANNELS } from "../../deploy/x402.ts";
import { channelOf, domainOf, ethers, live, loadFixture, networkHelpers, open } from "./fixtures.ts";

/** Where a stock x402 client expects the contracts. */
const BATCH_SETTLEMENT = X402_CHANNELS;
const ERC3009_COLLECTOR = "0x4020806089470a89826cB9fB1f4059150b550004";
const NETWORK = "eip155:31337";

/** The suite with our Channels and its ERC-3009 collector at x402's addresses. */
async function canonical() {
  const suite = await live();
  await networkHelpers.setCode(BATCH_SETTLEMENT, await ethers.provider.getCode(suite.channels));
  const collector = await ethers.deployContract("ERC3009Collector", [BATCH_SETTLEMENT]);
  await networkHelpers.setCode(ERC3009_COLLECTOR, await ethers.provider.getCode(collector));
  return { ...suite, channels: await ethers.getContractAt("Channels", BATCH_SETTLEMENT) };
}

describe("x402 compatibility", () => {
  it("knows x402's own address of the channels", () => {
    expect(X402_CHANNELS).to.equal(BATCH_SETTLEMENT_ADDRESS);
  });

  it("gives channels the ids that a stock client computes", async () => {
    const suite = await loadFixture(canonical);
    const config = await channelOf(suite, suite.payer.address);
    const id = computeChannelId(config as Parameters<typeof computeChannelId>[0], NETWORK);
    expect(await suite.channels.getChannelId(config)).to.equal(id);
  });

  it("hashes the config's type as x402 does", async () => {
    const { channels } = await loadFixture(canonical);
    const type =
      "ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)";
    expect(await channels.CHANNEL_CONFIG_TYPEHASH()).to.equal(ethers.id(type));
  });

  it("takes the deposit and the voucher that a stock client signs", async () => {
    const suite = await loadFixture(canonical);
    const { channels, openToken, operator, stranger, till } = suite;
    const signer = privateKeyToAccount(ethers.id("a stock payer") as Hex);
    await openToken.connect(suite.payer).transfer(signer.address, open(10));
    const config = await channelOf(suite, signer.address);
    const { name, version } = await domainOf(openToken);
    const requirements = {
      scheme: "batch-settlement",
      network: NETWORK,
      asset: await openToken.getAddress(),
      amount: String(open(4)),
      payTo: await till.getAddress(),
      maxTimeoutSeconds: 10 * 365 * 86_400,
      extra: { name, version },
    } as const;
    const { payload } = await createBatchSettlementEIP3009DepositPayload(
      signer,
      2,
      requirements,
      config as Parameters<typeof computeChannelId>[0],
      String(open(10)),
      String(open(4)),
    );
    const { deposit, voucher } = payload as {
      deposit: { authorization: { erc3009Authorization: Record<string, string> } };
      voucher: { signature: string };
    };
    const { validAfter, validBefore, salt, signature } = deposit.authorization.erc3009Authorization;
    const data = ethers.AbiCoder.defaultAbiCoder().encode(
      ["uint256", "uint256", "uint256", "bytes"],
      [validAfter, validBefore, BigInt(salt!), signature],
    );

    await channels.connect(stranger).deposit(config, open(10), ERC3009_COLLECTOR, data);
    const claim = {
      voucher: { channel: config, maxClaimableAmount: open(4) },
      signature: voucher.signature,
      totalClaimed: open(4),
    };
    await channels.connect(operator).claim([claim]);
    const id = await channels.getChannelId(config);
    expect(await channels.channels(id)).to.deep.equal([open(10), open(4)]);
  });
});
