/** Seconds of the quickest of several runs, after one to warm up. */
export async function seconds(runs: number, job: () => unknown): Promise<number> {
  await job();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    await job();
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return best;
}
