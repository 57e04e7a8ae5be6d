// Matrix products, f32, row-major. The same tiles do all of them: they read A through two strides (so that A may be
// transposed) and B from packed panels of eight columns (so that B may be transposed too).
//
// Every element of C is the sum over k = 0, 1, 2, … in that order, whatever the tile it falls into: a row computed
// alone (generation) equals the same row computed in a batch (training), bit for bit.

const TAIL = memory.data(32, 16);
const PANEL: usize = 32; // bytes of one packed row: eight f32
const BLOCK = 12288; // floats of A that stay near while all of B passes

let scratch: usize = 0;

/** Sets the buffer that holds two packed panels: 64 bytes times the longest inner dimension K. */
export function setScratch(address: usize): void {
  scratch = address;
}

// Panel j..j+8 of B[K, N] (rows ldb floats apart), zero padded past N.
function packN(k: i32, cols: i32, b: usize, ldb: i32, to: usize): void {
  const step = <usize>ldb << 2;
  for (let i = 0; i < k; i++) {
    if (cols == 8) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
    } else {
      for (let c = 0; c < 8; c++) store<f32>(to + (<usize>c << 2), c < cols ? load<f32>(b + (<usize>c << 2)) : 0);
    }
    b += step;
    to += PANEL;
  }
}

// Panel of rows j..j+8 of B[N, K], transposed, zero padded past N.
function packT(k: i32, cols: i32, b: usize, ldb: i32, to: usize): void {
  const step = <usize>ldb << 2;
  if (cols == 8) {
    for (let i = 0; i < k; i++) {
      let row = b + (<usize>i << 2);
      store<f32>(to, load<f32>(row));
      store<f32>(to, load<f32>((row += step)), 4);
      store<f32>(to, load<f32>((row += step)), 8);
      store<f32>(to, load<f32>((row += step)), 12);
      store<f32>(to, load<f32>((row += step)), 16);
      store<f32>(to, load<f32>((row += step)), 20);
      store<f32>(to, load<f32>((row += step)), 24);
      store<f32>(to, load<f32>((row += step)), 28);
      to += PANEL;
    }
    return;
  }
  for (let i = 0; i < k; i++) {
    for (let c = 0; c < 8; c++) {
      store<f32>(to + (<usize>c << 2), c < cols ? load<f32>(b + <usize>c * step + (<usize>i << 2)) : 0);
    }
    to += PANEL;
  }
}

// Writes one row of eight results to C, or adds them to it; only the first `cols` exist.
@inline
function put(c: usize, low: v128, high: v128, cols: i32, add: bool): void {
  if (cols == 8) {
    if (add) {
      low = f32x4.add(v128.load(c), low);
      high = f32x4.add(v128.load(c, 16), high);
    }
    v128.store(c, low);
    v128.store(c, high, 16);
  } else {
    v128.store(TAIL, low);
    v128.store(TAIL, high, 16);
    for (let j: usize = 0; j < <usize>cols << 2; j += 4) {
      const value = load<f32>(TAIL + j);
      store<f32>(c + j, add ? load<f32>(c + j) + value : value);
    }
  }
}

// The tiles: C[rows, cols] from some rows of A (rowA bytes apart, stepA bytes from k to k + 1) and one packed panel or two.
// What one element sums does not depend on the tile.

function tile4x8(
  k: i32, a: usize, rowA: usize, stepA: usize, b: usize, c: usize, rowC: usize, cols: i32, add: bool,
): void {
  let low0 = f32x4.splat(0), high0 = f32x4.splat(0);
  let low1 = f32x4.splat(0), high1 = f32x4.splat(0);
  let low2 = f32x4.splat(0), high2 = f32x4.splat(0);
  let low3 = f32x4.splat(0), high3 = f32x4.splat(0);
  let a1 = a + rowA;
  let a2 = a1 + rowA;
  let a3 = a2 + rowA;
  const end = b + <usize>k * PANEL;
  while (b < end) {
    const low = v128.load(b), high = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    low0 = f32x4.add(low0, f32x4.mul(x, low));
    high0 = f32x4.add(high0, f32x4.mul(x, high));
    x = v128.load_splat<f32>(a1);
    low1 = f32x4.add(low1, f32x4.mul(x, low));
    high1 = f32x4.add(high1, f32x4.mul(x, high));
    x = v128.load_splat<f32>(a2);
    low2 = f32x4.add(low2, f32x4.mul(x, low));
    high2 = f32x4.add(high2, f32x4.mul(x, high));
    x = v128.load_splat<f32>(a3);
    low3 = f32x4.add(low3, f32x4.mul(x, low));
    high3 = f32x4.add(high3, f32x4.mul(x, high));
    a += stepA;
    a1 += stepA;
    a2 += stepA;
    a3 += stepA;
    b += PANEL;
  }
  put(c, low0, high0, cols, add);
  put(c + rowC, low1, high1, cols, add);
  put(c + 2 * rowC, low2, high2, cols, add);
  put(c + 3 * rowC, low3, high3, cols, add);
}

