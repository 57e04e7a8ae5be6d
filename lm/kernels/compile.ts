import { compiled } from "../../wasm/compile.ts";

/** The kernels as a WebAssembly binary, from the cache in the folder `build` or compiled now (a few seconds). */
export function kernelBinary(build?: string): Promise<Uint8Array<ArrayBuffer>> {
  return compiled("kernels", new URL("./assembly/", import.meta.url), build);
}
