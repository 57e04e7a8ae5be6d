// The part of the WebAssembly JavaScript API that is used here: Node's types leave it to the DOM's.
declare namespace WebAssembly {
  class Module {
    constructor(binary: Uint8Array);
    static customSections(module: Module, name: string): ArrayBuffer[];
  }
  class Instance {
    constructor(module: Module, imports?: object);
    readonly exports: object;
  }
  interface Memory {
    readonly buffer: ArrayBufferLike;
    grow(pages: number): number;
  }
  function compile(binary: Uint8Array): Promise<Module>;
}