function tile1x8(
  k: i32, a: usize, rowA: usize, stepA: usize, b: usize, c: usize, rowC: usize, cols: i32, add: bool,
): void {
  let low0 = f32x4.splat(0), high0 = f32x4.splat(0);
  const end = b + <usize>k * PANEL;
  while (b < end) {
    const low = v128.load(b), high = v128.load(b, 16);
    const x = v128.load_splat<f32>(a);
    low0 = f32x4.add(low0, f32x4.mul(x, low));
    high0 = f32x4.add(high0, f32x4.mul(x, high));
    a += stepA;
    b += PANEL;
  }
  put(c, low0, high0, cols, add);
}

// Two panels, `apart` bytes from each other, fill the registers only where V8 joins neighbouring lanes into 256 bits.
function tile4x16(
  k: i32, a: usize, rowA: usize, stepA: usize, b: usize, apart: usize, c: usize, rowC: usize, cols: i32, add: bool,
): void {
  let low0x = f32x4.splat(0), high0x = f32x4.splat(0);
  let low0y = f32x4.splat(0), high0y = f32x4.splat(0);
  let low1x = f32x4.splat(0), high1x = f32x4.splat(0);
  let low1y = f32x4.splat(0), high1y = f32x4.splat(0);
  let low2x = f32x4.splat(0), high2x = f32x4.splat(0);
  let low2y = f32x4.splat(0), high2y = f32x4.splat(0);
  let low3x = f32x4.splat(0), high3x = f32x4.splat(0);
  let low3y = f32x4.splat(0), high3y = f32x4.splat(0);
  const end = b + <usize>k * PANEL;
  let next = b + apart;
  if (rowA == 4) {
    // A transposed: its four rows are neighbours
    while (b < end) {
      const low = v128.load(b), high = v128.load(b, 16);
      const lowNext = v128.load(next), highNext = v128.load(next, 16);
      let x = v128.load_splat<f32>(a);
      low0x = f32x4.add(low0x, f32x4.mul(x, low));
      high0x = f32x4.add(high0x, f32x4.mul(x, high));
      low0y = f32x4.add(low0y, f32x4.mul(x, lowNext));
      high0y = f32x4.add(high0y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a, 4);
      low1x = f32x4.add(low1x, f32x4.mul(x, low));
      high1x = f32x4.add(high1x, f32x4.mul(x, high));
      low1y = f32x4.add(low1y, f32x4.mul(x, lowNext));
      high1y = f32x4.add(high1y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a, 8);
      low2x = f32x4.add(low2x, f32x4.mul(x, low));
      high2x = f32x4.add(high2x, f32x4.mul(x, high));
      low2y = f32x4.add(low2y, f32x4.mul(x, lowNext));
      high2y = f32x4.add(high2y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a, 12);
      low3x = f32x4.add(low3x, f32x4.mul(x, low));
      high3x = f32x4.add(high3x, f32x4.mul(x, high));
      low3y = f32x4.add(low3y, f32x4.mul(x, lowNext));
      high3y = f32x4.add(high3y, f32x4.mul(x, highNext));
      a += stepA;
      next += PANEL;
      b += PANEL;
    }
  } else {
    // steps of k are neighbours in each row, and go two at a time
    let a1 = a + rowA;
    let a2 = a1 + rowA;
    let a3 = a2 + rowA;
    const whole = end - PANEL;
    while (b < whole) {
      let low = v128.load(b), high = v128.load(b, 16);
      let lowNext = v128.load(next), highNext = v128.load(next, 16);
      let x = v128.load_splat<f32>(a);
      low0x = f32x4.add(low0x, f32x4.mul(x, low));
      high0x = f32x4.add(high0x, f32x4.mul(x, high));
      low0y = f32x4.add(low0y, f32x4.mul(x, lowNext));
      high0y = f32x4.add(high0y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a1);
      low1x = f32x4.add(low1x, f32x4.mul(x, low));
      high1x = f32x4.add(high1x, f32x4.mul(x, high));
      low1y = f32x4.add(low1y, f32x4.mul(x, lowNext));
      high1y = f32x4.add(high1y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a2);
      low2x = f32x4.add(low2x, f32x4.mul(x, low));
      high2x = f32x4.add(high2x, f32x4.mul(x, high));
      low2y = f32x4.add(low2y, f32x4.mul(x, lowNext));
      high2y = f32x4.add(high2y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a3);
      low3x = f32x4.add(low3x, f32x4.mul(x, low));
      high3x = f32x4.add(high3x, f32x4.mul(x, high));
      low3y = f32x4.add(low3y, f32x4.mul(x, lowNext));
      high3y = f32x4.add(high3y, f32x4.mul(x, highNext));
      low = v128.load(b, 32);
      high = v128.load(b, 48);
      lowNext = v128.load(next, 32);
      highNext = v128.load(next, 48);
      x = v128.load_splat<f32>(a, 4);
      low0x = f32x4.add(low0x, f32x4.mul(x, low));
      high0x = f32x4.add(high0x, f32x4.mul(x, high));
      low0y = f32x4.add(low0y, f32x4.mul(x, lowNext));
      high0y = f32x4.add(high0y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a1, 4);
      low1x = f32x4.add(low1x, f32x4.mul(x, low));
      high1x = f32x4.add(high1x, f32x4.mul(x, high));
      low1y = f32x4.add(low1y, f32x4.mul(x, lowNext));
      high1y = f32x4.add(high1y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a2, 4);
      low2x = f32x4.add(low2x, f32x4.mul(x, low));
      high2x = f32x4.add(high2x, f32x4.mul(x, high));
      low2y = f32x4.add(low2y, f32x4.mul(x, lowNext));
      high2y = f32x4.add(high2y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a3, 4);
      low3x = f32x4.add(low3x, f32x4.mul(x, low));
      high3x = f32x4.add(high3x, f32x4.mul(x, high));
      low3y = f32x4.add(low3y, f32x4.mul(x, lowNext));
      high3y = f32x4.add(high3y, f32x4.mul(x, highNext));
      a += 8;
      a1 += 8;
      a2 += 8;
      a3 += 8;
      next += PANEL * 2;
      b += PANEL * 2;
    }
    if (b < end) {
      const low = v128.load(b), high = v128.load(b, 16);
      const lowNext = v128.load(next), highNext = v128.load(next, 16);
      let x = v128.load_splat<f32>(a);
      low0x = f32x4.add(low0x, f32x4.mul(x, low));
      high0x = f32x4.add(high0x, f32x4.mul(x, high));
      low0y = f32x4.add(low0y, f32x4.mul(x, lowNext));
      high0y = f32x4.add(high0y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a1);
      low1x = f32x4.add(low1x, f32x4.mul(x, low));
      high1x = f32x4.add(high1x, f32x4.mul(x, high));
      low1y = f32x4.add(low1y, f32x4.mul(x, lowNext));
      high1y = f32x4.add(high1y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a2);
      low2x = f32x4.add(low2x, f32x4.mul(x, low));
      high2x = f32x4.add(high2x, f32x4.mul(x, high));
      low2y = f32x4.add(low2y, f32x4.mul(x, lowNext));
      high2y = f32x4.add(high2y, f32x4.mul(x, highNext));
      x = v128.load_splat<f32>(a3);
      low3x = f32x4.add(low3x, f32x4.mul(x, low));
      high3x = f32x4.add(high3x, f32x4.mul(x, high));
      low3y = f32x4.add(low3y, f32x4.mul(x, lowNext));
      high3y = f32x4.add(high3y, f32x4.mul(x, highNext));
    }
  }
  put(c, low0x, high0x, 8, add);
  put(c + rowC, low1x, high1x, 8, add);
  put(c + 2 * rowC, low2x, high2x, 8, add);
  put(c + 3 * rowC, low3x, high3x, 8, add);
  put(c + PANEL, low0y, high0y, cols - 8, add);
  put(c + rowC + PANEL, low1y, high1y, cols - 8, add);
  put(c + 2 * rowC + PANEL, low2y, high2y, cols - 8, add);
  put(c + 3 * rowC + PANEL, low3y, high3y, cols - 8, add);
}

