// Takes a version from an artifact folder to being live.
import { basename, join, resolve } from "node:path";
import { CHANGES, changeCall, describeChange, findChange, listChanges, proposeChange } from "./actions/change.ts";
import {
  approveUnopposed,
  askVote,
  DEFAULT_SPLIT,
  goLive,
  listModels,
  type ModelStatus,
  modelStatus,
  objectTo,
  proposeModel,
  readReport,
  recordEvaluation,
  recordTrained,
  type Split,
  termsOfArtifact,
} from "./actions/propose.ts";
import { confirm, parseAddress, signerOf } from "./lib/account.ts";
import { inOpen, parseCount, parseOpen } from "./lib/amount.ts";
import { type CommonOptions, command, main, program, run } from "./lib/command.ts";
import { UserError } from "./lib/errors.ts";

interface ChangeOptions extends CommonOptions {
  title?: string;
  calldata?: boolean;
}

interface ModelOptions extends CommonOptions {
  priceIn: string;
  priceOut: string;
  operator?: string;
  split?: string;
  target?: string;
  features?: string;
  bond?: string;
  uri?: string;
  title?: string;
  follows?: string;
}

const script = program(
  "propose",
  "Propose a model version, and take it through its states until it is live; or propose a change to what is governed.",
);

script.addCommand(
  command("model", "Propose the version in an artifact folder, and the vote on it.")
    .argument("<folder>", "artifact folder, as the factory writes it")
    .requiredOption("--price-in <open>", "OPEN per 1,000 prompt tokens")
    .requiredOption("--price-out <open>", "OPEN per 1,000 completion tokens")
    .option("--operator <address>", "who hosts it (default: the account that acts)")
    .option(
      "--split <bps>",
      `developer,operator,stakers,validators,treasury,contributors in basis points (default: ${Object.values(DEFAULT_SPLIT)})`,
    )
    .option(
      "--target <perplexity>",
      "held-out perplexity not to be exceeded (default: what the artifact was evaluated at)",
    )
    .option("--features <dir>", "features that the index commits (default: FOLDER/features)")
    .option("--bond <open>", "bond (default: the least)")
    .option("--uri <uri>", "where the artifact can be fetched (default: the folder)")
    .option("--title <text>", "what voters read (default: the folder's name)")
    .option(
      "--follows <model>",
      "version that it follows: the next one of a live version needs no vote unless stake objects",
    )
    .action((folder: string, given: ModelOptions) =>
      run(given, async (connection, options) => {
        const signer = await signerOf(connection, options);
        const artifact = await termsOfArtifact(folder, options.features ?? join(folder, "features"));
        const terms = {
          ...artifact,
          operator: options.operator === undefined ? signer.address : parseAddress(options.operator),
          priceIn: parseOpen(options.priceIn),
          priceOut: parseOpen(options.priceOut),
          split: options.split === undefined ? DEFAULT_SPLIT : parseSplit(options.split),
          targetMilliPerplexity:
            options.target === undefined ? artifact.targetMilliPerplexity : parseTarget(options.target),
          parentAfter: options.follows === undefined ? 0 : modelId(options.follows) + 1,
        };
        const title = options.title ?? basename(resolve(folder));
        await confirm(`Propose "${title}" as ${signer.address}?`, options);
        const proposed = await proposeModel(connection, signer, {
          terms,
          uri: options.uri ?? folder,
          title,
          ...(options.bond === undefined ? {} : { bond: parseOpen(options.bond) }),
        });
        const next =
          proposed.proposal === null
            ? `It is approved unless stake objects until chain time ${proposed.closesAt}: then \`npm run propose -- approve ${proposed.model}\`.`
            : `The vote is proposal ${proposed.proposal}: see \`npm run vote -- list\`.`;
        return {
          text: `Model ${proposed.model} is proposed. ${next}`,
          data: { ...proposed, terms },
        };
      }),
    ),
);

script.addCommand(
  command("object", "Object to a version that would be approved without a vote.")
    .argument("<model>", "its id")
    .option("--reason <text>", "why", "")
    .action((text: string, given: CommonOptions & { reason: string }) =>
      run(given, async (connection, options) => {
        const model = modelId(text);
        const signer = await signerOf(connection, options);
        const { votes, voteRequired, transaction } = await objectTo(connection, signer, model, options.reason);
        const next = voteRequired ? "It needs the full vote now." : "That is not enough yet.";
        return {
          text: `${signer.address} objected to model ${model} with ${inOpen(votes)}. ${next}`,
          data: { model, account: signer.address, votes, voteRequired, transaction },
        };
      }),
    ),
);

script.addCommand(
  command("approve", "Approve a version to which nobody has objected in time. Anyone may.")
    .argument("<model>", "its id")
    .action((text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const model = modelId(text);
        const { transaction } = await approveUnopposed(connection, await signerOf(connection, options, true), model);
        return { text: `Model ${model} is approved.`, data: { model, transaction } };
      }),
    ),
);

script.addCommand(
  command("vote", "Propose the vote on a version that stake has objected to.")
    .argument("<model>", "its id")
    .option("--title <text>", "what voters read", "")
    .action((text: string, given: CommonOptions & { title: string }) =>
      run(given, async (connection, options) => {
        const model = modelId(text);
        const asked = await askVote(connection, await signerOf(connection, options), model, options.title);
        return {
          text: `The vote on model ${model} is proposal ${asked.proposal}: see \`npm run vote -- list\`.`,
          data: asked,
        };
      }),
    ),
);

