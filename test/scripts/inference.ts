// A live version of a tiny model, served over HTTP on the suite's chain.
import { getAddress } from "viem";
import { Engine } from "../../lm/index.ts";
import { ServingChain, type Wallet } from "../../serving/chain.ts";
import { loadModels, ModelRegistry } from "../../serving/models.ts";
import { Operator, signerOf } from "../../serving/operator.ts";
import { type RunningServer, startServer } from "../../serving/server.ts";
import { Store } from "../../serving/store.ts";
import { tinyBase } from "../serving/fixtures.ts";
import { type Suite, startSuite, takeLive, termsFor, writeAdapter } from "./suite.ts";

export interface Inference extends Suite {
  serving: ServingChain;
  store: Store;
  operator: Operator;
  server: RunningServer;
  engine: Engine;
  artifacts: string;
  till: `0x${string}`;
  wallet(role: keyof Suite["roles"]): Wallet;
}

export async function startInference(): Promise<Inference> {
  const suite = await startSuite();
  const base = tinyBase();
  const { artifacts, hash } = await writeAdapter(suite, base);
  const model = await takeLive(suite, termsFor(suite, { baseHash: base.hash, adapterHash: hash }));
  const serving = await ServingChain.connect(suite.chain.url, suite.connection.deployment);
  const wallet = (role: keyof Suite["roles"]) => serving.wallet(getAddress(suite.roles[role].address));
  const store = new Store(":memory:");
  const operator = new Operator(serving, store, wallet("operator"));
  const till = await operator.ensureTill(model);
  const { models } = await loadModels(serving, base, artifacts, wallet("operator").account.address);
  const engine = await Engine.create(base, { threads: 1 });
  const server = await startServer({
    engine,
    models: new ModelRegistry(models),
    store,
    chain: serving,
    operator: signerOf(wallet("operator")),
    token: serving.address("openToken"),
    channels: serving.address("channels"),
  });
  return {
    ...suite,
    serving,
    store,
    operator,
    server,
    engine,
    artifacts,
    till,
    wallet,
    async close() {
      await server.close();
      await engine.close();
      store.close();
      await suite.close();
    },
  };
}
