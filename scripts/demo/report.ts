import Table from "cli-table3";
import { formatUnits } from "ethers";
import type { Figures } from "./figures.ts";

/** Amount of OPEN with so many decimals, rounded down, for reading; the JSON has every wei. */
function open(wei: string, decimals = 6): string {
  const sign = wei.startsWith("-") ? "-" : "";
  const [whole, fraction = ""] = formatUnits(wei.replace("-", ""), 18).split(".");
  return `${sign}${whole}.${fraction.padEnd(decimals, "0").slice(0, decimals)}`;
}

const short = (hex: string) => `${hex.slice(0, 6)}…${hex.slice(-4)}`;

/** Answers that are printed; the JSON has all. */
const SHOWN = 3;

const plain = { style: { head: [], border: [] } };

function table(head: string[], rows: (string | number)[][], textColumns: number): string {
  const colAligns = head.map((_, i) => (i < textColumns ? "left" : "right") as "left" | "right");
  const result = new Table({ ...plain, head, colAligns });
  result.push(...rows);
  return result.toString();
}

/** The closing tables. */
export function tables(figures: Figures): string {
  const { refutation, engine, contributions, split, epoch, hashes, answers, perplexity } = figures;
  const perContribution = table(
    ["contribution", "in base", "rows", "trained", "part", "payout", "balance before", "after", "claim gas"],
    contributions.map((c) => [
      `${c.id} ${c.contributor}`,
      c.inBase ? "yes" : "",
      c.rows,
      c.trainedRows,
      open(c.part),
      open(c.payout),
      open(c.balanceBefore),
      open(c.balanceAfter),
      c.claimGas || "-",
    ]),
    2,
  );
  const perRecipient = table(
    ["recipient", "share", "amount", "balance before", "after"],
    split.map((s) => [
      s.recipient,
      `${(s.basisPoints / 100).toFixed(1)} %`,
      open(s.amount),
      open(s.balanceBefore),
      open(s.balanceAfter),
    ]),
    1,
  );
  const refuted = table(
    ["a wrong posting", "by", "refuted by", "gas", "bond", "paid to the refuter"],
    [
      [
        `${open(refutation.stolen)} for its poster`,
        short(refutation.poster),
        short(refutation.refuter),
        refutation.gas,
        open(refutation.bond),
        open(refutation.reward),
      ],
    ],
    3,
  );
  const sample = answers
    .slice(0, SHOWN)
    .map(({ question, answer, charge, topContributor }) => {
      const line = answer.replace(/\s+/g, " ").trim();
      return `  ${question}\n    ${line}\n    ${open(charge)} OPEN, most of it moved by: ${topContributor ?? "nobody"}`;
    })
    .join("\n");
  return [
    `\nPaid answers, ${Math.min(SHOWN, answers.length)} of ${answers.length} (held-out perplexity ${perplexity.base} before fine-tuning, ${perplexity.tuned} after):\n${sample}`,
    `\nContributions (attributed by ${engine}; amounts in OPEN)\n${perContribution}`,
    `\nRevenue of epoch ${epoch.number}: ${open(epoch.income)} OPEN from ${answers.length} receipts; contributors' pool ${open(epoch.pool)}, of it unattributed ${open(epoch.unattributed)}, which is the treasury's\n${perRecipient}`,
    `\nA second poster, and what a watcher made of it (amounts in OPEN; the rest of the bond is burned)\n${refuted}\n  ${refutation.proof}\n  ${refutation.transaction}`,
    `\nbase     ${hashes.base}\nadapter  ${hashes.adapter}\npayouts  ${hashes.payoutRoot}\nbundle   ${hashes.bundle}`,
    `All balances add up to the supply: ${figures.supplyOk ? "yes" : "NO"}`,
  ].join("\n");
}
