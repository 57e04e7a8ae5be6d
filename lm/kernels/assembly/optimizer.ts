// Steps of the optimisers over flat f32 arrays of n values, n a multiple of four.

/** SGD with momentum (Polyak, 1964): v = momentum · v + g; w −= rate · v. */
export function sgdMomentum(n: i32, w: usize, g: usize, v: usize, rate: f32, momentum: f32): void {
  const mu = f32x4.splat(momentum);
  const step = f32x4.splat(rate);
  for (let j: usize = 0; j < <usize>n << 2; j += 16) {
    const next = f32x4.add(f32x4.mul(mu, v128.load(v + j)), v128.load(g + j));
    v128.store(v + j, next);
    v128.store(w + j, f32x4.sub(v128.load(w + j), f32x4.mul(step, next)));
  }
}

/**
 * Adam (Kingma and Ba, 2015). `correct1` = 1 / (1 − beta1ᵗ) and `correct2` = 1 / (1 − beta2ᵗ) undo the bias of the
 * running means m and v.
 */
export function adam(
  n: i32, w: usize, g: usize, m: usize, v: usize,
  rate: f32, beta1: f32, beta2: f32, eps: f32, correct1: f32, correct2: f32,
): void {
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const n1 = f32x4.splat(1 - beta1);
  const n2 = f32x4.splat(1 - beta2);
  const step = f32x4.splat(rate * correct1);
  const c2 = f32x4.splat(correct2);
  const small = f32x4.splat(eps);
  for (let j: usize = 0; j < <usize>n << 2; j += 16) {
    const d = v128.load(g + j);
    const mean = f32x4.add(f32x4.mul(b1, v128.load(m + j)), f32x4.mul(n1, d));
    const square = f32x4.add(f32x4.mul(b2, v128.load(v + j)), f32x4.mul(n2, f32x4.mul(d, d)));
    v128.store(m + j, mean);
    v128.store(v + j, square);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(square, c2)), small);
    v128.store(w + j, f32x4.sub(v128.load(w + j), f32x4.div(f32x4.mul(step, mean), root)));
  }
}
