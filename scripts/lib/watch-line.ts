import type { Report } from "../../oracle/watch/watcher.ts";

/** Characters of a reason that are shown. */
const SHOWN = 240;

const short = (hex: string) => `${hex.slice(0, 6)}…${hex.slice(-4)}`;

/** What others wrote, as one line that cannot steer a terminal. */
function plain(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line;
}

/** A posting in one line: its epochs, its poster, the verdict, what was checked, how long it took. */
export function watchLine(report: Report): string {
  const { fromEpoch, toEpoch, poster, verdict, checked, reason, sent, why, reexecution, milliseconds } = report;
  const epochs = fromEpoch === toEpoch ? `epoch ${fromEpoch}` : `epochs ${fromEpoch}–${toEpoch}`;
  const parts: string[] = [];
  if (verdict === "void") parts.push("voided on chain already");
  if (reason !== null) parts.push(plain(reason));
  if (checked !== null) {
    const { steps, receipts, scores, payouts } = checked;
    const tills = steps === 1 ? "1 Till" : `${steps} Tills`;
    parts.push(`${tills}, ${receipts} receipts and their signatures, ${scores} scores, ${payouts} payouts`);
  }
  if (reexecution !== null) parts.push(plain(reexecution));
  if (sent !== null) parts.push(`${sent.what} in ${sent.transaction} (${sent.gas} gas)`);
  if (why !== null) parts.push(`nothing sent: ${plain(why)}`);
  const word = verdict === "right" || verdict === "void" ? verdict : verdict.toUpperCase();
  return `${epochs} by ${short(poster)}: ${word}; ${[...parts, `${milliseconds} ms`].join("; ")}`;
}
