import { setTimeout as sleep } from "node:timers/promises";
import type { Metrics } from "./metrics.ts";
import { isNodeTrouble } from "./node-trouble.ts";
import type { Watcher } from "./watcher.ts";

const LONGEST = 60;

export interface RunOptions {
  metrics: Metrics;
  /** Seconds between looks at the chain. */
  interval: number;
  signal: AbortSignal;
  /** The node does not answer; told once, however often it is tried. */
  onTrouble: (error: Error) => void;
  /** It answers again. */
  onRecovery: () => void;
}

/** Polls until `signal`. While the node fails it waits ever longer, up to a minute, and goes on where it stood. */
export async function runWatcher(watcher: Watcher, options: RunOptions): Promise<void> {
  const { metrics, interval, signal, onTrouble, onRecovery } = options;
  let failures = 0;
  while (!signal.aborted) {
    let wait = interval;
    try {
      const { more } = await watcher.poll();
      if (failures > 0) onRecovery();
      failures = 0;
      if (more) continue;
    } catch (error) {
      if (!isNodeTrouble(error)) throw error;
      metrics.add("node_failures_total");
      if (failures++ === 0) onTrouble(error as Error);
      wait = Math.min(LONGEST, interval * 2 ** failures);
    }
    // rejects only where it is aborted, which is how it ends
    await sleep(1_000 * wait, undefined, { signal }).catch(() => {});
  }
}
