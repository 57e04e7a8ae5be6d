import { settlementLists } from "../../oracle/lists.ts";
import { payoutsList } from "../../oracle/payouts.ts";
import { CHUNK, chunkList, partialsList } from "../../protocol/leaves.ts";
import type { List as Committed } from "../../protocol/list.ts";
import type { IDemands } from "../../types/index.ts";
import { vector } from "../oracle/fixtures.ts";
import { ethers } from "./fixtures.ts";
import {
  indexList,
  type LedgerStep,
  type LedgerSuite,
  ledger,
  NOWHERE,
  openingOf,
  openPart,
  openStep,
} from "./ledger.ts";

/** `IDemands.List` */
export const List = {
  Steps: 0,
  Receipts: 1,
  Samples: 2,
  Parts: 3,
  Results: 4,
  Payouts: 5,
  Index: 6,
  Features: 7,
  Gradients: 8,
};

export const RECEIPT =
  "tuple(uint64 number,uint64 model,bytes32 channelId,address payer,uint128 chargeBefore,uint128 chargeAfter,uint128 running,uint64 epoch,bytes32 requestHash,bytes32 responseHash,bool bound)";
export const BACKING = "tuple(uint128 voucherMax,bytes voucherSignature,bytes boundSignature)";
export const CONFIG =
  "tuple(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)";
const SAMPLE = "tuple(uint64 sample,uint64 receipt,uint128 weight,bytes32 gradientRoot,uint64 gross)";
const PART = "tuple(int64 score,bytes32 partialsRoot,uint64 runningGross,int128 part,int128 runningPart)";
const RESULT = "tuple(int128 total,uint128 runningPaid)";
const PAYOUT = "tuple(address account,uint96 cumulative)";
const INDEX_TYPE = "tuple(uint32 contributor,uint64 contribution,bytes32 featureRoot,uint64 standing)";

export const encode = (types: string[], values: unknown[]) => ethers.AbiCoder.defaultAbiCoder().encode(types, values);

/** The postings of `ledger`, of which the first has two steps; its entry. */
export async function committed() {
  const suite = await ledger();
  const { entry } = suite.second.parents[0]!;
  return { ...suite, entry, id: await suite.attribution.idOf(entry) };
}

export type CommittedSuite = Awaited<ReturnType<typeof committed>>;

export const placeOf = (list: number, position = 0, chunk = 0, step = 0): IDemands.PlaceStruct => ({
  list,
  step,
  position,
  chunk,
});

/** An answer that opens a step and nothing more. */
export function stepAnswer({ first }: Pick<LedgerSuite, "first">, step = 0): IDemands.AnswerStruct {
  const { step: entry, opening } = openStep(first.steps, step);
  return { step: entry, stepOpening: opening, content: "0x", opening: NOWHERE, inner: "0x", innerOpening: NOWHERE };
}

/** What opens `position` of a list of the first posting's first step, and the chunk of it. */
export function answerTo(suite: CommittedSuite, list: number, position = 0, chunk = 0): IDemands.AnswerStruct {
  const answer = stepAnswer(suite);
  const step = suite.first.steps[0]!;
  const { settlement } = step;
  const lists = settlementLists(settlement);
  const opened = (type: string, value: unknown, within: Committed) => ({
    ...answer,
    content: encode([type], [value]),
    opening: openingOf(within, position),
  });
  switch (list) {
    case List.Samples:
      return opened(SAMPLE, settlement.samples[position], lists.samples);
    case List.Gradients: {
      const vectorOf = vector(settlement.samples[position]!.receipt + 100, suite.sets[0]!.dims);
      return {
        ...opened(SAMPLE, settlement.samples[position], lists.samples),
        ...inner(chunkList("gradients", vectorOf), chunkOf(vectorOf, chunk), chunk),
      };
    }
    case List.Parts:
      return partAnswer(suite, step, position);
    case List.Results:
      return opened(RESULT, settlement.results[position], lists.results);
    case List.Payouts:
      return opened(PAYOUT, step.after[position], payoutsList(step.after));
    case List.Index:
      return opened(INDEX_TYPE, suite.indexes[0]![position], indexList(suite.indexes[0]!));
    case List.Features: {
      const feature = suite.sets[0]!.features[position]!;
      return {
        ...opened(INDEX_TYPE, suite.indexes[0]![position], indexList(suite.indexes[0]!)),
        ...inner(chunkList("features", feature), chunkOf(feature, chunk), chunk),
      };
    }
    default:
      return answer;
  }
}

function partAnswer(suite: CommittedSuite, step: LedgerStep, position: number): IDemands.AnswerStruct {
  const [sample, c] = [Math.floor(position / step.entry.contributions), position % step.entry.contributions];
  const { part, opening } = openPart(step, sample, c);
  const { partials } = step.settlement.parts[sample]![c]!;
  const answer = { ...stepAnswer(suite), content: encode([PART], [part]), opening };
  if (partials.length === 0) return answer; // standing shares decide
  const sums = Array.from({ length: 16 }, (_, i) => partials[i] ?? 0);
  return {
    ...answer,
    ...inner(
      partialsList(partials),
      ethers.solidityPacked(
        sums.map(() => "int64"),
        sums,
      ),
      0,
    ),
  };
}

const inner = (list: Committed, bytes: string, position: number) => ({
  inner: bytes,
  innerOpening: openingOf(list, position),
});

function chunkOf(whole: Int8Array, chunk: number): string {
  const bytes = new Uint8Array(CHUNK);
  bytes.set(new Uint8Array(whole.buffer, whole.byteOffset, whole.length).subarray(chunk * CHUNK, (chunk + 1) * CHUNK));
  return ethers.hexlify(bytes);
}
