import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect } from "chai";
import { kernelBinary } from "../../lm/kernels/compile.ts";
import { scratchFolder } from "./scratch.ts";

describe("compiling the kernels", () => {
  const folder = scratchFolder();

  it("leaves one valid file when several compile at the same time", async () => {
    const path = new URL("../../lm/kernels/compile.ts", import.meta.url);
    const source = `import(${JSON.stringify(path.href)}).then((m) => m.kernelBinary(${JSON.stringify(folder())}))`;
    const worker = new Worker(source, { eval: true });
    const done = new Promise((resolve, reject) => {
      worker.on("exit", resolve);
      worker.on("error", reject);
    });
    const [binary] = await Promise.all([kernelBinary(folder()), done]);
    const files = await readdir(folder());
    expect(files).to.have.length(1);
    expect(files[0]).to.match(/^kernels\.[0-9a-f]{16}\.wasm$/);
    const stored = await readFile(join(folder(), files[0]!));
    expect(Buffer.compare(stored, binary)).to.equal(0);
    expect(() => new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(stored)))).to.not.throw();
  }).timeout(60_000);

  it("takes the file that is there", async () => {
    const compiled = await kernelBinary(folder());
    const files = await readdir(folder());
    expect(Buffer.compare(await kernelBinary(folder()), compiled)).to.equal(0);
    expect(await readdir(folder())).to.deep.equal(files);
  }).timeout(60_000);
});
