import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { KeyedLock } from "../../serving/lock.ts";

describe("KeyedLock", () => {
  it("runs tasks of one key one after the other, in order", async () => {
    const lock = new KeyedLock();
    const seen: string[] = [];
    const task = (name: string, ms: number) =>
      lock.run("a", async () => {
        seen.push(`${name} begins`);
        await sleep(ms);
        seen.push(`${name} ends`);
      });
    await Promise.all([task("first", 10), task("second", 0)]);
    expect(seen).to.deep.equal(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("lets other keys run meanwhile", async () => {
    const lock = new KeyedLock();
    let release = () => {};
    const held = lock.run("a", () => new Promise<void>((resolve) => (release = resolve)));
    expect(await lock.run("b", async () => "done")).to.equal("done");
    release();
    await held;
  });

  it("goes on after a task that failed, and passes on its error", async () => {
    const lock = new KeyedLock();
    const failed = lock.run("a", () => Promise.reject(new Error("broken")));
    const next = lock.run("a", async () => 1);
    const error = await failed.catch((reason: Error) => reason);
    expect((error as Error).message).to.equal("broken");
    expect(await next).to.equal(1);
  });
});
