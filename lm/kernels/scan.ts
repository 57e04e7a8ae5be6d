import { InputError } from "../errors.ts";
import { Kernels, kernelModule, type Pointer } from "./index.ts";

/** Most queries that pass over the features together. */
const TOGETHER = 4;

/** int8 vectors of one length, copied into the kernels' memory, to be multiplied with many queries. */
export class DotScan {
  private readonly kernels: Kernels;
  private readonly count: number;
  private readonly length: number;
  private readonly dims: number;
  private readonly features: Pointer;
  private readonly query: Pointer;
  private readonly wide: Pointer;
  private readonly out: Pointer;

  /** Throws an InputError where the features' lengths differ, or where they are longer than 2³¹ elements. */
  static async of(features: readonly Int8Array[]): Promise<DotScan> {
    return new DotScan(new Kernels(await kernelModule()), features);
  }

  private constructor(kernels: Kernels, features: readonly Int8Array[]) {
    this.kernels = kernels;
    this.count = features.length;
    this.length = features[0]?.length ?? 0;
    const odd = features.findIndex(({ length }) => length !== this.length);
    if (odd >= 0) throw new InputError(`feature ${odd} has ${features[odd]!.length} elements, not ${this.length}`);
    // zeros up to a multiple of 16 add nothing
    this.dims = Math.ceil(this.length / 16) * 16;
    this.features = kernels.allocate(this.count * this.dims);
    this.query = kernels.allocate(this.dims);
    this.wide = kernels.allocate(TOGETHER * this.dims * 2);
    this.out = kernels.allocate(TOGETHER * this.count * 8);
    const memory = this.bytes();
    for (const [f, feature] of features.entries()) memory.set(feature, this.features + f * this.dims);
  }

  /** query · feature for each query (rows) and feature: exact integers. Throws an InputError on a wrong length. */
  dots(queries: readonly Int8Array[]): Float64Array[] {
    const { call } = this.kernels;
    for (const [i, { length }] of queries.entries()) {
      if (length !== this.length && this.count > 0) {
        throw new InputError(`query ${i} has ${length} elements, but the features have ${this.length}`);
      }
    }
    const results: Float64Array[] = [];
    while (results.length < queries.length) {
      const block = queries.slice(results.length, results.length + TOGETHER);
      for (const [i, query] of block.entries()) {
        this.bytes().set(query.subarray(0, this.length), this.query);
        call.widen(this.dims, this.query, this.wide + i * this.dims * 2);
      }
      call.dotScan(block.length, this.count, this.dims, this.wide, this.features, this.out);
      for (const i of block.keys()) {
        results.push(this.kernels.doubles(this.out + i * this.count * 8, this.count).slice());
      }
    }
    return results;
  }

  private bytes(): Int8Array {
    return new Int8Array(this.kernels.call.memory.buffer as ArrayBuffer);
  }
}
