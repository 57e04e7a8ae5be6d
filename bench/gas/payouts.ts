import { DOMAIN } from "../../protocol/domains.ts";
import { List } from "../../protocol/list.ts";

/** What every account earns between one list and the next, in wei: all of its low bytes are set. */
const LATER = 5_123_456_789_012_345_678n;

/** A payout list of made-up accounts; each has up to 9.2 OPEN, and LATER more per round. */
export function payouts(count: number, round: number): List {
  const leaves = new Uint8Array(32 * count);
  const view = new DataView(leaves.buffer);
  for (let i = 0; i < count; i++) {
    // 20 bytes of account, then 12 of the cumulative amount, of which 8 are in use.
    for (let word = 0; word < 5; word++) view.setUint32(32 * i + 4 * word, mix(8 * (i + count) + word));
    const low = mix(8 * (i + count) + 5);
    const first = (BigInt(mix(8 * (i + count) + 6) >>> 1) << 32n) | BigInt(low);
    view.setBigUint64(32 * i + 24, first + BigInt(round) * LATER);
  }
  return new List(DOMAIN.payouts, leaves);
}

/** 32 well-mixed bits of a number (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
