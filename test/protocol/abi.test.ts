import { expect } from "chai";
import { ArtifactError, artifact } from "../../protocol/abi.ts";

describe("artifact", () => {
  it("gives ABI and bytecode of a compiled contract, by name", function () {
    try {
      artifact("Rewards");
    } catch {
      this.skip(); // the contracts are not built
    }
    const { abi, bytecode } = artifact("Rewards");
    expect(abi.some((item) => item.type === "function" && item.name === "claim")).to.equal(true);
    expect(bytecode.length).to.be.greaterThan(100);
    expect(artifact("IDepositCollector").bytecode).to.equal("0x");
  });

  it("names what is not built", () => {
    expect(() => artifact("Nothing")).to.throw(
      ArtifactError,
      'no artifact of Nothing in artifacts/contracts: run "npx hardhat build"',
    );
  });
});
