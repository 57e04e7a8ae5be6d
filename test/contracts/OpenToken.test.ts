import { expect } from "chai";
import { deployed, ethers, loadFixture, open, PURSE, time } from "./fixtures.ts";

describe("OpenToken", () => {
  it("has a supply of 1,000,000,000 that only burning changes", async () => {
    const { openToken, alice } = await loadFixture(deployed);
    expect(await openToken.totalSupply()).to.equal(open(1_000_000_000));
    await openToken.connect(alice).burn(open(1));
    expect(await openToken.totalSupply()).to.equal(open(999_999_999));
    expect(await openToken.balanceOf(alice)).to.equal(PURSE - open(1));
  });

  it("has nothing to mint, own or pause", async () => {
    const { openToken } = await loadFixture(deployed);
    const names = openToken.interface.fragments.flatMap((each) => ("name" in each ? [String(each.name)] : []));
    expect(names.filter((name) => /^(mint|owner|pause|grantRole|upgrade)/i.test(name))).to.deep.equal([]);
  });

  it("takes a permit", async () => {
    const { openToken, alice, bob } = await loadFixture(deployed);
    const { name, version, chainId, verifyingContract } = await openToken.eip712Domain();
    const deadline = (await time.latest()) + 100;
    const permit = { owner: alice.address, spender: bob.address, value: open(5), nonce: 0n, deadline };
    const types = {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    };
    const domain = { name, version, chainId, verifyingContract };
    const { v, r, s } = ethers.Signature.from(await alice.signTypedData(domain, types, permit));
    await openToken.permit(alice, bob, open(5), deadline, v, r, s);
    expect(await openToken.allowance(alice, bob)).to.equal(open(5));
  });
});
