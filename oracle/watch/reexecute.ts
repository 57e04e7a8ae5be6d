import type { Bundle } from "../bundle.ts";
import { expectEqual, Mismatch } from "../mismatch.ts";
import type { Sources } from "../prepare.ts";
import { quantiseQuery } from "../query.ts";
import { isNodeTrouble } from "./node-trouble.ts";

/**
 * Computes the gradients of a bundle's answers again, from the answers' tokens and the version's artifacts. Throws
 * Mismatch at the first that is another. Returns what was done, in words: where the evidence is not at hand, why nothing
 * was, since that is not the poster's fault.
 */
export async function reexecute(bundle: Bundle, sources: Sources): Promise<string> {
  let done = 0;
  try {
    for (const { entry, model, receipts, gradients } of bundle.steps) {
      const { tensors } = bundle.models.find((each) => each.model === model)!.features;
      const positions = [...gradients.keys()].filter((position) => gradients[position] !== null);
      const again = await sources.gradientsOf(
        model,
        positions.map((position) => receipts[position]!),
      );
      for (const [i, position] of positions.entries()) {
        const expected = quantiseQuery(again[i]!, tensors);
        const found = gradients[position]!;
        const list = `gradients of ${entry.till} in epoch ${entry.epoch}`;
        expectEqual(list, `${position}.length`, expected.length, found.length);
        const at = expected.findIndex((value, element) => value !== found[element]);
        if (at >= 0) throw new Mismatch(list, `${position}.${at}`, expected[at], found[at]);
        done++;
      }
    }
  } catch (error) {
    if (error instanceof Mismatch || isNodeTrouble(error)) throw error;
    return `gradients not computed again: ${error instanceof Error ? error.message : String(error)}`;
  }
  return `${done} gradients computed again`;
}
