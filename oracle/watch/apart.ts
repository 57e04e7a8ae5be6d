import { fork } from "node:child_process";
import { NodeError } from "../chain.ts";
import type { FoundPosting } from "./follow.ts";
import { blankJudgement, type Judgement, type JudgeOptions } from "./judge.ts";

/** What judging one posting may take. */
export interface Bounds {
  rpcUrl: string;
  megabytes: number;
  seconds: number;
}

/** What the other process is told. */
export interface Task {
  found: FoundPosting;
  options: Omit<JudgeOptions, "client" | "reexecute">;
  rpcUrl: string;
}

/** What comes back: a judgement, or how the node failed. */
export type Outcome = { judgement: Judgement } | { trouble: string };

/**
 * Judges in a process of its own, within bounds of memory and time: a bundle can be written so that whoever reads it runs
 * out of either, and a watcher must outlive that. A thread's bounds are not enough: parsing ends the whole process. Such a
 * bundle counts as withheld. Throws NodeError where the node fails.
 */
export async function judgeApart(
  found: FoundPosting,
  { deployment, fetch, mirrors }: JudgeOptions,
  { rpcUrl, megabytes, seconds }: Bounds,
): Promise<Judgement> {
  const task: Task = { found, options: { deployment, fetch, ...(mirrors && { mirrors }) }, rpcUrl };
  const child = fork(new URL("./judge-process.ts", import.meta.url), {
    execArgv: [`--max-old-space-size=${megabytes}`],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const started = performance.now();
  const withheld = (reason: string): Outcome => {
    const milliseconds = Math.round(performance.now() - started);
    return { judgement: { ...blankJudgement(found), verdict: "withheld", reason, milliseconds } };
  };
  let timer: NodeJS.Timeout | undefined;
  try {
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      timer = setTimeout(() => resolve(withheld(`reading its bundle takes longer than ${seconds} s`)), 1_000 * seconds);
      child.once("message", resolve);
      child.once("error", reject);
      // It answers before it ends, unless it runs out of memory.
      child.once("exit", () => resolve(withheld(`reading its bundle takes more than ${megabytes} MB of memory`)));
      child.send(task);
    });
    if ("trouble" in outcome) throw new NodeError(outcome.trouble);
    return outcome.judgement;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}