script.addCommand(
  command("trained", "Publish the artifact of an approved version. Only its developer.")
    .argument("<model>", "its id")
    .option("--uri <uri>", "where the artifact can be fetched", "")
    .action((text: string, given: CommonOptions & { uri: string }) =>
      run(given, async (connection, options) => {
        const model = modelId(text);
        const { transaction } = await recordTrained(
          connection,
          await signerOf(connection, options),
          model,
          options.uri,
        );
        return { text: `Model ${model} is trained.`, data: { model, transaction } };
      }),
    ),
);

script.addCommand(
  command("evaluated", "Report the evaluation of a trained version. Only a validator.")
    .argument("<model>", "its id")
    .argument("<folder>", "artifact folder with the evaluation.json to report")
    .action((text: string, folder: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const model = modelId(text);
        const report = await readReport(folder);
        const signer = await signerOf(connection, options);
        const { liveFrom, transaction } = await recordEvaluation(connection, signer, model, report);
        return {
          text: `Model ${model} is evaluated: perplexity ${report.milliPerplexity / 1000}. It can go live from chain time ${liveFrom} on.`,
          data: { model, ...report, liveFrom, transaction },
        };
      }),
    ),
);

script.addCommand(
  command("live", "Take an evaluated version live once its window has passed. Anyone may.")
    .argument("<model>", "its id")
    .action((text: string, given: CommonOptions) =>
      run(given, async (connection, options) => {
        const model = modelId(text);
        const { transaction } = await goLive(connection, await signerOf(connection, options, true), model);
        return { text: `Model ${model} is live.`, data: { model, transaction } };
      }),
    ),
);

script.addCommand(
  command("change", "Propose a change to a governed parameter, or another act of the timelock.")
    .argument("[name]", "which; without one they are listed")
    .argument("[values...]", "what it takes")
    .option("--title <text>", "what voters read besides")
    .option("--calldata", "print target and calldata, and propose nothing")
    .action((name: string | undefined, values: string[], given: ChangeOptions) =>
      run(given, async (connection, options) => {
        if (name === undefined) return { text: listChanges(), data: { changes: CHANGES } };
        const call = await changeCall(connection, findChange(name), values);
        if (options.title !== undefined) call.description += `: ${options.title}`;
        if (options.calldata) return { text: describeChange(call), data: call };
        const signer = await signerOf(connection, options);
        await confirm(`Propose "${call.description}" as ${signer.address}?`, options);
        const proposed = await proposeChange(connection, signer, call);
        return {
          text: `${describeChange(call)}\nThe vote is proposal ${proposed.proposal}: see \`npm run vote -- list\`.`,
          data: { ...proposed, ...call },
        };
      }),
    ),
);

script.addCommand(
  command("status", "Where the versions stand.")
    .argument("[model]", "one version's id (default: all)")
    .action((text: string | undefined, given: CommonOptions) =>
      run(given, async (connection) => {
        if (text !== undefined) {
          const model = await modelStatus(connection, modelId(text));
          return { text: describe(model), data: model };
        }
        const models = await listModels(connection);
        const lines = models.map(({ model, state, developer }) => `${model}  ${state.padEnd(9)}  by ${developer}`);
        return { text: lines.join("\n") || "No version has been proposed yet.", data: { models } };
      }),
    ),
);

function describe({ model, state, developer, terms, objections }: ModelStatus): string {
  const parts = Object.entries(terms.split).map(([role, bps]) => `${role} ${bps / 100} %`);
  return [
    `Model ${model}: ${state}`,
    `  developer  ${developer}`,
    `  operator   ${terms.operator}`,
    `  prices     ${inOpen(terms.priceIn)} per 1,000 prompt tokens, ${inOpen(terms.priceOut)} per 1,000 completion tokens`,
    `  split      ${parts.join(", ")}`,
    `  target     held-out perplexity of at most ${terms.targetMilliPerplexity / 1000}`,
    `  manifest   ${terms.manifestHash}`,
    `  base       ${terms.baseHash}`,
    `  adapter    ${terms.adapterHash}`,
    `  index      ${terms.indexRoot}`,
    `  datanet    ${terms.datanet}, at block ${terms.snapshotBlock}`,
    ...(terms.parentAfter ? [`  follows    model ${terms.parentAfter - 1}`] : []),
    ...(state === "proposed" ? [`  approval   ${approvalOf(objections)}`] : []),
  ].join("\n");
}

function approvalOf({ closesAt, votes, quorum }: ModelStatus["objections"]): string {
  if (closesAt === 0n) return "by a full vote";
  return `at chain time ${closesAt} unless ${inOpen(quorum)} object; ${inOpen(votes)} have`;
}

const modelId = (text: string): number => parseCount(text, "model id");

function parseSplit(text: string): Split {
  const parts = text.split(",").map((part) => parseCount(part.trim(), "share in basis points", 0, 10_000));
  const names = Object.keys(DEFAULT_SPLIT) as (keyof Split)[];
  if (parts.length !== names.length) throw new UserError(`A split has six shares: ${names.join(",")}.`);
  return Object.fromEntries(names.map((name, i) => [name, parts[i]])) as unknown as Split;
}

function parseTarget(text: string): number {
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) throw new UserError(`"${text}" is not a perplexity: write it like 12.345.`);
  return Math.round(Number(text) * 1000);
}

await main(script);
