// Hessian-vector products of an example's loss in the adapter's parameters: the directional derivative of its gradient,
// exact, by forward over reverse (Pearlmutter, 1994). It runs after the model's own forward and backward pass on the
// activations and gradients which these kept; every operation of both passes has its product rule here.
//
// Several directions go at once: their tangents stand one below the other as rows, so that a frozen matrix multiplies all
// of them in one product. A direction's bits do not depend on those beside it, since no product's rows do.
//
// A tangent is named as what it is the derivative of; `primal` stands for the model's own layer. The embeddings and the
// input of the first layer do not move, so below the first adapter everything is left out.
import type { Pointer } from "./kernels/index.ts";
import type { LoraTarget } from "./lora.ts";
import { F32, type LoraPair, type Matrix, type Model } from "./model.ts";

/** Tangents of a layer's activations, [directions, positions, width]; p [directions, heads, maxSeq, stride]. */
interface LayerTangents {
  x: Pointer;
  h1: Pointer;
  q: Pointer;
  k: Pointer;
  v: Pointer;
  p: Pointer;
  x2: Pointer;
  gate: Pointer;
  up: Pointer;
  /** Of each adapter pair's `down`, [directions, positions, rank]. */
  down: Partial<Record<LoraTarget, Pointer>>;
}

export class TangentModel {
  /** Directions that go at once. */
  readonly capacity: number;
  private readonly model: Model;
  private readonly layers: LayerTangents[];
  private readonly xLast: Pointer;
  private readonly lora = { size: 0, rank: 0, params: 0, products: 0, down: 0, capacity: 0, downCapacity: 0, dDown: 0 };
  /** What no later step reads again, reused from layer to layer. */
  private readonly work: Record<"logits" | "h" | "attended" | "hidden" | "dX" | "dQ" | "dK" | "dV" | "dP", Pointer>;
  /** Heads of the primal arrays and of one direction's tangents, packed for the products of attention. */
  private readonly packs: Record<"q" | "k" | "v" | "dOut" | "qDot" | "kDot" | "vDot" | "dOutDot", Pointer>;
  /** Directions and positions of the running pass. */
  private count = 0;
  private rows = 0;

  /** Lays out room for `capacity` directions beside the model, whose backward pass keeps its gradients from now on. */
  constructor(model: Model, capacity: number) {
    model.keepGradients();
    this.model = model;
    this.capacity = capacity;
    const { maxSeq, dim, hiddenDim, vocabSize, heads } = model.config;
    const floats = (n: number) => model.kernels.allocate(capacity * n * F32);
    this.layers = model.layers.map(() => ({
      x: floats(maxSeq * dim),
      h1: floats(maxSeq * dim),
      q: floats(maxSeq * dim),
      k: floats(maxSeq * dim),
      v: floats(maxSeq * dim),
      p: floats(heads * maxSeq * model.scoreStride),
      x2: floats(maxSeq * dim),
      gate: floats(maxSeq * hiddenDim),
      up: floats(maxSeq * hiddenDim),
      down: {},
    }));
    this.xLast = floats(maxSeq * dim);
    const wide = maxSeq * dim;
    this.work = {
      logits: floats(maxSeq * vocabSize),
      h: floats(wide),
      attended: floats(wide),
      hidden: floats(maxSeq * hiddenDim),
      dX: floats(wide),
      dQ: floats(wide),
      dK: floats(wide),
      dV: floats(wide),
      dP: model.kernels.allocate(maxSeq * model.scoreStride * F32),
    };
    const pack = () => model.kernels.allocate(model.scoreStride * dim * F32);
    this.packs = {
      q: pack(),
      k: pack(),
      v: pack(),
      dOut: pack(),
      qDot: pack(),
      kDot: pack(),
      vDot: pack(),
      dOutDot: pack(),
    };
  }

