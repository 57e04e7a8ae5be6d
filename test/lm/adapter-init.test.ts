import { expect } from "chai";
import { adapterLayout, adapterSize, initAdapter, type LoraConfig } from "../../lm/index.ts";
import { TINY } from "./fixtures.ts";

describe("a fresh adapter", () => {
  const lora: LoraConfig = { rank: 4, alpha: 8, targets: ["q_proj", "v_proj"] };

  it("is drawn from its seed alone", () => {
    expect(initAdapter(TINY, lora, 1)).to.deep.equal(initAdapter(TINY, lora, 1));
    expect(initAdapter(TINY, lora, 1).params).to.not.deep.equal(initAdapter(TINY, lora, 2).params);
  });

  it("has A within 1 / sqrt(dim) and spread over it, and B zero", () => {
    const { params } = initAdapter(TINY, lora, 1);
    for (const { name, offset, size } of adapterLayout(TINY, lora)) {
      const values = params.subarray(offset, offset + size);
      const largest = Math.max(...values.map(Math.abs));
      if (name.includes("lora_B")) expect(largest).to.equal(0);
      else expect(largest).to.be.within(0.2, 0.25);
    }
  });

  it("orders its tensors by layer and target, A before B, whatever the order of the targets", () => {
    const slots = adapterLayout(TINY, { ...lora, targets: ["v_proj", "q_proj"] });
    const short = slots.map(({ name }) =>
      name.replace(/^.*layers\.(\d)\.self_attn\.(.)_proj\.lora_(.)\.weight$/, "$1$2$3"),
    );
    expect(short).to.deep.equal(["0qA", "0qB", "0vA", "0vB", "1qA", "1qB", "1vA", "1vB"]);
    expect(slots.map(({ offset }) => offset)).to.deep.equal(Array.from({ length: 8 }, (_, i) => i * 64));
    expect(adapterSize(TINY, lora)).to.equal(512);
  });

  const faults: [Partial<LoraConfig>, string][] = [
    [{ rank: 0 }, "the rank must be an integer from 1 to 16"],
    [{ rank: 17 }, "the rank must be an integer from 1 to 16"],
    [{ rank: 1.5 }, "the rank must be an integer"],
    [{ alpha: 0 }, "alpha must be a positive number"],
    [{ alpha: Number.NaN }, "alpha must be a positive number"],
    [{ targets: [] }, "name each target once, and at least one"],
    [{ targets: ["q_proj", "q_proj"] }, "name each target once"],
  ];
  for (const [fault, message] of faults) {
    it(`is refused with ${JSON.stringify(fault)}`, () => {
      expect(() => initAdapter(TINY, { ...lora, ...fault }, 1)).to.throw(message);
    });
  }
});