function tile1x16(
  k: i32, a: usize, rowA: usize, stepA: usize, b: usize, apart: usize, c: usize, rowC: usize, cols: i32, add: bool,
): void {
  let low0x = f32x4.splat(0), high0x = f32x4.splat(0);
  let low0y = f32x4.splat(0), high0y = f32x4.splat(0);
  const end = b + <usize>k * PANEL;
  let next = b + apart;
  while (b < end) {
    const low = v128.load(b), high = v128.load(b, 16);
    const lowNext = v128.load(next), highNext = v128.load(next, 16);
    let x = v128.load_splat<f32>(a);
    low0x = f32x4.add(low0x, f32x4.mul(x, low));
    high0x = f32x4.add(high0x, f32x4.mul(x, high));
    low0y = f32x4.add(low0y, f32x4.mul(x, lowNext));
    high0y = f32x4.add(high0y, f32x4.mul(x, highNext));
    a += stepA;
    next += PANEL;
    b += PANEL;
  }
  put(c, low0x, high0x, 8, add);
  put(c + PANEL, low0y, high0y, cols - 8, add);
}

let wide: bool = false;

/** Whether products take two panels at once (4 × 16 tiles) instead of one (4 × 8): the same bits, at another speed. */
export function setWide(on: bool): void {
  wide = on;
}

