import { contribute, scoreAll } from "./contributions.ts";
import { deployed, hash, open } from "./fixtures.ts";

/** What alice contributes to {@link pending}. */
export const BATCH = { root: hash("rows"), rows: 20, bond: open(12), uri: "file:rows" };

/** Datanet 0 with a committee of three (member, staker, validator), and alice's pending contribution 0 of 20 rows. */
export async function pending() {
  const suite = await deployed();
  const { datanets, member, staker, validator, alice } = suite;
  await datanets.create("Bees", "CC-BY-4.0", open(10), [member, staker, validator]);
  await contribute(suite, alice, BATCH);
  return suite;
}

/** Two of the three have accepted it. */
export async function accepted() {
  const suite = await pending();
  const { member, staker, validator } = suite;
  await scoreAll(suite, 0, [
    [member, 90],
    [staker, 80],
    [validator, 10],
  ]);
  return suite;
}

/** Two of the three have rejected it. */
export async function rejected() {
  const suite = await pending();
  const { member, staker, validator } = suite;
  await scoreAll(suite, 0, [
    [member, 10],
    [staker, 20],
    [validator, 90],
  ]);
  return suite;
}
