/** An input that cannot be used: a file, a configuration or an example. */
export class InputError extends Error {
  override name = "InputError";
}

/** A training run whose loss or parameters are no longer finite numbers. */
export class DivergenceError extends Error {
  override name = "DivergenceError";
  readonly step: number;

  constructor(step: number, loss: number) {
    super(`training diverged at step ${step}: the loss is ${loss}; lower the learning rate or lengthen the warm-up`);
    this.step = step;
  }
}
