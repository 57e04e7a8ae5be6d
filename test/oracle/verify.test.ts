import { join } from "node:path";
import { expect } from "chai";
import { writeBundle } from "../../oracle/bundle.ts";
import { Mismatch } from "../../oracle/mismatch.ts";
import { readBundle } from "../../oracle/read-bundle.ts";
import { verifyBundle } from "../../oracle/verify.ts";
import { makeBundle, rejection, withFolder } from "./fixtures.ts";

describe("verifyBundle", () => {
  it("passes a true bundle, with a line per check", () =>
    withFolder(async (folder) => {
      await writeBundle(await makeBundle(), join(folder, "b"));
      const lines: string[] = [];
      await verifyBundle(await readBundle(join(folder, "b")), (line) => lines.push(line));
      expect(lines.map((line) => line.split(" ")[0])).to.deep.equal([
        "index",
        "index",
        "receipts",
        "receipts",
        "receipts",
        "samples,",
        "samples,",
        "samples,",
        "payouts:",
        "posting:",
        "bundle:",
      ]);
    }));

  it("finds an inflated payout, naming list, position, expected and found", () =>
    withFolder(async (folder) => {
      const bundle = await makeBundle();
      const { cumulative } = bundle.payoutsAfter[2]!;
      bundle.payoutsAfter[2]!.cumulative = cumulative + 1n;
      await writeBundle(bundle, join(folder, "b"));
      const error = await rejection(verifyBundle(await readBundle(join(folder, "b"))));
      expect(error).to.be.instanceOf(Mismatch);
      expect(error).to.include({
        list: "payouts",
        position: "2.cumulative",
        expected: `${cumulative}`,
        found: `${cumulative + 1n}`,
      });
    }));

  it("finds a poster that leaves a gradient out or adds one", () =>
    withFolder(async (folder) => {
      for (const [position, found] of [
        [0, "false"],
        [2, "true"],
      ] as const) {
        const bundle = await makeBundle();
        const { gradients } = bundle.steps[0]!;
        gradients[position] = position === 0 ? null : gradients[0]!;
        await writeBundle(bundle, join(folder, "b"));
        const error = await rejection(verifyBundle(await readBundle(join(folder, "b"))));
        expect(error).to.include({ list: `gradients of ${bundle.steps[0]!.entry.till} in epoch 100`, position, found });
      }
    }));

  it("finds steps in another order", () =>
    withFolder(async (folder) => {
      const bundle = await makeBundle();
      [bundle.steps[1], bundle.steps[2]] = [bundle.steps[2]!, bundle.steps[1]!];
      await writeBundle(bundle, join(folder, "b"));
      const error = await rejection(verifyBundle(await readBundle(join(folder, "b"))));
      expect(error).to.include({ list: "steps", position: "order" });
    }));

  it("finds an account that changed hands", () =>
    withFolder(async (folder) => {
      const bundle = await makeBundle();
      bundle.payoutsAfter[0]!.account = bundle.payoutsAfter[3]!.account;
      await writeBundle(bundle, join(folder, "b"));
      const error = await rejection(verifyBundle(await readBundle(join(folder, "b"))));
      expect(error).to.include({ list: "payouts", position: "accounts" });
    }));
});
