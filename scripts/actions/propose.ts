import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { keccak256 } from "ethers";
import { type Evaluation, readManifest } from "../../factory/index.ts";
import { readFeatures } from "../../oracle/feature-file.ts";
import { indexOf } from "../../oracle/features.ts";
import { readGauge } from "../../oracle/gauge-file.ts";
import type { Acting } from "../lib/account.ts";
import { inOpen } from "../lib/amount.ts";
import { type Connection, now } from "../lib/connection.ts";
import { UserError } from "../lib/errors.ts";
import { approve, eventOf, mined, type Sent } from "../lib/send.ts";

/** `IModels.State`, in its order. */
export const MODEL_STATES = [
  "none",
  "proposed",
  "approved",
  "trained",
  "evaluated",
  "live",
  "suspended",
  "retired",
] as const;
export type ModelState = (typeof MODEL_STATES)[number];

/** Basis points; they add up to 10,000. */
export interface Split {
  developer: number;
  operator: number;
  stakers: number;
  validators: number;
  treasury: number;
  contributors: number;
}

/** `IModels.Terms`; prices in wei of OPEN per 1,000 tokens. */
export interface Terms {
  operator: string;
  priceIn: bigint;
  priceOut: bigint;
  split: Split;
  manifestHash: string;
  baseHash: string;
  adapterHash: string;
  indexRoot: string;
  datanet: number;
  snapshotBlock: number;
  targetMilliPerplexity: number;
  /** Id + 1 of the version that it follows; 0 where it follows none. */
  parentAfter: number;
}

export const DEFAULT_SPLIT: Split = {
  developer: 1500,
  operator: 1500,
  stakers: 1000,
  validators: 500,
  treasury: 500,
  contributors: 5000,
};

/** What the terms of a version take from its artifact folder. */
export type ArtifactTerms = Omit<Terms, "operator" | "priceIn" | "priceOut" | "split" | "parentAfter">;

export interface ModelStatus {
  model: number;
  state: ModelState;
  developer: string;
  evaluator: string;
  terms: Terms;
  /** Objections to a proposed version, in wei of votes; closesAt is 0 where only a vote approves it. */
  objections: { closesAt: bigint; votes: bigint; quorum: bigint };
}

/** Held-out perplexity x 1,000 of an artifact, and the hash of the report that says so. */
export interface Report {
  milliPerplexity: number;
  hash: string;
}

/**
 * The terms that an artifact fixes: hashes and snapshot from its manifest, the index of its features, and as its target
 * the perplexity that it was evaluated at. Throws a UserError where the folder is no artifact, where its evaluation is
 * not the manifest's, and where the version cannot be settled: Adam trained it, or its features were not gauged, are of
 * another engine than the manifest's, or are of an unsmooth run.
 * @param features folder of the features that the index commits
 */
export async function termsOfArtifact(artifact: string, features: string): Promise<ArtifactTerms> {
  const { manifest, hash } = await readManifest(artifact);
  const set = await readFeatures(features);
  const { milliPerplexity, hash: evaluation } = await readReport(artifact);
  if (evaluation !== manifest.evaluation) {
    throw new UserError(
      `${artifact}: evaluation.json has the hash ${evaluation}, its manifest says ${manifest.evaluation}.`,
    );
  }
  const indexRoot = indexOf(set).list.root;
  const { optimiser, engine } = manifest.config;
  if (optimiser === "adam") {
    throw new UserError(`${artifact} was trained by Adam: it can be explained, but only what SGD trained is settled.`);
  }
  const gauge = await readGauge(features);
  if (gauge === null || gauge.indexRoot !== indexRoot) {
    throw new UserError(`${features} holds no gauge of these features: compute them by \`npm run features\`.`);
  }
  if (set.engine !== engine || gauge.engine !== engine) {
    throw new UserError(`${features} is of the engine "${set.engine}", the manifest names "${engine}".`);
  }
  if (gauge.unsmooth !== null)
    throw new UserError(`${artifact} is unsmooth and cannot be proposed: ${gauge.unsmooth}.`);
  return {
    manifestHash: hash,
    baseHash: manifest.base,
    adapterHash: manifest.adapter,
    indexRoot,
    datanet: manifest.snapshot.datanet,
    snapshotBlock: manifest.snapshot.block,
    targetMilliPerplexity: milliPerplexity,
  };
}

