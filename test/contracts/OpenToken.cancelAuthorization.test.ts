import { expect } from "chai";
import {
  authorization,
  CANCEL_BYTES,
  fields,
  NONCE,
  signAuthorization,
  signCancel,
  TRANSFER_BYTES,
} from "./authorization.ts";
import { deployed, loadFixture } from "./fixtures.ts";

describe("OpenToken.cancelAuthorization", () => {
  it("uses the nonce up", async () => {
    const suite = await loadFixture(deployed);
    const cancel = await signCancel(suite, suite.alice.address, NONCE);
    await expect(suite.openToken[CANCEL_BYTES](suite.alice, NONCE, cancel))
      .to.emit(suite.openToken, "AuthorizationCanceled")
      .withArgs(suite.alice, NONCE);
    const signed = await authorization(suite);
    const signature = await signAuthorization(suite, "TransferWithAuthorization", signed);
    await expect(suite.openToken[TRANSFER_BYTES](...fields(signed), signature)).to.be.revertedWithCustomError(
      suite.openToken,
      "ERC3009UsedAuthorization",
    );
  });

  it("reverts when somebody else signed", async () => {
    const suite = await loadFixture(deployed);
    const cancel = await signCancel(suite, suite.alice.address, NONCE, suite.stranger);
    await expect(suite.openToken[CANCEL_BYTES](suite.alice, NONCE, cancel)).to.be.revertedWithCustomError(
      suite.openToken,
      "ERC3009InvalidSignature",
    );
  });
});
