/** ⌊a / b⌋ toward minus infinity, b > 0. BigInt's own division rounds toward zero. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

export function abs(a: bigint): bigint {
  return a < 0n ? -a : a;
}
