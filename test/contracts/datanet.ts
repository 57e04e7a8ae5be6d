import { deployed, hash, open } from "./fixtures.ts";

/** Datanet 0 with a committee of three (member, staker, validator), and alice's pending contribution 0 of 20 rows. */
export async function pending() {
  const suite = await deployed();
  const { datanets, member, staker, validator, alice } = suite;
  await datanets.create("Bees", "CC-BY-4.0", open(10), [member, staker, validator]);
  await datanets.connect(alice).contribute(0, hash("rows"), 20, open(12), "file:rows");
  return suite;
}

/** Two of the three have accepted it. */
export async function accepted() {
  const suite = await pending();
  await suite.datanets.connect(suite.member).score(0, true);
  await suite.datanets.connect(suite.staker).score(0, true);
  return suite;
}

/** Two of the three have rejected it. */
export async function rejected() {
  const suite = await pending();
  await suite.datanets.connect(suite.member).score(0, false);
  await suite.datanets.connect(suite.staker).score(0, false);
  return suite;
}
