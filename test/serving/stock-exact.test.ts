import { x402Client } from "@x402/core/client";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { ExactEvmScheme as ExactFacilitator } from "@x402/evm/exact/facilitator";
import { expect } from "chai";
import { type Address, parseEther } from "viem";
import {
  facilitating,
  holder,
  payer,
  paymentRequired,
  receiver,
  requirements,
  type Stock,
  startStock,
} from "./stock.ts";

describe("x402's stock exact scheme settles in OPEN", function () {
  this.timeout(120_000);
  let stock: Stock;
  before(async () => {
    stock = await startStock();
    stock.facilitator.register(stock.network, new ExactFacilitator(stock.facilitatorSigner));
  });
  after(() => stock?.chain.stop());

  /** Pays `amount` OPEN to the receiver as `from`, whose signatures are the payer's key's; gives what settling gave. */
  async function pay(from: Address, amount: string) {
    const signTypedData = (data: object) => payer.signTypedData(data as Parameters<typeof payer.signTypedData>[0]);
    const scheme = new ExactEvmScheme({ address: from, signTypedData } as never);
    const client = new x402Client().register(stock.network, scheme).setSpendControls(false);
    const asked = requirements(stock, "exact", amount);
    const payment = await client.createPaymentPayload(paymentRequired(asked) as never);
    const verified = await stock.facilitator.verify(payment, asked as never);
    expect(verified.invalidReason).to.equal(undefined);
    return { payment, asked, settled: await stock.facilitator.settle(payment, asked as never) };
  }

  const balance = (of: Address) => stock.read<bigint>("OpenToken", stock.token, "balanceOf", [of]);

  it("for a key", async () => {
    const { settled } = await pay(payer.address, "3");
    expect(settled.success, settled.errorMessage).to.equal(true);
    expect(await balance(receiver.address)).to.equal(parseEther("3"));
    expect(await balance(payer.address)).to.equal(parseEther("97"));
    expect(await balance(facilitating.address)).to.equal(0n);
  });

  it("once: the same payment again is refused", async () => {
    const { payment, asked } = await pay(payer.address, "1");
    const again = await stock.facilitator.verify(payment, asked as never);
    expect(again.isValid).to.equal(false);
    expect(again.invalidReason).to.equal("invalid_exact_evm_nonce_already_used");
  });

  it("for a contract account (ERC-1271), whose 65-byte signature comes in v, r and s", async () => {
    const wallet = await stock.deploy("Wallet", [payer.address]);
    await stock.write(holder, "OpenToken", stock.token, "transfer", [wallet, parseEther("5")]);
    const { settled } = await pay(wallet, "2");
    expect(settled.success, settled.errorMessage).to.equal(true);
    expect(await balance(wallet)).to.equal(parseEther("3"));
  });

  it("for a key that has delegated its account to code (EIP-7702)", async () => {
    const contractAddress = await stock.deploy("Delegate");
    const client = stock.as(payer);
    const authorization = await client.signAuthorization({ contractAddress, executor: "self" });
    const hash = await client.sendTransaction({ to: holder.address, authorizationList: [authorization] } as never);
    await client.waitForTransactionReceipt({ hash });
    expect(await client.getCode({ address: payer.address })).to.equal(`0xef0100${contractAddress.slice(2)}`);
    const before = await balance(payer.address);
    const { settled } = await pay(payer.address, "4");
    expect(settled.success, settled.errorMessage).to.equal(true);
    expect(before - (await balance(payer.address))).to.equal(parseEther("4"));
  });
});