/** An artifact's evaluation as `recordEvaluation` takes it. */
export async function readReport(artifact: string): Promise<Report> {
  const path = join(artifact, "evaluation.json");
  const bytes = await readFile(path).catch(() => {
    throw new UserError(`There is no ${path}: is ${artifact} an artifact folder?`);
  });
  const { all } = JSON.parse(bytes.toString("utf8")) as Evaluation;
  if (!all?.milliPerplexity) throw new UserError(`${path} holds no perplexity of held-out rows.`);
  return { milliPerplexity: all.milliPerplexity.tuned, hash: keccak256(bytes) };
}

/** A version that was proposed, and the vote on it where it needs one. */
export interface ProposedModel {
  model: bigint;
  /** The governor's proposal; null where the version is approved unless stake objects. */
  proposal: bigint | null;
  /** Of the vote, or of the objections; seconds, chain time. */
  opensAt: bigint;
  closesAt: bigint;
  transactions: string[];
}

/** Proposes a version under a bond, and, where it needs one, the vote that approves it. The signer is its developer. */
export async function proposeModel(
  connection: Connection,
  signer: Acting,
  { terms, bond, uri, title }: { terms: Terms; bond?: bigint; uri: string; title: string },
): Promise<ProposedModel> {
  const { contracts, deployment } = connection;
  const { models } = contracts;
  const total = Object.values(terms.split).reduce((sum, part) => sum + part, 0);
  if (total !== 10_000) throw new UserError(`The split adds up to ${total} basis points, not to 10,000.`);
  const needsVote = await models.needsVote(terms, signer.address);
  // Asked before the bond is taken: else the version would stand without a vote.
  if (needsVote) await demandVotes(connection, signer);
  const amount = bond ?? (await models.requiredBond());
  await approve(connection, signer, deployment.addresses.models, amount);
  const proposed = await mined(models.connect(signer).propose(terms, amount, uri));
  const { model } = eventOf(proposed, models, deployment.addresses.models, "Proposed").args;
  if (needsVote) {
    const vote = await askVote(connection, signer, Number(model), title);
    return { ...vote, model, transactions: [proposed.transaction, ...vote.transactions] };
  }
  const { args } = eventOf(proposed, models, deployment.addresses.models, "ObjectionsOpened");
  const opensAt = args.closesAt - (await models.OBJECTION_WINDOW());
  return { model, proposal: null, opensAt, closesAt: args.closesAt, transactions: [proposed.transaction] };
}

/** Proposes the vote that approves a version: one that needs it from the beginning, or that stake has objected to. */
export async function askVote(
  connection: Connection,
  signer: Acting,
  model: number,
  title: string,
): Promise<ProposedModel & { proposal: bigint }> {
  const { contracts, deployment } = connection;
  const { models, governor } = contracts;
  await demandVotes(connection, signer);
  const { state, objections, terms, developer } = await modelStatus(connection, model);
  demandState(model, state, "proposed");
  if (objections.closesAt !== 0n && !(await models.needsVote(terms, developer)))
    throw new UserError(`Model ${model} needs no vote unless stake objects.`);
  const call = models.interface.encodeFunctionData("approve(uint256)", [model]);
  const description = `Take model ${model} live: ${title}`;
  const asked = await mined(governor.connect(signer).propose([deployment.addresses.models], [0n], [call], description));
  const { args } = eventOf(asked, governor, deployment.addresses.governor, "ProposalCreated");
  return {
    model: BigInt(model),
    proposal: args.proposalId,
    opensAt: args.voteStart,
    closesAt: args.voteEnd,
    transactions: [asked.transaction],
  };
}

/** Objects to a version in its window with the votes that the signer had before its proposal. */
export async function objectTo(
  connection: Connection,
  signer: Acting,
  model: number,
  reason: string,
): Promise<Sent & { votes: bigint; voteRequired: boolean }> {
  const { contracts, deployment } = connection;
  const { state, objections } = await modelStatus(connection, model);
  demandState(model, state, "proposed");
  if (objections.closesAt === 0n) throw new UserError(`Model ${model} is at a full vote: vote against it.`);
  const sent = await mined(contracts.models.connect(signer).object(model, reason));
  const { votes } = eventOf(sent, contracts.models, deployment.addresses.models, "Objected").args;
  return { ...sent, votes, voteRequired: (await modelStatus(connection, model)).objections.closesAt === 0n };
}

