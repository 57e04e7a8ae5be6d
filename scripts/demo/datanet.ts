import type { DatasetFile } from "../../factory/index.ts";
import type { Report } from "./progress.ts";
import type { World } from "./world.ts";

/** Smallest bond of the demo's Datanet, in wei. */
const BOND = 100n * 10n ** 18n;

export interface Registered {
  datanet: bigint;
  /** Contribution ids, in the order of the files. */
  ids: number[];
  /** Block that the snapshot is taken at. */
  block: number;
}

/**
 * Creates the Datanet, commits every file as a contribution of its own contributor, in order, and has the committee
 * accept them. Every row is registered, by the root of all.
 */
export async function registerDatanet(
  world: World,
  name: string,
  files: readonly DatasetFile[],
  report: Report,
): Promise<Registered> {
  const { contracts, roles, contributors, deployment } = world;
  const committee = [roles.validator, roles.voter1, roles.voter2];
  const datanet = await contracts.datanets.datanetCount();
  const members = committee.map(({ address }) => address);
  await (await contracts.datanets.connect(roles.developer).create(name, "CC BY 4.0", BOND, members)).wait();
  const ids: number[] = [];
  for (const [i, file] of files.entries()) {
    const contributor = contributors[i]!;
    const id = await contracts.datanets.contributionCount();
    await (await contracts.token.connect(contributor).approve(deployment.addresses.datanets, BOND)).wait();
    const uri = `file:${file.name}.jsonl`;
    await (
      await contracts.datanets.connect(contributor).contribute(datanet, file.root, file.rows.length, BOND, uri)
    ).wait();
    // Two of three are the strict majority that decides.
    for (const member of committee.slice(0, 2)) {
      await (await contracts.datanets.connect(member).score(id, true)).wait();
    }
    ids.push(Number(id));
    report(i + 1, files.length, file.name);
  }
  return { datanet, ids, block: await world.provider.getBlockNumber() };
}
