import { id as hashText } from "ethers";
import type { DatasetFile } from "../../factory/index.ts";
import { commitBatch, commitScore, revealBatch, revealScore } from "../actions/contribute.ts";
import type { Report } from "../lib/progress.ts";
import type { World } from "./world.ts";

/** Smallest bond of the demo's Datanet, in wei. */
const BOND = 100n * 10n ** 18n;
/** What each member of the committee gives; a median of 50 accepts. */
const SCORES = [90, 80, 85];

export interface Registered {
  datanet: bigint;
  /** Contribution ids, in the order of the files. */
  ids: number[];
  /** Block that the snapshot is taken at. */
  block: number;
}

/**
 * Creates the Datanet, commits and reveals every file as a contribution of its own contributor, in order, and has the
 * committee score them. Every row is registered, by the root of all.
 */
export async function registerDatanet(
  world: World,
  name: string,
  files: readonly DatasetFile[],
  report: Report,
): Promise<Registered> {
  const { contracts, roles, contributors } = world;
  const committee = [roles.validator, roles.voter1, roles.voter2];
  const datanet = await contracts.datanets.datanetCount();
  const members = committee.map(({ address }) => address);
  await (await contracts.datanets.connect(roles.developer).create(name, "CC BY 4.0", BOND, members)).wait();
  const ids: number[] = [];
  for (const [i, file] of files.entries()) {
    const contributor = contributors[i]!;
    const { root, rows } = file;
    // Salts need no chance here, and a run is to give the same hashes every time.
    const batch = { datanet: Number(datanet), root, rows: rows.length, salt: hashText(`salt of ${file.name}`) };
    const { contribution } = await commitBatch(world, contributor, batch);
    await revealBatch(world, contributor, contribution, { ...batch, uri: `file:${file.name}.jsonl` });
    const sealed = SCORES.map((score, seat) => ({ score, salt: hashText(`score of seat ${seat}`) }));
    for (const [seat, member] of committee.entries()) await commitScore(world, member, contribution, sealed[seat]!);
    for (const [seat, member] of committee.entries()) await revealScore(world, member, contribution, sealed[seat]!);
    ids.push(contribution);
    report(i + 1, files.length, file.name);
  }
  return { datanet, ids, block: await world.provider.getBlockNumber() };
}