  /**
   * H · direction for each direction (in the order of `adapterLayout`), where H is the Hessian of −weight · Σ log p, whose
   * gradient the model has just computed over the loss positions from … to. One direction after the other in one array.
   */
  products(directions: readonly Float32Array[], weight: number, from: number, to: number): Float32Array<ArrayBuffer> {
    this.setAdapter();
    const { kernels } = this.model;
    const { size, params, products } = this.lora;
    const result = new Float32Array(directions.length * size);
    for (let start = 0; start < directions.length; start += this.capacity) {
      const block = directions.slice(start, start + this.capacity);
      for (const [n, direction] of block.entries()) kernels.floats(params + n * size * F32, size).set(direction);
      this.count = block.length;
      this.rows = to;
      kernels.call.clear(block.length * size, products);
      this.forward(weight, from);
      this.backward(from);
      result.set(kernels.floats(products, block.length * size), start * size);
    }
    return result;
  }

  // room for what depends on the adapter's rank and size
  private setAdapter(): void {
    const { model, lora, capacity } = this;
    const { kernels, config } = model;
    lora.size = model.lora.size;
    lora.rank = model.lora.rank;
    if (lora.size > lora.capacity) {
      lora.params = kernels.allocate(capacity * lora.size * F32);
      lora.products = kernels.allocate(capacity * lora.size * F32);
      lora.capacity = lora.size;
    }
    const downBytes = capacity * config.maxSeq * lora.rank * F32;
    const pairs = model.layers.reduce((sum, layer) => sum + Object.keys(layer.lora).length, 0);
    if (downBytes * (pairs + 1) > lora.downCapacity) {
      lora.downCapacity = downBytes * (pairs + 1);
      lora.down = kernels.allocate(lora.downCapacity);
    }
    lora.dDown = lora.down;
    let at = lora.down + downBytes;
    for (const [l, layer] of model.layers.entries()) {
      const down: LayerTangents["down"] = {};
      for (const target of Object.keys(layer.lora) as LoraTarget[]) {
        down[target] = at;
        at += downBytes;
      }
      this.layers[l]!.down = down;
    }
  }

  // --- forward ----------------------------------------------------------------------------------------------------

  private forward(weight: number, from: number): void {
    const { model, count, rows } = this;
    const { kernels, config } = model;
    const { call } = kernels;
    const { dim, hiddenDim, vocabSize, heads } = config;
    const stride = rows * dim;
    const all = count * stride;
    for (const [l, layer] of this.layers.entries()) {
      const primal = model.layers[l]!;
      if (l === 0) {
        for (const at of [layer.q, layer.k, layer.v]) call.clear(all, at);
      } else {
        const { x, norm1, r1, q, k, v } = primal;
        call.rmsNormTangent(count, rows, dim, x, norm1.weight, r1, layer.x, stride, layer.h1, stride);
        this.multiply(layer.h1, q, layer.q, 0);
        this.multiply(layer.h1, k, layer.k, 0);
        this.multiply(layer.h1, v, layer.v, 0);
      }
      this.addLora(l, "q_proj", layer.q);
      this.addLora(l, "v_proj", layer.v);
      for (let n = 0; n < count; n++) {
        const at = n * stride * F32;
        call.rope(rows, heads, model.headDim, 0, layer.q + at, model.cos, model.sin, 1);
        if (l > 0) call.rope(rows, heads, model.headDim, 0, layer.k + at, model.cos, model.sin, 1);
      }
      this.attend(l);
      if (l > 0) call.copy(all, layer.x2, layer.x);
      this.multiply(this.work.attended, primal.o, layer.x2, l > 0 ? 1 : 0);

      const { x2, norm2, r2, gateOut, upOut } = primal;
      call.rmsNormTangent(count, rows, dim, x2, norm2.weight, r2, layer.x2, stride, this.work.h, stride);
      this.multiply(this.work.h, primal.gate, layer.gate, 0);
      this.multiply(this.work.h, primal.up, layer.up, 0);
      call.swigluTangent(rows * hiddenDim, count, gateOut, upOut, layer.gate, layer.up, this.work.hidden);
      const next = this.layers[l + 1]?.x ?? this.xLast;
      call.copy(all, next, layer.x2);
      this.multiply(this.work.hidden, primal.down, next, 1);
    }
    const { head, lastNorm, xLast, rLast, logitsAt, targets, logProbsAt } = model;
    const last = rows - from;
    const at = from * dim * F32;
    const r = rLast + from * F32;
    const x = this.xLast;
    const { h, logits } = this.work;
    call.rmsNormTangent(count, last, dim, xLast + at, lastNorm.weight, r, x + at, stride, h, last * dim);
    call.gemmPacked(count * last, vocabSize, dim, h, dim, head.packed, logits, vocabSize, 0);
    call.crossEntropyTangent(last, vocabSize, count, logitsAt, targets, weight, logProbsAt, logits);
  }

