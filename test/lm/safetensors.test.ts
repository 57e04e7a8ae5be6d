import { expect } from "chai";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../../lm/safetensors.ts";

const tensors = new Map<string, Tensor>([
  ["first", { shape: [2, 3], data: Float32Array.of(1, -2.5, 3e-40, 0, -0, 3.4e38) }],
  ["empty", { shape: [0, 4], data: new Float32Array(0) }],
  ["größe", { shape: [1], data: Float32Array.of(Math.PI) }],
]);

/** A file with any header over `data` bytes. */
function file(header: unknown, data = 0): Uint8Array {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(data)]);
}

describe("safetensors", () => {
  it("gives back tensors and metadata", () => {
    const read = decodeSafetensors(encodeSafetensors(tensors, { format: "pt" }), "x");
    expect(read.metadata).to.deep.equal({ format: "pt" });
    expect([...read.tensors.keys()]).to.have.members([...tensors.keys()]);
    for (const [name, { shape, data }] of tensors) {
      expect(read.tensors.get(name)!.shape).to.deep.equal(shape);
      expect(Buffer.from(read.tensors.get(name)!.data.buffer)).to.deep.equal(Buffer.from(data.buffer));
    }
  });

  it("begins the data at a multiple of eight bytes", () => {
    for (let i = 0; i < 8; i++) {
      const bytes = encodeSafetensors(tensors, { pad: "x".repeat(i) });
      expect(Number(Buffer.from(bytes).readBigUInt64LE()) % 8).to.equal(0);
    }
  });

  it("refuses to write a shape that the data do not have", () => {
    const wrong = new Map([["t", { shape: [2, 2], data: new Float32Array(3) }]]);
    expect(() => encodeSafetensors(wrong)).to.throw("tensor t: 3 values do not have the shape [2,2]");
  });

  it("refuses a file truncated anywhere", () => {
    const bytes = encodeSafetensors(tensors);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length), "model"), `${length} bytes`).to.throw(/^model: /);
    }
  });

  const entry = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
  const faults: [string, Uint8Array, string][] = [
    ["a header that is not JSON", file("{nope"), "the header is not JSON"],
    ["a header that is no object", file("null"), "the header is not an object"],
    ["another type", file({ t: { ...entry, dtype: "F16" } }, 4), "tensor t: only F32 can be read, not F16"],
    ["a null entry", file({ t: null }), "tensor t: only F32"],
    ["a negative length", file({ t: { ...entry, shape: [-1] } }, 4), "shape or data_offsets are malformed"],
    ["missing offsets", file({ t: { ...entry, data_offsets: [0] } }, 4), "shape or data_offsets are malformed"],
    ["a shape that does not fit", file({ t: { ...entry, shape: [2] } }, 4), "4 bytes do not have the shape [2]"],
    ["a gap", file({ t: { ...entry, data_offsets: [4, 8] } }, 8), "begins at byte 4, not at 0"],
    ["an overlap", file({ t: entry, u: entry }, 4), "tensor u begins at byte 0, not at 4"],
    ["data past the last tensor", file({ t: entry }, 12), "8 bytes after the last tensor"],
  ];
  for (const [name, bytes, message] of faults) {
    it(`refuses ${name}`, () => {
      expect(() => decodeSafetensors(bytes, "model")).to.throw(message);
    });
  }

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses ${value} and names where it stands`, () => {
      const bytes = encodeSafetensors(new Map([["t", { shape: [2], data: Float32Array.of(1, value) }]]));
      expect(() => decodeSafetensors(bytes, "model")).to.throw(`model: tensor t: the value at 1 is ${value}`);
    });
  }
});