// All rows of C against one packed panel, or two where cols > 8.
function column(
  m: i32, k: i32, a: usize, rowA: usize, stepA: usize, b: usize, apart: usize, c: usize, rowC: usize, cols: i32,
  add: bool,
): void {
  const twice = cols > 8;
  for (; m >= 4; m -= 4) {
    if (twice) tile4x16(k, a, rowA, stepA, b, apart, c, rowC, cols, add);
    else tile4x8(k, a, rowA, stepA, b, c, rowC, cols, add);
    a += rowA << 2;
    c += rowC << 2;
  }
  for (; m > 0; m--) {
    if (twice) tile1x16(k, a, rowA, stepA, b, apart, c, rowC, cols, add);
    else tile1x8(k, a, rowA, stepA, b, c, rowC, cols, add);
    a += rowA;
    c += rowC;
  }
}

// columns that go at once
@inline
function step(n: i32): i32 {
  return wide && n > 8 ? 16 : 8;
}

/** C[M, N] = or += A[M, K] · B[K, N]; ld* are row strides in floats. */
export function gemmNN(
  m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, add: bool,
): void {
  multiplyN(m, n, k, a, <usize>lda << 2, 4, b, ldb, c, ldc, add);
}

/** C[M, N] = or += A[K, M]ᵀ · B[K, N]. */
export function gemmTN(
  m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, add: bool,
): void {
  multiplyN(m, n, k, a, 4, <usize>lda << 2, b, ldb, c, ldc, add);
}

function multiplyN(
  m: i32, n: i32, k: i32, a: usize, rowA: usize, stepA: usize, b: usize, ldb: i32, c: usize, ldc: i32, add: bool,
): void {
  for (let j = 0; j < n; ) {
    const cols = min(step(n - j), n - j);
    packN(k, min(8, cols), b + (<usize>j << 2), ldb, scratch);
    if (cols > 8) packN(k, cols - 8, b + (<usize>(j + 8) << 2), ldb, scratch + <usize>k * PANEL);
    column(m, k, a, rowA, stepA, scratch, <usize>k * PANEL, c + (<usize>j << 2), <usize>ldc << 2, cols, add);
    j += cols;
  }
}

