import { expect } from "chai";
import {
  authorization,
  CANCEL_VRS,
  fields,
  NONCE,
  RECEIVE_VRS,
  signAuthorization,
  signCancel,
  TRANSFER_BYTES,
  TRANSFER_VRS,
  vrs,
} from "./authorization.ts";
import { deployed, ethers, loadFixture, networkHelpers, open, PURSE } from "./fixtures.ts";

/** alice's account has delegated to code that vouches for nothing. */
async function delegated() {
  const suite = await deployed();
  const mute = await ethers.deployContract("Mute");
  const code = ethers.concat(["0xef0100", await mute.getAddress()]);
  await networkHelpers.setCode(suite.alice.address, code);
  return suite;
}

describe("OpenToken and accounts with code", () => {
  it("take the key's signature of a delegated account (EIP-7702), whatever its code says", async () => {
    const suite = await loadFixture(delegated);
    const { openToken, alice, bob } = suite;
    const first = await authorization(suite);
    await openToken[TRANSFER_BYTES](
      ...fields(first),
      await signAuthorization(suite, "TransferWithAuthorization", first),
    );
    const second = await authorization(suite, { nonce: ethers.id("second") });
    const signature = await signAuthorization(suite, "TransferWithAuthorization", second);
    await openToken[TRANSFER_VRS](...fields(second), ...vrs(signature));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(10));
    expect(await openToken.balanceOf(bob)).to.equal(PURSE + open(10));
  });

  it("take nothing that neither the key signed nor the code vouches for", async () => {
    const suite = await loadFixture(delegated);
    const { openToken } = suite;
    const message = await authorization(suite);
    const signature = await signAuthorization(suite, "TransferWithAuthorization", message, suite.stranger);
    await expect(openToken[TRANSFER_BYTES](...fields(message), signature)).to.be.revertedWithCustomError(
      openToken,
      "ERC3009InvalidSignature",
    );
  });

  it("take a contract account's 65-byte signature in v, r and s, to transfer, receive and cancel", async () => {
    const suite = await loadFixture(deployed);
    const { openToken, alice, bob } = suite;
    const wallet = await ethers.deployContract("Wallet", [alice.address]);
    const from = await wallet.getAddress();
    await openToken.connect(alice).transfer(wallet, open(10));
    const first = await authorization(suite, { from });
    const transfer = await signAuthorization(suite, "TransferWithAuthorization", first);
    await openToken[TRANSFER_VRS](...fields(first), ...vrs(transfer));
    const second = await authorization(suite, { from, nonce: ethers.id("second") });
    const receive = await signAuthorization(suite, "ReceiveWithAuthorization", second);
    await openToken.connect(bob)[RECEIVE_VRS](...fields(second), ...vrs(receive));
    const third = ethers.id("third");
    await openToken[CANCEL_VRS](from, third, ...vrs(await signCancel(suite, from, third)));
    expect(await openToken.balanceOf(wallet)).to.equal(0n);
    expect(await openToken.authorizationState(from, third)).to.equal(true);
  });

  it("take no stranger's signature for a contract account, in v, r and s", async () => {
    const suite = await loadFixture(deployed);
    const { openToken, alice, stranger } = suite;
    const wallet = await ethers.deployContract("Wallet", [alice.address]);
    await openToken.connect(alice).transfer(wallet, open(10));
    const message = await authorization(suite, { from: await wallet.getAddress() });
    const signature = await signAuthorization(suite, "TransferWithAuthorization", message, stranger);
    await expect(openToken[TRANSFER_VRS](...fields(message), ...vrs(signature))).to.be.revertedWithCustomError(
      openToken,
      "ERC3009InvalidSignature",
    );
  });

  it("take nothing for the zero account, which every bad signature recovers to", async () => {
    const suite = await loadFixture(deployed);
    const { openToken, alice } = suite;
    const message = await authorization(suite, { from: ethers.ZeroAddress });
    const [v, r, s] = [0, ethers.ZeroHash, ethers.ZeroHash] as const;
    await expect(openToken[TRANSFER_VRS](...fields(message), v, r, s)).to.be.revertedWithCustomError(
      openToken,
      "ERC3009InvalidSignature",
    );
    await expect(
      openToken.connect(alice)[CANCEL_VRS](ethers.ZeroAddress, NONCE, v, r, s),
    ).to.be.revertedWithCustomError(openToken, "ERC3009InvalidSignature");
  });

  it("take no signature with a byte more than it has", async () => {
    const suite = await loadFixture(deployed);
    const { openToken } = suite;
    const message = await authorization(suite);
    const signature = await signAuthorization(suite, "TransferWithAuthorization", message);
    await expect(
      openToken[TRANSFER_BYTES](...fields(message), ethers.concat([signature, "0x00"])),
    ).to.be.revertedWithCustomError(openToken, "ERC3009InvalidSignature");
  });

  it("revert when somebody else signed in v, r and s", async () => {
    const suite = await loadFixture(deployed);
    const { openToken, alice, bob, stranger } = suite;
    const message = await authorization(suite);
    const receive = vrs(await signAuthorization(suite, "ReceiveWithAuthorization", message, stranger));
    const cancel = vrs(await signCancel(suite, alice.address, NONCE, stranger));
    for (const call of [
      openToken.connect(bob)[RECEIVE_VRS](...fields(message), ...receive),
      openToken[CANCEL_VRS](alice, NONCE, ...cancel),
    ]) {
      await expect(call).to.be.revertedWithCustomError(openToken, "ERC3009InvalidSignature");
    }
  });
});
