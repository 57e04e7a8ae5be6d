import { expect } from "chai";
import { deployed, ethers, loadFixture, open, proposed, State, type Suite, terms } from "../contracts/fixtures.ts";

async function reenterer(suite: Suite) {
  return ethers.deployContract("Reenterer", [], suite.stranger);
}

describe("attack: reentrancy by a malicious ERC-721 receiver", () => {
  it("is not called when it creates a Datanet or proposes a version itself", async () => {
    const suite = await loadFixture(proposed);
    const { datanets, models, openToken, alice } = suite;
    const evil = await reenterer(suite);
    await openToken.connect(alice).transfer(evil, open(5000));
    const as = async (target: { getAddress(): Promise<string> }, data: string) =>
      evil.execute(await target.getAddress(), data);
    await as(datanets, datanets.interface.encodeFunctionData("create", ["Mine", "MIT", 0, [await evil.getAddress()]]));
    await as(openToken, openToken.interface.encodeFunctionData("approve", [await models.getAddress(), open(5000)]));
    const proposal = await terms(suite);
    await as(models, models.interface.encodeFunctionData("propose", [proposal, open(2000), ""]));
    expect(await models.ownerOf(1)).to.equal(await evil.getAddress());
    expect(await evil.received()).to.equal(0n);
  });

  it("gets a version's bond once, however often it retires it from within the transfer", async () => {
    const suite = await loadFixture(proposed);
    const { models, openToken, developer, bob } = suite;
    await models.connect(bob).propose(await terms(suite), open(2000), ""); // another bond to steal
    const evil = await reenterer(suite);
    await evil.arm(models.interface.encodeFunctionData("retire", [0]));
    await models.connect(developer)["safeTransferFrom(address,address,uint256)"](developer, evil, 0);
    expect([await evil.received(), await evil.succeeded()]).to.deep.equal([1n, 1n]);
    expect(await models.stateOf(0)).to.equal(State.Retired);
    expect(await openToken.balanceOf(evil)).to.equal(open(1000));
    expect(await openToken.balanceOf(models)).to.equal(open(2000));
  });

  it("gains nothing by a Datanet, whose holder has no powers", async () => {
    const suite = await loadFixture(deployed);
    const { datanets, alice, member } = suite;
    await datanets.connect(alice).create("Bees", "MIT", 0, [member]);
    const evil = await reenterer(suite);
    await evil.arm(datanets.interface.encodeFunctionData("withdrawConsent", [0]));
    await datanets.connect(alice)["safeTransferFrom(address,address,uint256)"](alice, evil, 0);
    expect([await evil.received(), await evil.succeeded()]).to.deep.equal([1n, 0n]);
  });
});
