import { expect } from "chai";
import { id } from "ethers";
import { DOMAIN } from "../../protocol/domains.ts";

describe("DOMAIN", () => {
  it("is keccak256 of the list's name, and differs from list to list", () => {
    for (const [list, domain] of Object.entries(DOMAIN)) expect(domain).to.equal(id(`tributary.${list}.v1`));
    expect(new Set(Object.values(DOMAIN)).size).to.equal(11);
  });
});
