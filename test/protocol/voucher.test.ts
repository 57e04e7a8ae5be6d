import { BATCH_SETTLEMENT_ADDRESS } from "@x402/evm";
import { computeChannelId, signVoucher as signStock } from "@x402/evm/batch-settlement/client";
import { expect } from "chai";
import { TypedDataEncoder } from "ethers";
import { type Hex, zeroAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import {
  type ChannelConfig,
  channelId,
  channelsDomain,
  recoverVoucherSigner,
  signVoucher,
  verifyVoucher,
  voucherDigest,
  voucherSigner,
} from "../../protocol/voucher.ts";

const payer = privateKeyToAccount(`0x${"11".repeat(32)}`);
const other = privateKeyToAccount(`0x${"22".repeat(32)}`);
const at = { chainId: 31337, channels: BATCH_SETTLEMENT_ADDRESS as Hex };
const config: ChannelConfig = {
  payer: payer.address,
  payerAuthorizer: zeroAddress,
  receiver: "0x00000000000000000000000000000000000000aa",
  receiverAuthorizer: "0x00000000000000000000000000000000000000bb",
  token: "0x00000000000000000000000000000000000000cc",
  withdrawDelay: 900,
  salt: `0x${"07".repeat(32)}`,
};
const id = channelId(config, at);

describe("vouchers", () => {
  it("have the channel ids of stock x402", () => {
    expect(id).to.equal(computeChannelId(config, "eip155:31337"));
  });

  it("verify where a stock x402 client signed them", async () => {
    const signer = { address: payer.address, signTypedData: (data: never) => payer.signTypedData(data) };
    const stock = await signStock(signer as never, id, "1000", "eip155:31337");
    expect(await verifyVoucher(config, 1_000n, stock.signature, at)).to.equal(true);
  });

  it("have the EIP-712 digest that ethers computes", () => {
    const types = {
      Voucher: [
        { name: "channelId", type: "bytes32" },
        { name: "maxClaimableAmount", type: "uint128" },
      ],
    };
    const voucher = { channelId: id, maxClaimableAmount: 5n };
    expect(voucherDigest(voucher, at)).to.equal(TypedDataEncoder.hash(channelsDomain(at), types, voucher));
  });

  it("verify for the signer, the amount, the channel, the chain and the contract they are of", async () => {
    const signature = await signVoucher(payer, { channelId: id, maxClaimableAmount: 5n }, at);
    expect(await verifyVoucher(config, 5n, signature, at)).to.equal(true);
    expect(await verifyVoucher(config, 6n, signature, at)).to.equal(false);
    expect(await verifyVoucher({ ...config, withdrawDelay: 901 }, 5n, signature, at)).to.equal(false);
    expect(await verifyVoucher(config, 5n, signature, { ...at, chainId: 1 })).to.equal(false);
    expect(await verifyVoucher(config, 5n, signature, { ...at, channels: zeroAddress })).to.equal(false);
    const forged = await signVoucher(other, { channelId: id, maxClaimableAmount: 5n }, at);
    expect(await verifyVoucher(config, 5n, forged, at)).to.equal(false);
  });

  it("are signed by the payer's authorizer where there is one", async () => {
    const authorized = { ...config, payerAuthorizer: other.address };
    const voucher = { channelId: channelId(authorized, at), maxClaimableAmount: 5n };
    expect(voucherSigner(config)).to.equal(payer.address);
    expect(voucherSigner(authorized)).to.equal(other.address);
    expect(await verifyVoucher(authorized, 5n, await signVoucher(other, voucher, at), at)).to.equal(true);
    expect(await verifyVoucher(authorized, 5n, await signVoucher(payer, voucher, at), at)).to.equal(false);
  });

  it("with amounts or signatures that cannot be are refused, not thrown", async () => {
    const voucher = { channelId: id, maxClaimableAmount: 5n };
    expect(await verifyVoucher(config, -1n, "0x", at)).to.equal(false);
    expect(await verifyVoucher(config, 1n << 128n, "0x", at)).to.equal(false);
    expect(await recoverVoucherSigner(voucher, "0x", at)).to.equal(null);
    expect(await recoverVoucherSigner(voucher, `0x${"00".repeat(65)}`, at)).to.equal(null);
  });
});
