// Measures the economy from the chain's events, epoch by epoch: as a table, as JSON, as SVG.
import { renameSync, writeFileSync } from "node:fs";
import Table from "cli-table3";
import { formatUnits, parseUnits } from "ethers";
import { claimCosts, type EpochMeasures, measure, readEvents } from "./actions/measures.ts";
import { formatOpen, parseOpen } from "./lib/amount.ts";
import { chart } from "./lib/chart.ts";
import { type CommonOptions, main, program, run } from "./lib/command.ts";
import type { Concentration } from "./lib/concentration.ts";
import type { Connection } from "./lib/connection.ts";
import { UserError } from "./lib/errors.ts";

interface Options extends CommonOptions {
  svg?: string;
  openPerEth?: string;
  gasPrice?: string;
}

async function action(connection: Connection, options: Options) {
  const openPerEth = options.openPerEth === undefined ? undefined : parseOpen(options.openPerEth);
  const gasPrice = options.gasPrice === undefined ? undefined : parseGwei(options.gasPrice);
  if (gasPrice !== undefined && openPerEth === undefined)
    throw new UserError("--gas-price is of no use without --open-per-eth.");
  const events = await readEvents(connection);
  const costs = openPerEth === undefined ? undefined : await claimCosts(connection, events, openPerEth, gasPrice);
  const epochs = measure(events, {
    epochLength: Number(await connection.contracts.revenue.EPOCH()),
    claimCost: (transaction) => costs?.get(transaction) ?? null,
  });
  if (options.svg !== undefined) {
    try {
      writeFileSync(`${options.svg}.tmp`, svg(epochs));
    } catch {
      throw new UserError(`${options.svg} cannot be written.`);
    }
    renameSync(`${options.svg}.tmp`, options.svg);
  }
  return { text: tables(epochs, costs !== undefined), data: { epochs } };
}

function parseGwei(text: string): bigint {
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(text)) throw new UserError(`"${text}" is not a gas price in gwei, such as 1.5.`);
  return parseUnits(text, "gwei");
}

const open = (wei: bigint | null) => (wei === null ? "-" : Number(formatUnits(wei, 18)).toFixed(4));
const percent = (share: number | null) => (share === null ? "-" : `${(share * 100).toFixed(1)} %`);
const held = (value: Concentration | null) =>
  value === null ? "-" : `${value.gini.toFixed(3)} / ${value.hhi.toFixed(3)} / ${value.nakamoto}`;

function table(head: string[], rows: (string | number)[][]): string {
  const result = new Table({ style: { head: [], border: [] }, head, colAligns: head.map(() => "right" as const) });
  result.push(...rows);
  return result.toString();
}

function tables(epochs: EpochMeasures[], priced: boolean): string {
  if (epochs.length === 0) return "Nothing has happened yet.";
  const activity = table(
    ["epoch", "proposed", "live", "demand", "payers", "paid", "to", "median", "above cost", "ballots", "participation"],
    epochs.map(({ epoch, models, demand, paid, votes }) => [
      epoch,
      models.proposed,
      models.live,
      open(demand.total),
      Object.keys(demand.payers).length,
      open(paid.total),
      paid.contributors,
      open(paid.median),
      percent(paid.aboveCost),
      votes.ballots,
      percent(votes.participation),
    ]),
  );
  const spread = table(
    ["epoch", "rewards", "stake", "votes"],
    epochs.map(({ epoch, concentration: { rewards, stake, votes } }) => [
      epoch,
      held(rewards),
      held(stake),
      held(votes),
    ]),
  );
  const payers = new Map<string, bigint>();
  for (const { demand } of epochs) {
    for (const [payer, amount] of Object.entries(demand.payers)) payers.set(payer, (payers.get(payer) ?? 0n) + amount);
  }
  const byPayer = [...payers]
    .sort(([, a], [, b]) => (a < b ? 1 : -1))
    .map(([payer, amount]) => [payer, formatOpen(amount)]);
  return [
    "Per epoch in which anything happened; amounts in OPEN",
    activity,
    ...(priced ? [] : ["above cost: not known without a price of gas in OPEN; give --open-per-eth."]),
    "\nConcentration at the epoch's end: Gini / HHI / Nakamoto",
    spread,
    "\nInference demand by payer, OPEN",
    byPayer.length === 0 ? "none yet" : table(["payer", "paid"], byPayer),
  ].join("\n");
}

function svg(epochs: EpochMeasures[]): string {
  const whole = (wei: bigint) => Number(formatUnits(wei, 18));
  const gini = (of: keyof EpochMeasures["concentration"]) => epochs.map((row) => row.concentration[of]?.gini ?? null);
  return chart(
    epochs.map(({ epoch }) => String(epoch)),
    [
      {
        title: "Inference demand per epoch, OPEN",
        kind: "bars",
        series: [{ name: "demand", values: epochs.map(({ demand }) => whole(demand.total)) }],
      },
      {
        title: "Paid to contributors per epoch, OPEN",
        kind: "bars",
        series: [{ name: "paid", values: epochs.map(({ paid }) => whole(paid.total)) }],
      },
      {
        title: "Concentration at the epoch's end, Gini",
        kind: "lines",
        top: 1,
        series: (["rewards", "stake", "votes"] as const).map((name) => ({ name, values: gini(name) })),
      },
      {
        title: "Participation in votes, share of all votes",
        kind: "bars",
        top: 1,
        series: [{ name: "participation", values: epochs.map(({ votes }) => votes.participation) }],
      },
    ],
  );
}

const script = program("measures", "Measure models, payouts, demand, votes and concentration per epoch, from events.")
  .option("--rpc <url>", "node (default: TRIBUTARY_RPC, else the one in the deployment file)")
  .option("--deployment <file>", "deployment file (default: TRIBUTARY_DEPLOYMENT, else .tributary/deployment.json)")
  .option(
    "--open-per-eth <amount>",
    "OPEN that one ether costs: without it, nobody knows which payouts were above their claim's cost",
  )
  .option("--gas-price <gwei>", "price of gas for that (default: what each claim paid)")
  .option("--svg <file>", "draw the measures too")
  .option("--json", "print one JSON object; amounts in wei, as decimal strings")
  .action((options: Options) => run(options, action));

await main(script);
