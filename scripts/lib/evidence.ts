import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Address, Hex, PublicClient } from "viem";
import { loadArtifact } from "../../factory/index.ts";
import { type Base, Engine, loadBase } from "../../lm/index.ts";
import { answerExamples } from "../../oracle/answers.ts";
import type { VersionFeatures } from "../../oracle/engine.ts";
import { readFeatures } from "../../oracle/feature-file.ts";
import type { Sources } from "../../oracle/prepare.ts";
import { type OpenedLog, readOpenedLog } from "../../oracle/published-log.ts";
import { readModel } from "../../oracle/state.ts";
import { answerGradients } from "../../oracle/version-features.ts";
import type { Deployment } from "../../protocol/deployment.ts";
import { Store } from "../../serving/store.ts";
import { artifactOf } from "../actions/explain.ts";

export interface EvidenceOptions {
  client: PublicClient;
  deployment: Deployment;
  /** Folder of an operator's store, or folder or URL of opened logs. */
  receipts: string;
  /** Folder of versions as the factory leaves them, a folder each with its features. */
  artifacts: string;
  /** Folder of the base model. */
  base: string;
}

/** Where the evidence lies, beside the deployment file where nobody says. */
export function evidencePlaces(
  home: string,
  { receipts, artifacts, base }: { receipts?: string; artifacts?: string; base: string },
): Pick<EvidenceOptions, "receipts" | "artifacts" | "base"> {
  return { receipts: receipts ?? join(home, "serving"), artifacts: artifacts ?? join(home, "artifacts"), base };
}

/** What the chain does not hold, from logs and artifacts at hand; to be closed. */
export interface Evidence extends Sources {
  close(): Promise<void>;
}

/** Logs as operators open them and versions as the factory leaves them. */
export function openEvidence({ client, deployment, receipts, artifacts, base }: EvidenceOptions): Evidence {
  const file = join(receipts, "store.sqlite");
  const store = existsSync(file) ? new Store(file) : null;
  const logs = new Map<string, Promise<OpenedLog | null>>();
  const versions = new Map<number, Promise<{ folder: string; features: VersionFeatures }>>();
  let loaded: Promise<{ base: Base; engine: Engine }> | null = null;

  const opened = (till: Address, epoch: number): Promise<OpenedLog | null> => {
    if (store !== null) {
      const log = store.log(till, epoch, deployment.chainId);
      return Promise.resolve(log.receipts.length === 0 ? null : { log, answers: store.answers(till, epoch) });
    }
    const key = `${till} ${epoch}`;
    if (!logs.has(key)) logs.set(key, readOpenedLog(receipts, till, epoch));
    return logs.get(key)!;
  };
  const version = (model: number) => {
    if (!versions.has(model)) versions.set(model, load(model));
    return versions.get(model)!;
  };
  const manifestOf = async (model: number): Promise<Hex> =>
    (await readModel(client, deployment.addresses, model)).manifestHash;
  const load = async (model: number) => {
    const folder = await artifactOf(artifacts, await manifestOf(model));
    return { folder, features: await readFeatures(join(folder, "features")) };
  };
  const engineOf = async () => {
    const files = await loadBase(base);
    return { base: files, engine: await Engine.create(files) };
  };

  return {
    logOf: async (till, epoch) => (await opened(till, epoch))?.log ?? null,
    featuresOf: async (model) => (await version(model)).features,
    async gradientsOf(model, of) {
      const { folder, features } = await version(model);
      loaded ??= engineOf();
      const { base: files, engine } = await loaded;
      const { adapter } = await loadArtifact(folder, files, await manifestOf(model));
      const [first] = of;
      const answers = first === undefined ? [] : ((await opened(first.till, first.epoch))?.answers ?? []);
      return answerGradients({ engine, adapter }, features.nodes, answerExamples(of, answers));
    },
    async close() {
      store?.close();
      await (await loaded)?.engine.close();
    },
  };
}
