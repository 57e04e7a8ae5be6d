import { expect } from "chai";
import { keccak256 } from "ethers";
import type { Hex } from "viem";
import { DOMAIN } from "../../protocol/domains.ts";
import { CHUNK, chunkList } from "../../protocol/leaves.ts";
import { List } from "../../protocol/list.ts";

describe("chunkList", () => {
  it("hashes chunks of 1,020 int8, the last filled up with zeros", () => {
    const vector = Int8Array.from({ length: CHUNK + 2 }, (_, i) => (i % 255) - 127);
    const bytes = new Uint8Array(2 * CHUNK);
    bytes.set(new Uint8Array(vector.buffer));
    const leaves = [bytes.subarray(0, CHUNK), bytes.subarray(CHUNK)].map((chunk) => keccak256(chunk) as Hex);
    expect(chunkList("features", vector).root).to.equal(new List(DOMAIN.features, leaves).root);
    expect(chunkList("gradients", vector).root).to.equal(new List(DOMAIN.gradients, leaves).root);
  });

  it("takes a view into a larger buffer for what it shows", () => {
    const whole = Int8Array.from({ length: 30 }, (_, i) => i);
    const view = whole.subarray(10, 20);
    expect(chunkList("features", view).root).to.equal(chunkList("features", view.slice()).root);
  });

  it("has no chunk for an empty vector", () => {
    expect(chunkList("features", new Int8Array()).count).to.equal(0);
  });
});
