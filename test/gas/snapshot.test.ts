import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import type { Interface } from "ethers";
import { connection, ethers } from "../contracts/fixtures.ts";
import { scenario } from "./scenario.ts";

const FILE = new URL("snapshot.json", import.meta.url);
/** Later than any clock says, so that the chain's time never follows it. */
const START = 4_000_000_000;

/** Gas of each transaction, by what it called, in order. */
type Snapshot = Record<string, number[]>;

/** From here on every block of one transaction comes a second after the one before, unless the test says when. */
function tick() {
  const { provider } = connection;
  const request = provider.request.bind(provider);
  let told = false;
  provider.request = (async (call: Parameters<typeof request>[0]) => {
    if (call.method === "evm_setNextBlockTimestamp") told = true;
    if (call.method === "eth_sendTransaction") {
      const { timestamp } = (await request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
        timestamp: string;
      };
      if (!told) await request({ method: "evm_setNextBlockTimestamp", params: [Number(timestamp) + 1] });
      told = false;
    }
    return request(call);
  }) as typeof provider.request;
}

/** What every transaction of the chain to one of the contracts used. */
async function measured(contracts: Awaited<ReturnType<typeof scenario>>): Promise<Snapshot> {
  const at = new Map<string, string>();
  for (const [name, contract] of Object.entries(contracts)) at.set(await contract.getAddress(), name);
  const found: Snapshot = {};
  for (let block = 0; block <= (await ethers.provider.getBlockNumber()); block++) {
    for (const hash of (await ethers.provider.getBlock(block))!.transactions) {
      const { to, data } = (await ethers.provider.getTransaction(hash))!;
      const name = at.get(to ?? "") as keyof typeof contracts | undefined;
      if (name === undefined) continue;
      const called: Interface = contracts[name].interface;
      const key = `${name}.${called.getFunction(data.slice(0, 10))!.name}`;
      const { gasUsed } = (await ethers.provider.getTransactionReceipt(hash))!;
      // What costs the same again says nothing new.
      const before = (found[key] ??= []);
      if (!before.includes(Number(gasUsed))) before.push(Number(gasUsed));
    }
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As JSON, an operation a line. */
function text(snapshot: Snapshot): string {
  const lines = Object.entries(snapshot).map(([key, gas]) => `  ${JSON.stringify(key)}: [${gas.join(", ")}]`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** Lines of a table: operation, gas in the snapshot, gas now. */
function differences(before: Snapshot, now: Snapshot): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].sort().flatMap((key) => {
    const [old, current] = [before[key] ?? [], now[key] ?? []];
    if (String(old) === String(current)) return [];
    return [`${key.padEnd(40)} ${old.join(" ") || "-"}  →  ${current.join(" ") || "-"}`];
  });
}

describe("gas", () => {
  it("of every operation is what the snapshot says (npm test -- --only build gas --update writes it anew)", async () => {
    tick();
    await ethers.provider.send("evm_setNextBlockTimestamp", [START]);
    await ethers.provider.send("evm_mine", []);
    const now = await measured(await scenario());
    if (process.env.TRIBUTARY_UPDATE === "1") writeFileSync(FILE, text(now));
    const lines = differences(JSON.parse(readFileSync(FILE, "utf8")) as Snapshot, now);
    expect(lines, `gas has changed\n${lines.join("\n")}\n`).to.deep.equal([]);
  }).timeout(240_000);

  it("is shown in a table where it differs", () => {
    expect(
      differences({ "A.a": [1, 2], "A.b": [3], "A.d": [4] }, { "A.a": [1, 2], "A.b": [5], "A.c": [6] }),
    ).to.deep.equal(
      [
        ["A.b", "3", "5"],
        ["A.c", "-", "6"],
        ["A.d", "4", "-"],
      ].map(([key, old, now]) => `${key!.padEnd(40)} ${old}  →  ${now}`),
    );
  });
});
