import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { compiled } from "../../wasm/compile.ts";

describe("compiling AssemblyScript", () => {
  let folder: string;
  let sources: URL;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "tributary-wasm-"));
    sources = pathToFileURL(`${folder}/sources/`);
    await mkdir(sources);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const build = () => join(folder, "build");
  const write = (file: string, text: string) => writeFile(new URL(file, sources), text);
  async function answer(): Promise<number> {
    const binary = await compiled("sample", sources, build());
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
    return (exports as { answer(): number }).answer();
  }

  it("keeps one file for each state of the sources, all of them", async () => {
    await write("index.ts", 'import { twice } from "./other";\nexport function answer(): i32 { return twice(3); }');
    await write("other.ts", "export function twice(x: i32): i32 { return 2 * x; }");
    expect(await answer()).to.equal(6);
    expect(await answer()).to.equal(6);
    expect(await readdir(build())).to.have.length(1);
    await write("other.ts", "export function twice(x: i32): i32 { return x + x + 1; }");
    expect(await answer()).to.equal(7);
    const files = await readdir(build());
    expect(files).to.have.length(2);
    for (const file of files) expect(file).to.match(/^sample\.[0-9a-f]{16}\.wasm$/);
  }).timeout(60_000);

  it("takes the file that is there", async () => {
    await write("index.ts", "export function answer(): i32 { return 1; }");
    await answer();
    const [file] = await readdir(build());
    await write("index.ts", "export function answer(): i32 { return 2; }");
    await answer();
    const other = (await readdir(build())).find((name) => name !== file)!;
    await writeFile(join(build(), other), await readFile(join(build(), file!)));
    expect(await answer()).to.equal(1);
  }).timeout(60_000);

  it("says what does not compile, and writes nothing", async () => {
    await write("index.ts", "export function answer(): i32 { return missing; }");
    const error = await compiled("sample", sources, build()).catch((e: unknown) => e as Error);
    expect(error).to.be.instanceOf(Error);
    expect((error as Error).message).to.match(/^sample does not compile[\s\S]*missing/);
    expect(await readdir(folder)).to.deep.equal(["sources"]);
  }).timeout(60_000);

  it("refuses a folder that is not there", async () => {
    const error = await compiled("sample", new URL("none/", sources), build()).catch((e: unknown) => e as Error);
    expect((error as NodeJS.ErrnoException).code).to.equal("ENOENT");
  });
});
