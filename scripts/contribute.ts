// Contributes rows to a Datanet, and scores, challenges and withdraws contributions.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { hexlify } from "ethers";
import { parseRows, RowsError, rowsList } from "../protocol/rows.ts";
import {
  type ContributionStatus,
  challenge,
  commitBatch,
  commitmentOf,
  commitScore,
  contributionStatus,
  decide,
  returnBond,
  revealBatch,
  revealScore,
  type SealedBatch,
  withdrawConsent,
} from "./actions/contribute.ts";
import { confirm, signerOf } from "./lib/account.ts";
import { inOpen, parseCount, parseOpen } from "./lib/amount.ts";
import { type CommonOptions, command, main, program, run } from "./lib/command.ts";
import type { Connection } from "./lib/connection.ts";
import { UserError } from "./lib/errors.ts";
import { Secrets } from "./lib/secrets.ts";

const script = program("contribute", "Contribute rows to a Datanet, and score what others contribute.");

type Sealed = SealedBatch & { uri: string };
type Score = { score: number; salt: string };

const idOf = (text: string): number => parseCount(text, "contribution id");
const salt = (): string => hexlify(randomBytes(32));

script.addCommand(
  command("commit", "Commit a JSON Lines file of rows under a bond; reveal it within the window.")
    .argument("<file>", "rows: {question, answer} or {text} a line")
    .requiredOption("--datanet <id>", "which Datanet")
    .option("--bond <open>", "bond (default: the Datanet's least)")
    .option("--uri <uri>", "where the rows can be fetched (default: the file's name)")
    .action((file: string, given: CommonOptions & { datanet: string; bond?: string; uri?: string }) =>
      run(given, async (connection, options) => {
        const { root, count } = rowsList(await readRows(file));
        const datanet = parseCount(options.datanet, "Datanet id");
        const bond = options.bond === undefined ? undefined : parseOpen(options.bond);
        const signer = await signerOf(connection, options);
        await confirm(`Commit ${count} rows of ${file} as ${signer.address}?`, options);
        const batch: Sealed = { datanet, root, rows: count, salt: salt(), uri: options.uri ?? basename(file) };
        // Kept first: what is committed and lost is a bond lost.
        new Secrets(connection.home).save(await commitmentOf(connection, signer.address, batch), batch);
        const sent = await commitBatch(connection, signer, batch, bond);
        const { contribution, transaction } = sent;
        const window = await connection.contracts.datanets.REVEAL_WINDOW();
        return {
          text: `Contribution ${contribution} is committed under ${inOpen(sent.bond)}. Reveal it within ${window} s: \`npm run contribute -- reveal ${contribution}\`.`,
          data: { contribution, datanet, rows: count, root, bond: sent.bond, transaction },
        };
      }),
    ),
);

script.addCommand(
  command("reveal", "Reveal a contribution that was committed from here.")
    .argument("<contribution>", "its id")
    .action((text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const { contribution, state, root } = await contributionStatus(connection, idOf(text));
        if (state !== "committed") throw new UserError(`Contribution ${contribution} is ${state}.`);
        const batch = new Secrets(connection.home).load<Sealed>(root);
        const { transaction } = await revealBatch(connection, await signerOf(connection, options), contribution, batch);
        return {
          text: `Contribution ${contribution} is revealed; its committee scores it.`,
          data: { contribution, root: batch.root, rows: batch.rows, transaction },
        };
      }),
    ),
);

script.addCommand(
  command("score", "Seal a score in the open round. Only a member of the committee.")
    .argument("<contribution>", "its id")
    .argument("<score>", "0 to 100; a median of 50 accepts")
    .action((text: string, points: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const contribution = idOf(text);
        const sealed: Score = { score: parseCount(points, "score", 0, 100), salt: salt() };
        const signer = await signerOf(connection, options);
        const { round } = await contributionStatus(connection, contribution);
        const name = scoreName(connection, contribution, round?.number ?? 0, signer.address);
        await confirm(`Score contribution ${contribution} with ${sealed.score} as ${signer.address}?`, options);
        if (round) await demandFirst(connection, contribution, signer.address, round.number);
        new Secrets(connection.home).save(name, sealed);
        const { transaction } = await commitScore(connection, signer, contribution, sealed);
        return {
          text: `The score is sealed. Reveal it with \`npm run contribute -- reveal-score ${contribution}\`.`,
          data: { contribution, round: round?.number, transaction },
        };
      }),
    ),
);

