import { expect } from "chai";
import { authorization, fields, signAuthorization, TRANSFER_BYTES, vrs } from "../contracts/authorization.ts";
import { otherForms } from "../contracts/batches.ts";
import { deployed, domainOf, ethers, loadFixture, open, PURSE, time } from "../contracts/fixtures.ts";

const PERMIT = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** alice permits bob 5 OPEN; the stranger has the signature. */
async function permitted() {
  const suite = await deployed();
  const { openToken, alice, bob } = suite;
  const deadline = BigInt(await time.latest()) + 1000n;
  const message = { owner: alice.address, spender: bob.address, value: open(5), nonce: 0n, deadline };
  const sign = async (changes: object = {}, domain: object = {}) =>
    alice.signTypedData({ ...(await domainOf(openToken)), ...domain }, PERMIT, { ...message, ...changes });
  return { ...suite, deadline, sign };
}

/** v, r and s as they stand in a signature, valid or not. */
const parts = (signature: string) =>
  [
    Number(ethers.dataSlice(signature, 64)),
    ethers.dataSlice(signature, 0, 32),
    ethers.dataSlice(signature, 32, 64),
  ] as const;

describe("attack: permit replay", () => {
  it("a permit counts once, whoever sends it first", async () => {
    const { openToken, alice, bob, stranger, deadline, sign } = await loadFixture(permitted);
    const signature = vrs(await sign());
    await openToken.connect(stranger).permit(alice, bob, open(5), deadline, ...signature);
    await openToken.connect(bob).transferFrom(alice, bob, open(5));
    await expect(
      openToken.connect(bob).permit(alice, bob, open(5), deadline, ...signature),
    ).to.be.revertedWithCustomError(openToken, "ERC2612InvalidSigner");
    expect(await openToken.allowance(alice, bob)).to.equal(0n);
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(5));
  });

  it("a permit works for one chain, one token, one spender, one amount, one deadline, and with a low s", async () => {
    const { openToken, alice, bob, stranger, deadline, sign } = await loadFixture(permitted);
    const twin = await ethers.deployContract("OpenToken", [alice.address]);
    const good = vrs(await sign());
    await expect(twin.permit(alice, bob, open(5), deadline, ...good)).to.be.revertedWithCustomError(
      twin,
      "ERC2612InvalidSigner",
    );
    const elsewhere = vrs(await sign({}, { chainId: 1n }));
    for (const call of [
      () => openToken.permit(alice, bob, open(5), deadline, ...elsewhere),
      () => openToken.permit(alice, stranger, open(5), deadline, ...good),
      () => openToken.permit(alice, bob, open(6), deadline, ...good),
      () => openToken.permit(alice, bob, open(5), deadline + 1n, ...good),
      () => openToken.permit(stranger, bob, open(5), deadline, ...good),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(openToken, "ERC2612InvalidSigner");
    }
    const { high } = otherForms(await sign());
    await expect(openToken.permit(alice, bob, open(5), deadline, ...parts(high))).to.be.revertedWithCustomError(
      openToken,
      "ECDSAInvalidSignatureS",
    );
    expect(await openToken.allowance(alice, bob)).to.equal(0n);
    expect(await openToken.allowance(alice, stranger)).to.equal(0n);
  });

  it("an old permit does not come back after a newer one", async () => {
    const { openToken, alice, bob, deadline, sign } = await loadFixture(permitted);
    const first = vrs(await sign());
    const second = vrs(await sign({ value: 0n, nonce: 1n }));
    await openToken.permit(alice, bob, open(5), deadline, ...first);
    await openToken.permit(alice, bob, 0n, deadline, ...second);
    for (const [value, signature] of [
      [open(5), first],
      [0n, second],
    ] as const) {
      await expect(openToken.permit(alice, bob, value, deadline, ...signature)).to.be.revertedWithCustomError(
        openToken,
        "ERC2612InvalidSigner",
      );
    }
    expect(await openToken.allowance(alice, bob)).to.equal(0n);
  });

  it("an authorization (ERC-3009) of another chain moves nothing", async () => {
    const suite = await loadFixture(permitted);
    const { openToken, alice, bob, stranger } = suite;
    const message = await authorization(suite);
    const here = await signAuthorization(suite, "TransferWithAuthorization", message);
    const types = ["address from", "address to", "uint256 value", "uint256 validAfter", "uint256 validBefore"];
    const fieldsOf = [...types, "bytes32 nonce"].map((field) => {
      const [type, name] = field.split(" ") as [string, string];
      return { name, type };
    });
    const domain = { ...(await domainOf(openToken)), chainId: 1n };
    const elsewhere = await alice.signTypedData(domain, { TransferWithAuthorization: fieldsOf }, message);
    await expect(
      openToken.connect(stranger)[TRANSFER_BYTES](...fields(message), elsewhere),
    ).to.be.revertedWithCustomError(openToken, "ERC3009InvalidSignature");
    expect(await openToken.balanceOf(bob)).to.equal(PURSE);
    await openToken.connect(stranger)[TRANSFER_BYTES](...fields(message), here);
    expect(await openToken.balanceOf(bob)).to.equal(PURSE + open(5));
  });
});
