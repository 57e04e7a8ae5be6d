import { expect } from "chai";
import { chargeFor } from "../../serving/price.ts";

describe("chargeFor", () => {
  it("charges prompt and completion tokens by the thousand", () => {
    expect(chargeFor({ priceIn: 2_000n, priceOut: 6_000n }, 10, 5)).to.equal(50n);
  });

  it("rounds up, once, so that no fee vanishes", () => {
    expect(chargeFor({ priceIn: 1n, priceOut: 1n }, 1, 0)).to.equal(1n);
    expect(chargeFor({ priceIn: 1n, priceOut: 1n }, 600, 400)).to.equal(1n);
    expect(chargeFor({ priceIn: 1n, priceOut: 1n }, 600, 401)).to.equal(2n);
  });

  it("charges nothing where the terms ask for nothing", () => {
    expect(chargeFor({ priceIn: 0n, priceOut: 0n }, 1000, 1000)).to.equal(0n);
  });

  it("never exceeds the ceiling for fewer tokens than allowed", () => {
    const prices = { priceIn: 333n, priceOut: 777n };
    for (let tokens = 0; tokens < 50; tokens++) {
      expect(chargeFor(prices, 17, tokens) <= chargeFor(prices, 17, 49)).to.equal(true);
    }
  });
});
