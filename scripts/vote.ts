// Votes on proposals, by stake, and takes what succeeded through the timelock.
import {
  castVote,
  executeProposal,
  findProposal,
  listProposals,
  overrideVote,
  type Proposal,
  parseChoice,
  queueProposal,
  whatNext,
} from "./actions/vote.ts";
import { confirm, signerOf } from "./lib/account.ts";
import { inOpen } from "./lib/amount.ts";
import { type CommonOptions, command, main, program, run } from "./lib/command.ts";
import { type Connection, now } from "./lib/connection.ts";

const script = program("vote", "List proposals, vote on them, queue and execute them.");

script.addCommand(
  command("list", "All proposals.").action((given: CommonOptions) =>
    run(given, async (connection) => {
      const proposals = await listProposals(connection);
      const lines = proposals.map(({ number, state, description }) => `${number}  ${state.padEnd(9)}  ${description}`);
      return { text: lines.join("\n") || "No proposal has been made yet.", data: { proposals } };
    }),
  ),
);

script.addCommand(
  command("show", "One proposal: what it does, its votes and its dates.")
    .argument("<proposal>", "its number in the list, or its id")
    .action((which: string, given: CommonOptions) =>
      run(given, async (connection) => {
        const proposal = await findProposal(connection, which);
        return { text: await describe(connection, proposal), data: proposal };
      }),
    ),
);

script.addCommand(
  command("cast", "Vote with the whole stake that the account had when the vote opened.")
    .argument("<proposal>", "its number in the list, or its id")
    .argument("<vote>", "for, against or abstain")
    .action((which: string, text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const choice = parseChoice(text);
        const proposal = await findProposal(connection, which);
        const signer = await signerOf(connection, options);
        await confirm(`Vote ${choice} on "${proposal.description}" as ${signer.address}?`, options);
        const { weight, transaction } = await castVote(connection, signer, proposal, choice);
        return {
          text: `${signer.address} voted ${choice} with ${inOpen(weight)}.`,
          data: { proposal: proposal.id, account: signer.address, choice, weight, transaction },
        };
      }),
    ),
);

script.addCommand(
  command("override", "Vote with the account's own stake in place of its delegate.")
    .argument("<proposal>", "its number in the list, or its id")
    .argument("<vote>", "for, against or abstain")
    .action((which: string, text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const choice = parseChoice(text);
        const proposal = await findProposal(connection, which);
        const signer = await signerOf(connection, options);
        await confirm(`Vote ${choice} on "${proposal.description}" as ${signer.address}?`, options);
        const { weight, delegate, transaction } = await overrideVote(connection, signer, proposal, choice);
        return {
          text: `${signer.address} voted ${choice} with ${inOpen(weight)}, in place of ${delegate}.`,
          data: { proposal: proposal.id, account: signer.address, choice, weight, delegate, transaction },
        };
      }),
    ),
);

for (const [name, doing, done, act] of [
  ["queue", "Put a proposal that succeeded into the timelock.", "queued", queueProposal],
  ["execute", "Execute a queued proposal once its delay is over.", "executed", executeProposal],
] as const) {
  script.addCommand(
    command(name, `${doing} Anyone may.`)
      .argument("<proposal>", "its number in the list, or its id")
      .action((which: string, given: CommonOptions) =>
        run(given, async (connection, options) => {
          const proposal = await findProposal(connection, which);
          const { transaction } = await act(connection, await signerOf(connection, options, true), proposal);
          const { state, executableAt } = await findProposal(connection, which);
          return {
            text: `Proposal ${proposal.number} is ${done}.`,
            data: { proposal: proposal.id, state, executableAt, transaction },
          };
        }),
      ),
  );
}

async function describe(connection: Connection, proposal: Proposal): Promise<string> {
  const { votes, quorum, state, opensAt, closesAt, executableAt } = proposal;
  const time = BigInt(await now(connection));
  const from = (at: bigint) => (at > time ? `in ${at - time} s` : `${time - at} s ago`);
  return [
    `Proposal ${proposal.number}: ${proposal.description}`,
    `  id        ${proposal.id}`,
    `  state     ${state}`,
    `  proposer  ${proposal.proposer}`,
    ...proposal.calls.map((call) => `  calls     ${call}`),
    `  for       ${inOpen(votes.for)}`,
    `  against   ${inOpen(votes.against)}`,
    `  abstain   ${inOpen(votes.abstain)}`,
    `  quorum    ${inOpen(votes.for + votes.abstain)} of ${inOpen(quorum)} so far`,
    `  opens     ${from(opensAt)}`,
    `  closes    ${from(closesAt)}`,
    ...(executableAt > 0n ? [`  executable ${from(executableAt)}`] : []),
    `  next      ${whatNext(proposal, time)}`,
  ].join("\n");
}

await main(script);