/** C[M, N] = or += A[M, K] · B[N, K]ᵀ. */
export function gemmNT(
  m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, add: bool,
): void {
  const row = <usize>ldb << 2;
  for (let j = 0; j < n; ) {
    const cols = min(step(n - j), n - j);
    packT(k, min(8, cols), b + <usize>j * row, ldb, scratch);
    if (cols > 8) packT(k, cols - 8, b + <usize>(j + 8) * row, ldb, scratch + <usize>k * PANEL);
    column(m, k, a, <usize>lda << 2, 4, scratch, <usize>k * PANEL, c + (<usize>j << 2), <usize>ldc << 2, cols, add);
    j += cols;
  }
}

/** Packs all of B[N, K]ᵀ for `gemmPacked`: ⌈N / 8⌉ · K · 32 bytes at `to`. */
export function packTransposed(n: i32, k: i32, b: usize, ldb: i32, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    packT(k, min(8, n - j), b + (<usize>j * <usize>ldb << 2), ldb, to);
    to += <usize>k * PANEL;
  }
}

/** Packs all of B[K, N] for `gemmPacked`. */
export function packPlain(n: i32, k: i32, b: usize, ldb: i32, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    packN(k, min(8, n - j), b + (<usize>j << 2), ldb, to);
    to += <usize>k * PANEL;
  }
}

/** The product with a B packed beforehand: the same sums, without the packing. */
export function gemmPacked(m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, c: usize, ldc: i32, add: bool): void {
  const row = <usize>lda << 2;
  const rowC = <usize>ldc << 2;
  const apart = <usize>k * PANEL;
  // rows in blocks that stay in the nearest cache while all panels pass
  const block = max(4, (BLOCK / k) & ~3);
  for (let i = 0; i < m; i += block) {
    const rows = min(block, m - i);
    panels(rows, n, k, a, row, 4, b, apart, c, rowC, add);
    a += <usize>rows * row;
    c += <usize>rows * rowC;
  }
}

// The products of causal attention: about half of each matrix of scores is never touched. Of what they read of P, lanes from
// the diagonal to the next multiple of four must be zero.

/** C[rows, rows] = or += A[rows, K] · B, packed: the columns up to each row's own, and perhaps some after them. */
export function gemmCausalScores(rows: i32, k: i32, a: usize, lda: i32, b: usize, c: usize, ldc: i32, add: bool): void {
  const row = <usize>lda << 2;
  const rowC = <usize>ldc << 2;
  const apart = <usize>k * PANEL;
  for (let j = 0; j < rows; j += 16) {
    panels(rows - j, min(16, rows - j), k, a, row, 4, b, apart, c, rowC, add);
    a += row << 4;
    b += apart << 1;
    c += (rowC + 4) << 4;
  }
}

/** C[rows, N] = or += P[rows, rows] · B, packed, where P is zero right of its diagonal. */
export function gemmCausal(rows: i32, n: i32, p: usize, ldp: i32, b: usize, c: usize, ldc: i32, add: bool): void {
  const row = <usize>ldp << 2;
  const rowC = <usize>ldc << 2;
  for (let i = 0; i < rows; i += 4) {
    const seen = min(i + 4, rows);
    panels(seen - i, n, seen, p, row, 4, b, <usize>rows * PANEL, c, rowC, add);
    p += row << 2;
    c += rowC << 2;
  }
}

/** C[rows, N] = or += Pᵀ · B, packed, for the same P. */
export function gemmCausalTransposed(rows: i32, n: i32, p: usize, ldp: i32, b: usize, c: usize, ldc: i32, add: bool): void {
  const row = <usize>ldp << 2;
  const rowC = <usize>ldc << 2;
  const apart = <usize>rows * PANEL;
  for (let i = 0; i < rows; i += 4) {
    panels(min(4, rows - i), n, rows - i, p, 4, row, b, apart, c, rowC, add);
    p += (row + 4) << 2;
    b += PANEL << 2;
    c += rowC << 2;
  }
}

// a few rows of C against all of a packed B, whose panels lie `apart` bytes from each other
function panels(
  m: i32, n: i32, k: i32, a: usize, rowA: usize, stepA: usize, b: usize, apart: usize, c: usize, rowC: usize, add: bool,
): void {
  for (let j = 0; j < n; ) {
    const cols = min(step(n - j), n - j);
    column(m, k, a, rowA, stepA, b, apart, c + (<usize>j << 2), rowC, cols, add);
    b += cols > 8 ? 2 * apart : apart;
    j += cols;
  }
}
