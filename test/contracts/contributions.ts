import { type AddressLike, id, type Signer } from "ethers";
import type { Datanets } from "../../types/index.ts";

type Registry = { datanets: Datanets };
type Account = Signer & { address: string };

export const SALT = id("salt");

export interface Batch {
  datanet?: number;
  root: string;
  rows: number;
  bond: bigint;
  uri?: string;
}

/** Commits a batch, and returns its id. */
export async function commit({ datanets }: Registry, contributor: Account, batch: Batch): Promise<number> {
  const { datanet = 0, root, rows, bond } = batch;
  const contribution = Number(await datanets.contributionCount());
  const commitment = await datanets.commitmentOf(datanet, contributor.address, root, rows, SALT);
  await datanets.connect(contributor).commit(datanet, commitment, bond);
  return contribution;
}

/** Reveals a batch that {@link commit} has committed. */
export async function reveal({ datanets }: Registry, contributor: Account, contribution: number, batch: Batch) {
  return datanets.connect(contributor).reveal(contribution, batch.root, batch.rows, SALT, batch.uri ?? "");
}

/** Commits and reveals a batch, and returns its id. */
export async function contribute(suite: Registry, contributor: Account, batch: Batch): Promise<number> {
  const contribution = await commit(suite, contributor, batch);
  await reveal(suite, contributor, contribution, batch);
  return contribution;
}

/** The sealed score of a member in the open round. */
export async function sealed({ datanets }: Registry, contribution: number, member: AddressLike, score: number) {
  const { round } = await datanets.reviewOf(contribution);
  return datanets.scoreCommitmentOf(contribution, round, member, score, SALT);
}

/** Members commit their scores, in order. */
export async function commitScores(suite: Registry, contribution: number, scores: [Account, number][]) {
  for (const [member, score] of scores) {
    const commitment = await sealed(suite, contribution, member.address, score);
    await suite.datanets.connect(member).commitScore(contribution, commitment);
  }
}

/** Members commit their scores, and reveal them: decides where they are the whole committee. */
export async function scoreAll(suite: Registry, contribution: number, scores: [Account, number][]) {
  await commitScores(suite, contribution, scores);
  for (const [member, score] of scores) {
    await suite.datanets.connect(member).revealScore(contribution, score, SALT);
  }
}
