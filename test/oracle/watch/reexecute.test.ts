import { expect } from "chai";
import type { Bundle } from "../../../oracle/bundle.ts";
import { Mismatch } from "../../../oracle/mismatch.ts";
import { PrepareError, type Sources } from "../../../oracle/prepare.ts";
import { reexecute } from "../../../oracle/watch/reexecute.ts";
import { makeBundle, rejection } from "../fixtures.ts";

/** Gives floats that quantise to the bundle's gradients, whatever the exponents of the tensors. */
function sourcesOf(bundle: Bundle): Sources {
  const gradients = new Map(
    bundle.steps.flatMap(({ receipts, gradients: of }) => receipts.map((receipt, i) => [receipt.responseHash, of[i]])),
  );
  const none = async () => {
    throw new Error("not asked for");
  };
  return {
    logOf: none,
    featuresOf: none,
    gradientsOf: async (model, receipts) => {
      const { tensors } = bundle.models.find((each) => each.model === model)!.features;
      const scale = tensors.flatMap(({ size, exponent }) => new Array<number>(size).fill(2 ** -exponent));
      return receipts.map(({ responseHash }) =>
        Float32Array.from(gradients.get(responseHash)!, (value, i) => value * scale[i]!),
      );
    },
  };
}

describe("reexecute", () => {
  let bundle: Bundle;
  beforeEach(async () => {
    bundle = await makeBundle();
    // answers of the same place have the same tokens in the fixture
    let at = 0;
    for (const { receipts } of bundle.steps) {
      for (const receipt of receipts) receipt.responseHash = `0x${(at++).toString(16).padStart(64, "0")}`;
    }
    for (const { gradients } of bundle.steps) for (const gradient of gradients) if (gradient) gradient[0] = 127;
  });

  it("finds gradients as they are computed again", async () => {
    expect(await reexecute(bundle, sourcesOf(bundle))).to.equal("6 gradients computed again");
  });

  it("names the first element that is another", async () => {
    const sources = sourcesOf(structuredClone(bundle));
    const { entry, gradients } = bundle.steps[1]!;
    gradients[1]![700]! ^= 1;
    const error = await rejection(reexecute(bundle, sources));
    expect(error).to.be.instanceOf(Mismatch);
    expect(error).to.include({ list: `gradients of ${entry.till} in epoch ${entry.epoch}`, position: "1.700" });
  });

  it("says why it computed nothing where the evidence is not at hand", async () => {
    const gradientsOf = async () => {
      throw new PrepareError("no artifact has that manifest");
    };
    expect(await reexecute(bundle, { ...sourcesOf(bundle), gradientsOf })).to.equal(
      "gradients not computed again: no artifact has that manifest",
    );
  });
});
