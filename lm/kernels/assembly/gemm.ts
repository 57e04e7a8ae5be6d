// Matrix products, f32, row-major. One micro-kernel does all of them: it reads A through two strides (so that A may be
// transposed) and B from packed panels of eight columns (so that B may be transposed too).
//
// Every element of C is the sum over k = 0, 1, 2, … in that order, whatever the tile it falls into: a row computed
// alone (generation) equals the same row computed in a batch (training), bit for bit.

const TAIL = memory.data(32, 16);
const PANEL: usize = 32; // bytes of one packed row: eight f32

let scratch: usize = 0;

/** Sets the buffer that holds one packed panel: 32 bytes times the longest inner dimension K. */
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

// C[4, cols] from four rows of A (rowA bytes apart, stepA bytes from k to k + 1) and one packed panel.
function tile4(
  k: i32, a: usize, rowA: usize, stepA: usize, b: usize, c: usize, rowC: usize, cols: i32, add: bool,
): void {
  let c0 = f32x4.splat(0), d0 = f32x4.splat(0);
  let c1 = f32x4.splat(0), d1 = f32x4.splat(0);
  let c2 = f32x4.splat(0), d2 = f32x4.splat(0);
  let c3 = f32x4.splat(0), d3 = f32x4.splat(0);
  let a1 = a + rowA;
  let a2 = a1 + rowA;
  let a3 = a2 + rowA;
  const end = b + <usize>k * PANEL;
  while (b < end) {
    const low = v128.load(b);
    const high = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c0 = f32x4.add(c0, f32x4.mul(x, low));
    d0 = f32x4.add(d0, f32x4.mul(x, high));
    x = v128.load_splat<f32>(a1);
    c1 = f32x4.add(c1, f32x4.mul(x, low));
    d1 = f32x4.add(d1, f32x4.mul(x, high));
    x = v128.load_splat<f32>(a2);
    c2 = f32x4.add(c2, f32x4.mul(x, low));
    d2 = f32x4.add(d2, f32x4.mul(x, high));
    x = v128.load_splat<f32>(a3);
    c3 = f32x4.add(c3, f32x4.mul(x, low));
    d3 = f32x4.add(d3, f32x4.mul(x, high));
    a += stepA;
    a1 += stepA;
    a2 += stepA;
    a3 += stepA;
    b += PANEL;
  }
  put(c, c0, d0, cols, add);
  put(c + rowC, c1, d1, cols, add);
  put(c + 2 * rowC, c2, d2, cols, add);
  put(c + 3 * rowC, c3, d3, cols, add);
}

function tile1(k: i32, a: usize, stepA: usize, b: usize, c: usize, cols: i32, add: bool): void {
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  const end = b + <usize>k * PANEL;
  while (b < end) {
    const x = v128.load_splat<f32>(a);
    low = f32x4.add(low, f32x4.mul(x, v128.load(b)));
    high = f32x4.add(high, f32x4.mul(x, v128.load(b, 16)));
    a += stepA;
    b += PANEL;
  }
  put(c, low, high, cols, add);
}

// All rows of C against one panel.
function column(
  m: i32, k: i32, a: usize, rowA: usize, stepA: usize, b: usize, c: usize, rowC: usize, cols: i32, add: bool,
): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    tile4(k, a, rowA, stepA, b, c, rowC, cols, add);
    a += rowA << 2;
    c += rowC << 2;
  }
  for (; i < m; i++) {
    tile1(k, a, stepA, b, c, cols, add);
    a += rowA;
    c += rowC;
  }
}

/** C[M, N] = or += A[M, K] · B[K, N]; ld* are row strides in floats. */
export function gemmNN(
  m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, add: bool,
): void {
  for (let j = 0; j < n; j += 8) {
    const cols = min(8, n - j);
    packN(k, cols, b + (<usize>j << 2), ldb, scratch);
    column(m, k, a, <usize>lda << 2, 4, scratch, c + (<usize>j << 2), <usize>ldc << 2, cols, add);
  }
}

/** C[M, N] = or += A[M, K] · B[N, K]ᵀ. */
export function gemmNT(
  m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, add: bool,
): void {
  for (let j = 0; j < n; j += 8) {
    const cols = min(8, n - j);
    packT(k, cols, b + (<usize>j * <usize>ldb << 2), ldb, scratch);
    column(m, k, a, <usize>lda << 2, 4, scratch, c + (<usize>j << 2), <usize>ldc << 2, cols, add);
  }
}

/** C[M, N] = or += A[K, M]ᵀ · B[K, N]. */
export function gemmTN(
  m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, add: bool,
): void {
  for (let j = 0; j < n; j += 8) {
    const cols = min(8, n - j);
    packN(k, cols, b + (<usize>j << 2), ldb, scratch);
    column(m, k, a, 4, <usize>lda << 2, scratch, c + (<usize>j << 2), <usize>ldc << 2, cols, add);
  }
}

/** Packs all of B[N, K]ᵀ for `gemmPacked`: ⌈N / 8⌉ · K · 32 bytes at `to`. */
export function packTransposed(n: i32, k: i32, b: usize, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    packT(k, min(8, n - j), b + (<usize>j * <usize>k << 2), k, to);
    to += <usize>k * PANEL;
  }
}

/** gemmNT against a B packed beforehand: the same sums, without the packing. */
export function gemmPacked(m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, c: usize, ldc: i32, add: bool): void {
  for (let j = 0; j < n; j += 8) {
    column(m, k, a, <usize>lda << 2, 4, b, c + (<usize>j << 2), <usize>ldc << 2, min(8, n - j), add);
    b += <usize>k * PANEL;
  }
}
