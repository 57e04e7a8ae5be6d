import { expect } from "chai";
import { type Adapter, adapterLayout, Engine, type Example, type ModelConfig, Random } from "../../lm/index.ts";
import { randomTokens, TINY, tinyAdapter, tinyBase } from "./fixtures.ts";
import { referenceLoss } from "./reference.ts";
import { rejection } from "./rejection.ts";

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** A direction that moves only the tensors whose name passes. */
function direction(config: ModelConfig, adapter: Adapter, seed: number, moves: (tensor: string) => boolean) {
  const random = new Random(seed);
  const values = new Float32Array(adapter.params.length);
  for (const { name, offset, size } of adapterLayout(config, adapter.config)) {
    for (let i = offset; i < offset + size; i++) {
      const value = random.uniform() - 0.5;
      if (moves(name)) values[i] = value;
    }
  }
  return values;
}

/** u · H v of the f64 reference, by the mixed central difference of fourth order. */
function referenceProduct(config: ModelConfig, weights: Float32Array, adapter: Adapter, example: Example) {
  const at = (u: Float32Array, v: Float32Array, s: number, t: number) => {
    const params = Float64Array.from(adapter.params, (value, i) => value + s * u[i]! + t * v[i]!);
    return referenceLoss(config, weights, { config: adapter.config, params }, example);
  };
  return (u: Float32Array, v: Float32Array) => {
    const mixed = (h: number) => (at(u, v, h, h) - at(u, v, h, -h) - at(u, v, -h, h) + at(u, v, -h, -h)) / (4 * h * h);
    return (4 * mixed(1e-3) - mixed(2e-3)) / 3;
  };
}

describe("Hessian-vector products", () => {
  const base = tinyBase();
  const adapter = tinyAdapter();
  const short: Example = { tokens: randomTokens(9, 1), lossFrom: 4, weight: 1.5 };
  // 70 positions: more than one block of queries
  const long: Example = { tokens: randomTokens(71, 2), lossFrom: 1 };
  const all = () => true;
  let engine: Engine;
  before(async () => {
    engine = await Engine.create(base, { threads: 1 });
  });
  after(() => engine.close());

  const product = async (example: Example, v: Float32Array) =>
    (await engine.hessianProducts(adapter, [v], [example]))[0]!.products[0]!;

  // each tensor moved by itself, felt in each tensor by itself
  const tensors = adapterLayout(TINY, adapter.config).map(({ name }) => name);
  for (const name of tensors) {
    it(`equal finite differences of the reference where only ${name} moves`, async () => {
      const v = direction(TINY, adapter, 1, (tensor) => tensor === name);
      const reference = referenceProduct(TINY, base.weights, adapter, short);
      const hv = await product(short, v);
      for (const felt of tensors) {
        const u = direction(TINY, adapter, 2, (tensor) => tensor === felt);
        const scale = Math.sqrt(dot(hv, hv) * dot(u, u));
        expect(Math.abs(dot(u, hv) - reference(u, v)) / scale, `felt in ${felt}`).to.be.below(1e-5);
      }
    });
  }

  it("equal finite differences of the reference over many positions", async () => {
    const reference = referenceProduct(TINY, base.weights, adapter, long);
    for (const seed of [1, 2, 3]) {
      const [u, v] = [direction(TINY, adapter, seed, all), direction(TINY, adapter, seed + 10, all)];
      const hv = await product(long, v);
      const scale = Math.sqrt(dot(hv, hv) * dot(u, u));
      expect(Math.abs(dot(u, hv) - reference(u, v)) / scale).to.be.below(1e-5);
    }
  }).timeout(60_000);

  it("equal finite differences where output matrix and embedding are apart, and only v is adapted", async () => {
    const config = { ...TINY, tieEmbeddings: false };
    const untied = tinyBase(config);
    const only = { config: { ...adapter.config, targets: ["v_proj" as const] }, params: adapter.params };
    const half = { ...only, params: adapter.params.slice(0, adapter.params.length / 2) };
    const reference = referenceProduct(config, untied.weights, half, short);
    const [u, v] = [direction(config, half, 1, all), direction(config, half, 2, all)];
    const other = await Engine.create(untied, { threads: 1 });
    const [part] = await other.hessianProducts(half, [v], [short]);
    await other.close();
    const hv = part!.products[0]!;
    expect(Math.abs(dot(u, hv) - reference(u, v)) / Math.sqrt(dot(hv, hv) * dot(u, u))).to.be.below(1e-5);
  });

  it("are those of a symmetric matrix: u · H v = H u · v", async () => {
    for (const example of [short, long]) {
      const [u, v] = [direction(TINY, adapter, 5, all), direction(TINY, adapter, 6, all)];
      const [part] = await engine.hessianProducts(adapter, [u, v], [example]);
      const [hu, hv] = part!.products as [Float32Array, Float32Array];
      const scale = Math.sqrt(dot(hv, hv) * dot(u, u));
      expect(Math.abs(dot(u, hv) - dot(hu, v)) / scale).to.be.below(1e-6);
    }
  });

  it("have the same bits whatever directions stand beside, and whatever the number of threads", async () => {
    const directions = Array.from({ length: 11 }, (_, i) => direction(TINY, adapter, i, all));
    const together = await engine.hessianProducts(adapter, directions, [short, long]);
    const two = await Engine.create(base, { threads: 2 });
    expect(await two.hessianProducts(adapter, directions, [short, long])).to.deep.equal(together);
    await two.close();
    for (const i of [0, 4, 10]) {
      expect(await product(short, directions[i]!)).to.deep.equal(together[0]!.products[i]);
      expect(await product(long, directions[i]!)).to.deep.equal(together[1]!.products[i]);
    }
  });

  it("come with the loss and gradient of the plain pass, which they leave as it was", async () => {
    const plain = await engine.gradients(adapter, [short, long]);
    const parts = await engine.hessianProducts(adapter, [direction(TINY, adapter, 1, all)], [short, long]);
    expect(parts.map(({ products: _, ...part }) => part)).to.deep.equal(plain);
    expect(await engine.gradients(adapter, [short, long])).to.deep.equal(plain);
  });

  it("follow an adapter of another size", async () => {
    const v = direction(TINY, adapter, 1, all);
    const first = await product(short, v);
    const wide = tinyAdapter(TINY, 5);
    await engine.hessianProducts(wide, [direction(TINY, wide, 1, all)], [short]);
    expect(await product(short, v)).to.deep.equal(first);
  });

  it("are zero for an example of weight 0, and none where there are no directions", async () => {
    const [part] = await engine.hessianProducts(adapter, [direction(TINY, adapter, 1, all)], [{ ...short, weight: 0 }]);
    expect(part!.products[0]!.every((value) => value === 0)).to.equal(true);
    expect((await engine.hessianProducts(adapter, [], [short]))[0]!.products).to.deep.equal([]);
  });

  it("are refused for a direction of the wrong length", async () => {
    const message = await rejection(engine.hessianProducts(adapter, [new Float32Array(3)], [short]));
    expect(message).to.equal(`direction 0: 3 elements, but the adapter has ${adapter.params.length}`);
  });
});
