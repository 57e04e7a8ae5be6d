/** A committed list says one thing, recomputation another. */
export class Mismatch extends Error {
  override name = "Mismatch";
  /** Which list, of which Till and epoch or version. */
  readonly list: string;
  /** Position in it, or the name of a field. */
  readonly position: number | string;
  readonly expected: string;
  readonly found: string;

  constructor(list: string, position: number | string, expected: unknown, found: unknown) {
    super(`${list}, ${position}: expected ${String(expected)}, found ${String(found)}`);
    this.list = list;
    this.position = position;
    this.expected = String(expected);
    this.found = String(found);
  }
}

type Value = string | number | bigint | boolean | null | undefined;

/** Throws {@link Mismatch} unless both are equal; hex and addresses in any case. */
export function expectEqual(list: string, position: number | string, expected: Value, found: Value): void {
  const fold = (value: Value): Value => (typeof value === "string" ? value.toLowerCase() : value);
  if (fold(expected) !== fold(found)) throw new Mismatch(list, position, expected, found);
}

/** Throws {@link Mismatch} at the first field in which two flat records differ. */
export function expectRecord<T extends object>(list: string, position: number | string, expected: T, found: T): void {
  for (const [field, value] of Object.entries(expected) as [string, Value][]) {
    const place = position === "" ? field : `${position}.${field}`;
    expectEqual(list, place, value, (found as Record<string, Value>)[field]);
  }
}

/** Throws {@link Mismatch} at the first position in which two lists differ; after that, where their lengths do. */
export function expectList<T extends object | bigint>(list: string, expected: readonly T[], found: readonly T[]): void {
  for (let i = 0; i < Math.min(expected.length, found.length); i++) {
    const [a, b] = [expected[i]!, found[i]!];
    if (typeof a === "object" && typeof b === "object") expectRecord(list, i, a, b);
    else expectEqual(list, i, a as bigint, b as bigint);
  }
  expectEqual(list, "count", expected.length, found.length);
}
