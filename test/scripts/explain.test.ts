import { expect } from "chai";
import { AbiCoder, id, makeError } from "ethers";
import { UserError } from "../../scripts/lib/errors.ts";
import { describeRevert, explain } from "../../scripts/lib/explain.ts";

const encode = (signature: string, types: string[], values: unknown[]) =>
  id(signature).slice(0, 10) + AbiCoder.defaultAbiCoder().encode(types, values).slice(2);
const ACCOUNT = "0x00000000000000000000000000000000000000AA";
const SHORT = encode(
  "StakeInsufficient(address,uint256,uint256)",
  ["address", "uint256", "uint256"],
  [ACCOUNT, 5n * 10n ** 18n, 10n ** 19n],
);

describe("explain", () => {
  it("names a contract's error with its arguments, amounts in OPEN", () => {
    expect(describeRevert(SHORT)).to.equal(
      `The account has less at stake. StakeInsufficient(account: ${ACCOUNT}, staked: 5 OPEN, amount: 10 OPEN)`,
    );
  });

  it("knows the errors of every contract, whichever was called", () => {
    const data = encode(
      "ERC20InsufficientBalance(address,uint256,uint256)",
      ["address", "uint256", "uint256"],
      [ACCOUNT, 0n, 1n],
    );
    expect(describeRevert(data)).to.match(/holds too little OPEN.*ERC20InsufficientBalance/);
    expect(describeRevert(encode("RewardsNothingToClaim(uint32)", ["uint32"], [3]))).to.match(
      /nothing to claim.*contributor: 3/,
    );
  });

  it("leaves what it does not know", () => {
    expect(describeRevert("0x12345678")).to.equal(undefined);
    expect(describeRevert("0x")).to.equal(undefined);
    const error = new Error("something else");
    expect(explain(error)).to.equal(error);
    expect(explain("text").message).to.equal("text");
  });

  it("finds the revert data in what the library throws", () => {
    const info = { reason: null, invocation: null, revert: null, transaction: { to: null, data: "0x" } };
    const direct = makeError("execution reverted", "CALL_EXCEPTION", { action: "estimateGas", data: SHORT, ...info });
    expect(explain(direct))
      .to.be.instanceOf(UserError)
      .with.property("message")
      .that.matches(/StakeInsufficient\(/);
    const nested = makeError("could not coalesce error", "UNKNOWN_ERROR", {
      error: { data: { data: SHORT } },
    } as never);
    expect(explain(nested).message).to.match(/StakeInsufficient\(/);
  });

  it("says in plain words where there is no gas money", () => {
    const error = makeError("no", "INSUFFICIENT_FUNDS", { transaction: {} as never });
    expect(explain(error).message).to.equal("The account has too little ETH for gas.");
  });
});
