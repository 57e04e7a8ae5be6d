import { expect } from "chai";
import { authorization, fields, NONCE, signAuthorization, TRANSFER_BYTES, TRANSFER_VRS, vrs } from "./authorization.ts";
import { deployed, ethers, loadFixture, open, PURSE, time } from "./fixtures.ts";

const TYPE = "TransferWithAuthorization";

describe("OpenToken.transferWithAuthorization", () => {
  it("transfers by v, r, s, whoever submits", async () => {
    const suite = await loadFixture(deployed);
    const signed = await authorization(suite);
    const signature = await signAuthorization(suite, TYPE, signed);
    await suite.openToken.connect(suite.stranger)[TRANSFER_VRS](...fields(signed), ...vrs(signature));
    expect(await suite.openToken.balanceOf(suite.bob)).to.equal(PURSE + open(5));
    expect(await suite.openToken.authorizationState(suite.alice, NONCE)).to.equal(true);
  });

  it("transfers by bytes", async () => {
    const suite = await loadFixture(deployed);
    const signed = await authorization(suite);
    await suite.openToken[TRANSFER_BYTES](...fields(signed), await signAuthorization(suite, TYPE, signed));
    expect(await suite.openToken.balanceOf(suite.bob)).to.equal(PURSE + open(5));
  });

  it("transfers for a contract account (ERC-1271)", async () => {
    const suite = await loadFixture(deployed);
    const wallet = await ethers.deployContract("Wallet", [suite.alice.address]);
    await suite.openToken.connect(suite.alice).transfer(wallet, open(7));
    const signed = await authorization(suite, { from: await wallet.getAddress() });
    await suite.openToken[TRANSFER_BYTES](...fields(signed), await signAuthorization(suite, TYPE, signed));
    expect(await suite.openToken.balanceOf(wallet)).to.equal(open(2));
  });

  it("reverts when the nonce is used", async () => {
    const suite = await loadFixture(deployed);
    const signed = await authorization(suite);
    const signature = await signAuthorization(suite, TYPE, signed);
    await suite.openToken[TRANSFER_BYTES](...fields(signed), signature);
    await expect(suite.openToken[TRANSFER_BYTES](...fields(signed), signature))
      .to.be.revertedWithCustomError(suite.openToken, "ERC3009UsedAuthorization")
      .withArgs(suite.alice, NONCE);
  });

  it("reverts when somebody else signed", async () => {
    const suite = await loadFixture(deployed);
    const signed = await authorization(suite);
    const signature = await signAuthorization(suite, TYPE, signed, suite.stranger);
    for (const call of [
      suite.openToken[TRANSFER_BYTES](...fields(signed), signature),
      suite.openToken[TRANSFER_VRS](...fields(signed), ...vrs(signature)),
    ]) {
      await expect(call).to.be.revertedWithCustomError(suite.openToken, "ERC3009InvalidSignature");
    }
  });

  it("reverts when more is asked than was signed", async () => {
    const suite = await loadFixture(deployed);
    const signed = await authorization(suite);
    const signature = await signAuthorization(suite, TYPE, signed);
    await expect(
      suite.openToken[TRANSFER_BYTES](...fields({ ...signed, value: open(6) }), signature),
    ).to.be.revertedWithCustomError(suite.openToken, "ERC3009InvalidSignature");
  });

  it("reverts before and after its time", async () => {
    const suite = await loadFixture(deployed);
    const now = BigInt(await time.latest());
    for (const changes of [{ validAfter: now + 500n }, { validBefore: now }]) {
      const signed = await authorization(suite, changes);
      const signature = await signAuthorization(suite, TYPE, signed);
      await expect(suite.openToken[TRANSFER_BYTES](...fields(signed), signature)).to.be.revertedWithCustomError(
        suite.openToken,
        "ERC3009InvalidAuthorizationTime",
      );
    }
  });
});
