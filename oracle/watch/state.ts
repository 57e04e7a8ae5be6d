import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Address, Hex } from "viem";
import { type Decoder, decodeJson, FormatError } from "../../protocol/decode.ts";

const FORMAT = "tributary.watch.v1";
/** Blocks whose hashes are kept, so that a chain that goes back is followed back. */
const KEPT = 256;
const MAX_OPEN = 10_000;

/** A block that was read up to. */
export interface Mark {
  block: number;
  hash: Hex;
}

/** A posting that is to be looked at again: its bundle was not to be had, or it is wrong and not yet refuted. */
export interface OpenPosting {
  id: Hex;
  /** Block of the posting. */
  block: number;
  verdict: "wrong" | "withheld";
}

/** Where a watcher stands. */
export interface WatchState {
  chainId: number;
  attribution: Address;
  /** Rising; everything up to the last one is judged. */
  marks: Mark[];
  open: OpenPosting[];
  /** Refuted postings whose reward is to be taken. */
  owed: Hex[];
}

/** The state file is another chain's, or no state. */
export class WatchStateError extends Error {
  override name = "WatchStateError";
}

/** Adds a mark, and forgets the oldest. */
export function addMark(state: WatchState, mark: Mark): void {
  state.marks.push(mark);
  state.marks.splice(0, state.marks.length - KEPT);
}

/** Reads a state, or begins one where there is no file. Throws {@link WatchStateError}. */
export async function readState(path: string, of: { chainId: number; attribution: Address }): Promise<WatchState> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return { ...of, marks: [], open: [], owed: [] };
  let state: WatchState;
  try {
    state = stateFromJson(decodeJson(text, "it"));
  } catch (error) {
    if (error instanceof FormatError) throw new WatchStateError(`${path} is no state of a watcher: ${error.message}`);
    throw error;
  }
  if (state.chainId !== of.chainId || state.attribution !== of.attribution) {
    throw new WatchStateError(
      `${path} is of the deployment ${state.attribution} on chain ${state.chainId}, not ${of.attribution} on ${of.chainId}`,
    );
  }
  return state;
}

/** Writes a state, whole or not at all. */
export async function writeState(path: string, state: WatchState): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify({ format: FORMAT, ...state })}\n`);
  await rename(temporary, path);
}

function stateFromJson(root: Decoder): WatchState {
  if (root.field("format").value !== FORMAT) root.field("format").fail(`not ${FORMAT}`);
  return {
    chainId: root.field("chainId").integer(1),
    attribution: root.field("attribution").address(),
    marks: root
      .field("marks")
      .items(KEPT)
      .map((mark) => ({ block: mark.field("block").integer(), hash: mark.field("hash").hex(32) })),
    open: root
      .field("open")
      .items(MAX_OPEN)
      .map((posting) => ({
        id: posting.field("id").hex(32),
        block: posting.field("block").integer(),
        verdict: verdictOf(posting.field("verdict")),
      })),
    owed: root
      .field("owed")
      .items(MAX_OPEN)
      .map((target) => target.hex(32)),
  };
}

function verdictOf(from: Decoder): OpenPosting["verdict"] {
  const text = from.string();
  return text === "wrong" || text === "withheld" ? text : from.fail("neither wrong nor withheld");
}
