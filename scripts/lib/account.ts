import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { getAddress, type HDNodeWallet, isAddress, type Signer, Wallet } from "ethers";
import { createWalletClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Poster } from "../../oracle/post.ts";
import type { Connection } from "./connection.ts";
import { UserError } from "./errors.ts";

/** Who acts: an account that the node has unlocked, or a V3 keystore file. A raw key is never an argument. */
export interface AccountOptions {
  account?: string | undefined;
  keystore?: string | undefined;
}

/** A signer with its address. */
export type Acting = Signer & { address: string };

/** The address in a command-line argument. Throws a UserError where it is none. */
export function parseAddress(text: string): string {
  if (!isAddress(text)) throw new UserError(`"${text}" is not an address.`);
  return getAddress(text);
}

/**
 * The signer that the options choose. `anyone`: where they choose none, the node's first account serves, since it does
 * not matter who sends. Throws a UserError where there is no such account, file or password.
 */
export async function signerOf(
  { provider, rpcUrl }: Connection,
  { account, keystore }: AccountOptions,
  anyone = false,
): Promise<Acting> {
  if (keystore !== undefined) {
    if (account !== undefined) throw new UserError("Give either --account or --keystore.");
    return (await unlock(keystore)).connect(provider);
  }
  const unlocked = await provider.listAccounts();
  const held = unlocked.map(({ address }) => address).join(", ") || "none";
  if (account === undefined) {
    if (anyone && unlocked[0]) return unlocked[0];
    throw new UserError(`Choose who acts with --account ADDRESS or --keystore FILE. The node holds: ${held}.`);
  }
  const address = parseAddress(account);
  const signer = unlocked.find((candidate) => candidate.address === address);
  if (!signer) {
    throw new UserError(
      `No such account: the node at ${rpcUrl} does not hold ${address}. It holds: ${held}. Or use --keystore FILE.`,
    );
  }
  return signer;
}

/** The account that the options choose, for viem. Throws a UserError as {@link signerOf} does. */
export async function walletOf(connection: Connection, options: AccountOptions): Promise<Poster["wallet"]> {
  const transport = http(connection.rpcUrl);
  if (options.keystore !== undefined && options.account === undefined) {
    const { privateKey } = await unlock(options.keystore);
    return createWalletClient({ account: privateKeyToAccount(privateKey as Hex), transport });
  }
  const { address } = await signerOf(connection, options);
  return createWalletClient({ account: address as Hex, transport });
}

/** The key in a V3 keystore; its password comes from TRIBUTARY_PASSWORD, else it is asked for. */
export async function unlock(file: string): Promise<Wallet | HDNodeWallet> {
  let json: string;
  try {
    json = readFileSync(file, "utf8");
  } catch {
    throw new UserError(`The keystore ${file} cannot be read.`);
  }
  const password = process.env.TRIBUTARY_PASSWORD ?? (await askPassword(file));
  try {
    return await Wallet.fromEncryptedJson(json, password);
  } catch (error) {
    const wrong = error instanceof Error && /incorrect password/.test(error.message);
    throw new UserError(wrong ? `The password of ${file} is wrong.` : `${file} is not a V3 keystore.`);
  }
}

async function askPassword(file: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UserError(`Give the password of ${file} in TRIBUTARY_PASSWORD.`);
  process.stderr.write(`Password of ${file}: `);
  // A sink for the echo: what is typed never reaches the screen.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await prompt.question("");
  } finally {
    prompt.close();
    process.stderr.write("\n");
  }
}

/** Asks before money moves; does not ask with `--yes`, with `--json`, or where nobody can answer. */
export async function confirm(question: string, options: { yes?: boolean; json?: boolean }): Promise<void> {
  if (options.yes || options.json || !process.stdin.isTTY) return;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new UserError("Nothing was sent.");
  } finally {
    prompt.close();
  }
}