  // y = or += x Wᵀ for the rows of all directions
  private multiply(x: Pointer, w: Matrix, y: Pointer, add: number): void {
    this.model.kernels.call.gemmPacked(this.count * this.rows, w.out, w.in, x, w.in, w.packed, y, w.out, add);
  }

  // y' += s (x' Aᵀ + x A'ᵀ) Bᵀ + s x Aᵀ B'ᵀ
  private addLora(l: number, target: LoraTarget, y: Pointer): void {
    const primal = this.model.layers[l]!;
    const pair = primal.lora[target];
    if (!pair) return;
    const { call } = this.model.kernels;
    const { rank, scale } = this.model.lora;
    const { dim } = this.model.config;
    const { count, rows } = this;
    const down = this.layers[l]!.down[target]!;
    if (l === 0) call.clear(count * rows * rank, down);
    else call.gemmNT(count * rows, rank, dim, this.layers[l]!.h1, dim, pair.a, dim, down, rank, 0);
    for (let n = 0; n < count; n++) {
      call.gemmNT(rows, rank, dim, primal.h1, dim, this.moved(pair.a, n), dim, down + n * rows * rank * F32, rank, 1);
    }
    call.scale(count * rows * rank, down, scale);
    call.gemmNT(count * rows, dim, rank, down, rank, pair.b, rank, y, dim, 1);
    for (let n = 0; n < count; n++) {
      call.gemmNT(rows, dim, rank, pair.down, rank, this.moved(pair.b, n), rank, y + n * rows * dim * F32, dim, 1);
    }
  }

  // the direction's part of a factor of the adapter
  private moved(factor: Pointer, n: number): Pointer {
    return this.lora.params + n * this.lora.size * F32 + (factor - this.model.lora.params);
  }

  private attend(l: number): void {
    const { call } = this.model.kernels;
    const { headDim, scoreStride: stride } = this.model;
    const { dim, heads } = this.model.config;
    const factor = 1 / Math.sqrt(headDim);
    const primal = this.model.layers[l]!;
    const layer = this.layers[l]!;
    const rows = this.rows;
    const packs = this.packs;
    this.packAcross(primal.kOut, packs.k);
    this.packAlong(primal.vOut, packs.v);
    for (let n = 0; n < this.count; n++) {
      const own = n * rows * dim * F32;
      if (l > 0) this.packAcross(layer.k + own, packs.kDot);
      this.packAlong(layer.v + own, packs.vDot);
      for (let h = 0; h < heads; h++) {
        const head = this.packed(h);
        const at = h * headDim * F32;
        const p = primal.p + this.score(0, h);
        const pDot = layer.p + this.score(n, h);
        const out = this.work.attended + own + at;
        call.gemmCausalScores(rows, headDim, layer.q + own + at, dim, packs.k + head, pDot, stride, 0);
        if (l > 0) call.gemmCausalScores(rows, headDim, primal.qOut + at, dim, packs.kDot + head, pDot, stride, 1);
        call.softmaxCausalTangent(rows, p, pDot, stride, factor);
        call.gemmCausal(rows, headDim, pDot, stride, packs.v + head, out, dim, 0);
        call.gemmCausal(rows, headDim, p, stride, packs.vDot + head, out, dim, 1);
      }
    }
  }

  // packs a [rows, dim] array head by head: as the transposed factor of a product over the head's width
  private packAcross(x: Pointer, to: Pointer): void {
    const { headDim, config, kernels } = this.model;
    for (let h = 0; h < config.heads; h++) {
      kernels.call.packTransposed(this.rows, headDim, x + h * headDim * F32, config.dim, to + this.packed(h));
    }
  }

  // the same as the factor of a product over positions
  private packAlong(x: Pointer, to: Pointer): void {
    const { headDim, config, kernels } = this.model;
    for (let h = 0; h < config.heads; h++) {
      kernels.call.packPlain(headDim, this.rows, x + h * headDim * F32, config.dim, to + this.packed(h));
    }
  }

