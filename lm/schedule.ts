/** Learning rate of a step: linear from 0 to `peak` over the first `warmup` steps, then linear to 0 after the last. */
export function scheduledRate(step: number, steps: number, warmup: number, peak: number): number {
  if (step < warmup) return (peak * (step + 1)) / warmup;
  return (peak * (steps - step)) / (steps - warmup);
}