/** Proposed → Approved once nobody has objected in time. Anyone may. */
export async function approveUnopposed(connection: Connection, signer: Acting, model: number): Promise<Sent> {
  const { state, objections } = await modelStatus(connection, model);
  demandState(model, state, "proposed");
  const left = objections.closesAt - BigInt(await now(connection));
  if (objections.closesAt === 0n) throw new UserError(`Model ${model} needs the full vote.`);
  if (left > 0n) throw new UserError(`Objections to model ${model} are taken for another ${left} s.`);
  return mined(connection.contracts.models.connect(signer).approveUnopposed(model));
}

/** Approved → Trained: its developer publishes the artifact that was voted on. */
export async function recordTrained(connection: Connection, signer: Acting, model: number, uri: string): Promise<Sent> {
  const { state, terms } = await modelStatus(connection, model);
  demandState(model, state, "approved");
  const { manifestHash, adapterHash } = terms;
  return mined(connection.contracts.models.connect(signer).recordTrained(model, manifestHash, adapterHash, uri));
}

/** Trained → Evaluated: a validator reports the held-out perplexity. */
export async function recordEvaluation(
  connection: Connection,
  signer: Acting,
  model: number,
  { milliPerplexity, hash }: Report,
): Promise<Sent & { liveFrom: bigint }> {
  const { contracts, deployment } = connection;
  demandState(model, (await modelStatus(connection, model)).state, "trained");
  const sent = await mined(contracts.models.connect(signer).recordEvaluation(model, milliPerplexity, hash));
  return { ...sent, liveFrom: eventOf(sent, contracts.models, deployment.addresses.models, "Evaluated").args.liveFrom };
}

/** Evaluated → Live, once the window has passed. Anyone may. */
export async function goLive(connection: Connection, signer: Acting, model: number): Promise<Sent> {
  demandState(model, (await modelStatus(connection, model)).state, "evaluated");
  return mined(connection.contracts.models.connect(signer).goLive(model));
}

/** Where a version stands. Throws a UserError where there is none. */
export async function modelStatus({ contracts: { models } }: Connection, model: number): Promise<ModelStatus> {
  const count = await models.modelCount();
  if (BigInt(model) >= count) throw new UserError(`There is no model ${model}: ${count} have been proposed.`);
  const [state, developer, evaluator, terms, { closesAt, votes, quorum }] = await Promise.all([
    models.stateOf(model),
    models.developerOf(model),
    models.evaluatorOf(model),
    models.termsOf(model),
    models.objectionsOf(model),
  ]);
  return {
    model,
    state: MODEL_STATES[Number(state)]!,
    developer,
    evaluator,
    terms: plainTerms(terms),
    objections: { closesAt, votes, quorum },
  };
}

export async function listModels(connection: Connection): Promise<ModelStatus[]> {
  const count = Number(await connection.contracts.models.modelCount());
  return Promise.all(Array.from({ length: count }, (_, model) => modelStatus(connection, model)));
}

// Small integers come as bigints from the chain.
function plainTerms(terms: Awaited<ReturnType<Connection["contracts"]["models"]["termsOf"]>>): Terms {
  const { developer, operator, stakers, validators, treasury, contributors } = terms.split;
  return {
    operator: terms.operator,
    priceIn: terms.priceIn,
    priceOut: terms.priceOut,
    split: {
      developer: Number(developer),
      operator: Number(operator),
      stakers: Number(stakers),
      validators: Number(validators),
      treasury: Number(treasury),
      contributors: Number(contributors),
    },
    manifestHash: terms.manifestHash,
    baseHash: terms.baseHash,
    adapterHash: terms.adapterHash,
    indexRoot: terms.indexRoot,
    datanet: Number(terms.datanet),
    snapshotBlock: Number(terms.snapshotBlock),
    targetMilliPerplexity: Number(terms.targetMilliPerplexity),
    parentAfter: Number(terms.parentAfter),
  };
}

/** Throws a UserError unless the signer has the votes that proposing takes. */
export async function demandVotes(connection: Connection, signer: Acting): Promise<void> {
  const { governor } = connection.contracts;
  const [threshold, votes] = await Promise.all([
    governor.proposalThreshold(),
    governor.getVotes(signer.address, (await now(connection)) - 1),
  ]);
  if (votes >= threshold) return;
  throw new UserError(
    `Proposing takes ${inOpen(threshold)} of votes; ${signer.address} has ${inOpen(votes)}: stake first.`,
  );
}

function demandState(model: number, state: ModelState, wanted: ModelState): void {
  if (state !== wanted) throw new UserError(`Model ${model} is ${state}; for this it must be ${wanted}.`);
}
