// What the gate measured of a version, kept beside its features.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "viem";
import { type Decoder, decodeJson } from "../protocol/decode.ts";
import { canonicalJson } from "../protocol/json.ts";

export const GAUGE_FILE = "gauge.json";
const FORMAT = "tributary-gauge-1";

/** What was measured of a version's features. */
export interface Gauge {
  engine: string;
  /** Of the index that commits the features. */
  indexRoot: Hex;
  /** Cosine of finite differences; null for an engine that follows no path of weights. */
  smoothness: number | null;
  /** Of the reference answers: how far scores are from log p_tuned − log p_base. */
  efficiency: { total: number; perAnswer: number };
  /** Why the version cannot be proposed; null where it can. */
  unsmooth: string | null;
}

/** The file that keeps a gauge beside its features. */
export function gaugeJson(gauge: Gauge): string {
  return `${canonicalJson({ format: FORMAT, ...gauge })}\n`;
}

/** Reads what {@link gaugeJson} made. Throws FormatError where it is not that; null where there is none. */
export async function readGauge(directory: string): Promise<Gauge | null> {
  let text: string;
  try {
    text = await readFile(join(directory, GAUGE_FILE), "utf8");
  } catch {
    return null;
  }
  const root = decodeJson(text, GAUGE_FILE);
  if (root.field("format").value !== FORMAT) root.field("format").fail(`not ${FORMAT}`);
  const number = (from: Decoder): number => (typeof from.value === "number" ? from.value : from.fail("not a number"));
  const [cosine, why] = [root.field("smoothness"), root.field("unsmooth")];
  const efficiency = root.field("efficiency");
  return {
    engine: root.field("engine").string(),
    indexRoot: root.field("indexRoot").hex(32),
    smoothness: cosine.value === null ? null : number(cosine),
    efficiency: { total: number(efficiency.field("total")), perAnswer: number(efficiency.field("perAnswer")) },
    unsmooth: why.value === null ? null : why.string(),
  };
}