script.addCommand(
  command("reveal-score", "Reveal a score that was sealed from here.")
    .argument("<contribution>", "its id")
    .action((text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const contribution = idOf(text);
        const signer = await signerOf(connection, options);
        const { round } = await contributionStatus(connection, contribution);
        const name = scoreName(connection, contribution, round?.number ?? 0, signer.address);
        const sealed = new Secrets(connection.home).load<Score>(name);
        const { state, transaction } = await revealScore(connection, signer, contribution, sealed);
        return {
          text: `Scored ${sealed.score}. Contribution ${contribution} is ${state}.`,
          data: { contribution, score: sealed.score, state, transaction },
        };
      }),
    ),
);

for (const [name, doing, done, act] of [
  ["decide", "Decide a round whose time is over. Anyone may.", "decided", decide],
  ["challenge", "Challenge a verdict under a bond; another round decides.", "challenged", challenge],
  ["withdraw", "Withdraw consent, from the next version on.", "withdrawn", withdrawConsent],
] as const) {
  script.addCommand(
    command(name, doing)
      .argument("<contribution>", "its id")
      .action((text: string, given: CommonOptions) =>
        run(given, async (connection, options) => {
          const contribution = idOf(text);
          const signer = await signerOf(connection, options, name === "decide");
          if (name === "challenge") {
            const { challengeBond } = await contributionStatus(connection, contribution);
            await confirm(`Challenge contribution ${contribution} under ${inOpen(challengeBond)}?`, options);
          }
          const { transaction } = await act(connection, signer, contribution);
          const { state } = await contributionStatus(connection, contribution);
          return {
            text: `Contribution ${contribution} is ${done}: it is ${state}.`,
            data: { contribution, state, transaction },
          };
        }),
      ),
  );
}

script.addCommand(
  command("return-bond", "Return a bond that is due to whom it belongs. Anyone may.")
    .argument("<contribution>", "its id")
    .action((text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const contribution = idOf(text);
        const signer = await signerOf(connection, options, true);
        const { account, amount, transaction } = await returnBond(connection, signer, contribution);
        return { text: `${account} got back ${inOpen(amount)}.`, data: { contribution, account, amount, transaction } };
      }),
    ),
);

script.addCommand(
  command("status", "Where contributions stand.")
    .argument("[contribution]", "one id (default: all)")
    .action((text: string | undefined, given: CommonOptions) =>
      run(given, async (connection) => {
        if (text !== undefined) {
          const status = await contributionStatus(connection, idOf(text));
          return { text: describe(status), data: status };
        }
        const count = Number(await connection.contracts.datanets.contributionCount());
        const all = await Promise.all(Array.from({ length: count }, (_, id) => contributionStatus(connection, id)));
        const lines = all.map(
          ({ contribution, state, rows, contributor }) =>
            `${contribution}  ${state.padEnd(9)}  ${rows} rows by ${contributor}`,
        );
        return { text: lines.join("\n") || "Nothing has been contributed yet.", data: { contributions: all } };
      }),
    ),
);

function describe(status: ContributionStatus): string {
  const { round } = status;
  return [
    `Contribution ${status.contribution} to Datanet ${status.datanet}: ${status.state}`,
    `  contributor  ${status.contributor}`,
    `  rows         ${status.rows}, ${status.uri || "not revealed"}`,
    `  bond         ${inOpen(status.bond)}`,
    ...(round
      ? [
          `  round        ${round.number}: ${round.committed} of ${round.seats} committed, ${round.revealed} revealed; reveals from chain time ${round.revealsAt}, ends at ${round.endsAt}`,
        ]
      : []),
    ...(status.settlesAt
      ? [`  verdict      final at chain time ${status.settlesAt}; a challenge costs ${inOpen(status.challengeBond)}`]
      : []),
  ].join("\n");
}

async function readRows(file: string) {
  const bytes = await readFile(file).catch(() => {
    throw new UserError(`${file} cannot be read.`);
  });
  try {
    const rows = parseRows(bytes, file);
    if (rows.length === 0) throw new UserError(`${file} holds no rows.`);
    return rows;
  } catch (error) {
    throw error instanceof RowsError ? new UserError(error.message) : error;
  }
}

const scoreName = ({ deployment }: Connection, contribution: number, round: number, member: string): string =>
  `score-${deployment.addresses.datanets}-${contribution}-${round}-${member}`;

// A second score would be refused, but only after it had taken the place of the first one here.
async function demandFirst({ contracts }: Connection, contribution: number, member: string, round: number) {
  const { datanets } = contracts;
  const events = await datanets.queryFilter(datanets.filters.ScoreCommitted(contribution, member));
  if (events.some(({ args }) => Number(args.round) === round))
    throw new UserError(`${member} has sealed a score in this round already.`);
}

await main(script);
