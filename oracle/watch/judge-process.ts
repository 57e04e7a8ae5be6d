// The process that judgeApart starts.
import { openChain } from "../chain.ts";
import type { Outcome, Task } from "./apart.ts";
import { judge } from "./judge.ts";

process.once("message", async ({ found, options, rpcUrl }: Task) => {
  let outcome: Outcome;
  try {
    outcome = { judgement: await judge(found, { ...options, client: await openChain(rpcUrl) }) };
  } catch (error) {
    outcome = { trouble: error instanceof Error ? error.message : String(error) };
  }
  process.send!(outcome, () => process.disconnect());
});