  // place of a head in a packed array
  private packed(head: number): number {
    return head * this.model.headDim * this.model.scoreStride * F32;
  }

  // place of a head's scores
  private score(n: number, head: number): number {
    const { heads, maxSeq } = this.model.config;
    return (n * heads + head) * maxSeq * this.model.scoreStride * F32;
  }

  // --- backward ---------------------------------------------------------------------------------------------------

  private backward(from: number): void {
    const { model, count, rows } = this;
    const { kernels, config } = model;
    const { call } = kernels;
    const { dim, hiddenDim, vocabSize, heads } = config;
    const stride = rows * dim;
    const last = rows - from;
    const at = from * dim * F32;
    const { dX, h: dH, dQ, dK, dV, attended: dAttended, hidden: dHidden } = this.work;

    call.clear(count * stride, dX);
    call.gemmPacked(count * last, dim, vocabSize, this.work.logits, vocabSize, model.head.packedBack, dH, dim, 0);
    const { xLast, lastNorm, rLast, dHLast } = model;
    const r = rLast + from * F32;
    const x = this.xLast + at;
    const { weight } = lastNorm;
    const to = dX + at;
    call.rmsNormBackwardTangent(count, last, dim, xLast + at, weight, r, dHLast, x, stride, dH, last * dim, to);

    for (const [l, layer] of [...this.layers.entries()].reverse()) {
      const primal = model.layers[l]!;
      const { gradients, gateOut, upOut, x2, norm2, r2, norm1, r1 } = primal;
      this.multiplyBack(dX, primal.down, dHidden, 0);
      const values = rows * hiddenDim;
      const { gate, up } = layer;
      // in place: what dGate and dUp replace is not read again
      call.swigluBackwardTangent(values, count, gateOut, upOut, gradients.dHidden, gate, up, dHidden, gate, up);
      this.multiplyBack(gate, primal.gate, dH, 0);
      this.multiplyBack(up, primal.up, dH, 1);
      const { dH1, dH2 } = gradients;
      call.rmsNormBackwardTangent(count, rows, dim, x2, norm2.weight, r2, dH2, layer.x2, stride, dH, stride, dX);

      this.multiplyBack(dX, primal.o, dAttended, 0);
      this.attendBackward(l);
      for (let n = 0; n < count; n++) {
        const own = n * stride * F32;
        call.rope(rows, heads, model.headDim, 0, dQ + own, model.cos, model.sin, -1);
        if (l > 0) call.rope(rows, heads, model.headDim, 0, dK + own, model.cos, model.sin, -1);
      }
      if (l > 0) {
        this.multiplyBack(dQ, primal.q, dH, 0);
        this.multiplyBack(dK, primal.k, dH, 1);
        this.multiplyBack(dV, primal.v, dH, 1);
      }
      this.loraBackward(l, "q_proj", gradients.dQ, dQ);
      this.loraBackward(l, "v_proj", gradients.dV, dV);
      if (l === 0) return;
      call.rmsNormBackwardTangent(count, rows, dim, primal.x, norm1.weight, r1, dH1, layer.x, stride, dH, stride, dX);
    }
  }

  // dX = or += dY W for the rows of all directions
  private multiplyBack(dY: Pointer, w: Matrix, dX: Pointer, add: number): void {
    this.model.kernels.call.gemmPacked(this.count * this.rows, w.in, w.out, dY, w.out, w.packedBack, dX, w.in, add);
  }

