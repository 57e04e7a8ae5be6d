import { deployed, impersonate, open, parameter, type Suite, time } from "./fixtures.ts";

/** What `slash` takes a fraction of. */
export const WHOLE = 10n ** 18n;
/** The price of a share before any slash. */
export const ONE = 10n ** 27n;

/** The timelock appoints `slasher`, and its notice passes. */
export async function appoint({ stakeVault, timelock }: Suite, slasher: Suite["stranger"]) {
  await stakeVault.connect(await impersonate(timelock)).appointSlasher(slasher);
  await time.increase(2n * parameter("unbonding"));
}

/** The validator takes 10 %, and has 20 OPEN of its own, 30 of alice and 50 of bob. The stranger may slash. */
export async function delegated() {
  const suite = await deployed();
  const { stakeVault, validator, alice, bob, stranger } = suite;
  await stakeVault.connect(validator).stake(open(20));
  await stakeVault.connect(validator).register(1000);
  for (const [account, amount] of [
    [alice, 30],
    [bob, 50],
  ] as const) {
    await stakeVault.connect(account).delegate(validator);
    await stakeVault.connect(account).stake(open(amount));
  }
  await appoint(suite, stranger);
  return suite;
}
