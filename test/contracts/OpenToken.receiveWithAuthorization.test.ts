import { expect } from "chai";
import { authorization, fields, RECEIVE_BYTES, RECEIVE_VRS, signAuthorization, vrs } from "./authorization.ts";
import { deployed, loadFixture, open, PURSE } from "./fixtures.ts";

const TYPE = "ReceiveWithAuthorization";

describe("OpenToken.receiveWithAuthorization", () => {
  it("transfers to the payee who submits, by v, r, s or by bytes", async () => {
    const suite = await loadFixture(deployed);
    const payee = suite.openToken.connect(suite.bob);
    const first = await authorization(suite);
    await payee[RECEIVE_VRS](...fields(first), ...vrs(await signAuthorization(suite, TYPE, first)));
    const second = await authorization(suite, { nonce: `0x${"11".repeat(32)}` });
    await payee[RECEIVE_BYTES](...fields(second), await signAuthorization(suite, TYPE, second));
    expect(await suite.openToken.balanceOf(suite.bob)).to.equal(PURSE + open(10));
  });

  it("reverts when somebody else submits", async () => {
    const suite = await loadFixture(deployed);
    const signed = await authorization(suite);
    const signature = await signAuthorization(suite, TYPE, signed);
    const other = suite.openToken.connect(suite.stranger);
    for (const call of [
      other[RECEIVE_BYTES](...fields(signed), signature),
      other[RECEIVE_VRS](...fields(signed), ...vrs(signature)),
    ]) {
      await expect(call).to.be.revertedWithCustomError(suite.openToken, "ERC20InvalidReceiver").withArgs(suite.bob);
    }
  });

  it("reverts when the payer signed the other type", async () => {
    const suite = await loadFixture(deployed);
    const signed = await authorization(suite);
    const signature = await signAuthorization(suite, "TransferWithAuthorization", signed);
    await expect(
      suite.openToken.connect(suite.bob)[RECEIVE_BYTES](...fields(signed), signature),
    ).to.be.revertedWithCustomError(suite.openToken, "ERC3009InvalidSignature");
  });
});