  private attendBackward(l: number): void {
    const { call } = this.model.kernels;
    const { headDim, scoreStride: stride } = this.model;
    const { dim, heads } = this.model.config;
    const factor = 1 / Math.sqrt(headDim);
    const primal = this.model.layers[l]!;
    const layer = this.layers[l]!;
    const rows = this.rows;
    const packs = this.packs;
    const { dAttended, dP, dScores } = primal.gradients;
    const { attended: dOut, dP: dPDot, ...work } = this.work;
    this.packAlong(primal.qOut, packs.q);
    this.packAlong(primal.kOut, packs.k);
    this.packAcross(primal.vOut, packs.v);
    this.packAlong(dAttended, packs.dOut);
    for (let n = 0; n < this.count; n++) {
      const own = n * rows * dim * F32;
      if (l > 0) {
        this.packAlong(layer.q + own, packs.qDot);
        this.packAlong(layer.k + own, packs.kDot);
      }
      this.packAcross(layer.v + own, packs.vDot);
      this.packAlong(dOut + own, packs.dOutDot);
      for (let h = 0; h < heads; h++) {
        const head = this.packed(h);
        const at = h * headDim * F32;
        const scores = this.score(0, h);
        const p = primal.p + scores;
        const pDot = layer.p + this.score(n, h);
        const d = dScores + scores;
        call.gemmCausalScores(rows, headDim, dOut + own + at, dim, packs.v + head, dPDot, stride, 0);
        call.gemmCausalScores(rows, headDim, dAttended + at, dim, packs.vDot + head, dPDot, stride, 1);
        call.softmaxCausalBackwardTangent(rows, p, dP + scores, pDot, dPDot, stride, factor);
        const [dQ, dK, dV] = [work.dQ + own + at, work.dK + own + at, work.dV + own + at];
        call.gemmCausal(rows, headDim, dPDot, stride, packs.k + head, dQ, dim, 0);
        if (l > 0) call.gemmCausal(rows, headDim, d, stride, packs.kDot + head, dQ, dim, 1);
        call.gemmCausalTransposed(rows, headDim, pDot, stride, packs.dOut + head, dV, dim, 0);
        call.gemmCausalTransposed(rows, headDim, p, stride, packs.dOutDot + head, dV, dim, 1);
        if (l === 0) continue;
        call.gemmCausalTransposed(rows, headDim, dPDot, stride, packs.q + head, dK, dim, 0);
        call.gemmCausalTransposed(rows, headDim, d, stride, packs.qDot + head, dK, dim, 1);
      }
    }
  }

  // the tangents of dB = dYᵀ down, dDown = s dY B and dA = dDownᵀ x; and above the first layer of dH += dDown A
  private loraBackward(l: number, target: LoraTarget, dY: Pointer, dYDot: Pointer): void {
    const primal = this.model.layers[l]!;
    const pair = primal.lora[target];
    if (!pair) return;
    const { call } = this.model.kernels;
    const { rank, scale } = this.model.lora;
    const { dim } = this.model.config;
    const { count, rows } = this;
    const { dDown } = this.lora;
    const { h1, down } = this.layers[l]!;
    const each = (run: (n: number, wide: Pointer, low: Pointer) => void) => {
      for (let n = 0; n < count; n++) run(n, n * rows * dim * F32, n * rows * rank * F32);
    };
    call.gemmNN(count * rows, rank, dim, dYDot, dim, pair.b, rank, dDown, rank, 0);
    each((n, wide, low) => {
      const dB = this.product(pair, "b", n);
      call.gemmTN(dim, rank, rows, dYDot + wide, dim, pair.down, rank, dB, rank, 1);
      call.gemmTN(dim, rank, rows, dY, dim, down[target]! + low, rank, dB, rank, 1);
      call.gemmNN(rows, rank, dim, dY, dim, this.moved(pair.b, n), rank, dDown + low, rank, 1);
    });
    call.scale(count * rows * rank, dDown, scale);
    each((n, wide, low) => {
      const dA = this.product(pair, "a", n);
      call.gemmTN(rank, dim, rows, dDown + low, rank, primal.h1, dim, dA, dim, 1);
      if (l > 0) call.gemmTN(rank, dim, rows, pair.dDown, rank, h1 + wide, dim, dA, dim, 1);
    });
    if (l === 0) return;
    call.gemmNN(count * rows, dim, rank, dDown, rank, pair.a, dim, this.work.h, dim, 1);
    each((n, wide) => {
      call.gemmNN(rows, dim, rank, pair.dDown, rank, this.moved(pair.a, n), dim, this.work.h + wide, dim, 1);
    });
  }

  // where the product with a factor's part of the Hessian goes
  private product(pair: LoraPair, factor: "a" | "b", n: number): Pointer {
    return this.lora.products + n * this.lora.size * F32 + (pair[factor] - this.model.lora.params);
  }
}
