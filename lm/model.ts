// The model from top to bottom: a Llama-style decoder (pre-norm, rotary positions, SwiGLU) with LoRA, forward and
// backward, over buffers in the kernels' memory. All matrices are row-major f32; a matrix W [out, in] maps x to x Wᵀ.
//
// The forward pass runs over the positions from … to and keeps every activation by position. So the keys and values
// of earlier positions are the cache of generation, and the same activations serve the backward pass of training.
import type { ModelConfig } from "./config.ts";
import type { Kernels, Pointer } from "./kernels/index.ts";
import { type LayerTensor, layerTensor, layoutSize, weightLayout } from "./layout.ts";
import { type Adapter, adapterLayout, LORA_TARGETS, type LoraTarget } from "./lora.ts";

/** Queries go in blocks of this many rows, so that most scores above the diagonal are never computed. */
const QUERY_BLOCK = 64;
export const F32 = 4;

/** A weight matrix; `gradient` is 0 while the base is frozen. */
export interface Matrix {
  out: number;
  in: number;
  weight: Pointer;
  /** Packed for the products of the forward pass, x Wᵀ, and of the backward pass, dY W. */
  packed: Pointer;
  packedBack: Pointer;
  gradient: Pointer;
}

export interface Gain {
  weight: Pointer;
  gradient: Pointer;
}

/** A LoRA pair on a matrix; `down` [positions, rank] keeps scale · x Aᵀ, and dDown the gradient of x Aᵀ. */
export interface LoraPair {
  a: Pointer;
  b: Pointer;
  dA: Pointer;
  dB: Pointer;
  down: Pointer;
  dDown: Pointer;
}

/**
 * Gradients of a layer's activations. All layers share one set of buffers, until `keepGradients`. dH1 and dH2 are those of
 * the norms' outputs; dP [heads, positions, stride], of which the shared set holds one block of queries, and dScores
 * after the softmax's backward pass, in place unless kept.
 */
export interface LayerGradients {
  dH1: Pointer;
  dQ: Pointer;
  dK: Pointer;
  dV: Pointer;
  dP: Pointer;
  dScores: Pointer;
  dAttended: Pointer;
  dH2: Pointer;
  dGate: Pointer;
  dUp: Pointer;
  dHidden: Pointer;
}

export interface Layer {
  norm1: Gain;
  q: Matrix;
  k: Matrix;
  v: Matrix;
  o: Matrix;
  norm2: Gain;
  gate: Matrix;
  up: Matrix;
  down: Matrix;
  lora: Partial<Record<LoraTarget, LoraPair>>;
  /** Activations, [positions, width] each; r1 and r2 [positions]; weights of attention p [heads, positions, stride]. */
  x: Pointer;
  r1: Pointer;
  h1: Pointer;
  qOut: Pointer;
  kOut: Pointer;
  vOut: Pointer;
  p: Pointer;
  attended: Pointer;
  x2: Pointer;
  r2: Pointer;
  h2: Pointer;
  gateOut: Pointer;
  upOut: Pointer;
  hidden: Pointer;
  gradients: LayerGradients;
}

export class Model {
  readonly config: ModelConfig;
  /** Open to the tangents, which run beside the model: its buffers are theirs to read. */
  readonly kernels: Kernels;
  readonly headDim: number;
  readonly scoreStride: number;
  private readonly weights: { at: Pointer; size: number };
  private readonly gradients: { at: Pointer; size: number };
  private readonly matrices: Matrix[] = [];
  private readonly embedding: Matrix;
  readonly head: Matrix;
  readonly layers: Layer[];
  readonly lastNorm: Gain;
  readonly lora = { rank: 0, scale: 0, size: 0, params: 0, gradient: 0, capacity: 0, down: 0, downCapacity: 0 };

  readonly cos: Pointer;
  readonly sin: Pointer;
  private readonly tokens: Pointer;
  readonly targets: Pointer;
  readonly logProbsAt: Pointer;
  readonly xLast: Pointer;
  readonly rLast: Pointer;
  private readonly hLast: Pointer;
  readonly logitsAt: Pointer;
  readonly dHLast: Pointer;
  private readonly dX: Pointer;
  private kept = false;

  /** Lays out all buffers; `trainable` adds room for the gradient of the base weights. */
  constructor(kernels: Kernels, config: ModelConfig, trainable: boolean) {
    this.kernels = kernels;
    this.config = config;
    const { vocabSize, dim, hiddenDim, heads, maxSeq } = config;
    const floats = (n: number) => kernels.allocate(n * F32);
    this.headDim = dim / heads;
    this.scoreStride = (maxSeq + 7) & ~7;

    const slots = new Map(weightLayout(config).map((slot) => [slot.name, slot]));
    const size = layoutSize([...slots.values()]);
    this.weights = { at: floats(size), size };
    this.gradients = { at: trainable ? floats(size) : 0, size: trainable ? size : 0 };
    const gain = (name: string): Gain => {
      const { offset } = slots.get(name)!;
      return {
        weight: this.weights.at + offset * F32,
        gradient: trainable ? this.gradients.at + offset * F32 : 0,
      };
    };
    const matrix = (name: string): Matrix => {
      const { shape } = slots.get(name)!;
      const [out, width] = shape as [number, number];
      const packed = floats(((out + 7) & ~7) * width);
      const packedBack = floats(((width + 7) & ~7) * out);
      const made = { ...gain(name), out, in: width, packed, packedBack };
      this.matrices.push(made);
      return made;
    };
    this.embedding = matrix("model.embed_tokens.weight");
    const gradients = this.gradientBuffers(QUERY_BLOCK * this.scoreStride, false);
    this.layers = Array.from({ length: config.layers }, (_, l) => {
      const at = (tensor: LayerTensor) => layerTensor(l, tensor);
      return {
        norm1: gain(at("input_layernorm")),
        q: matrix(at("self_attn.q_proj")),
        k: matrix(at("self_attn.k_proj")),
        v: matrix(at("self_attn.v_proj")),
        o: matrix(at("self_attn.o_proj")),
        norm2: gain(at("post_attention_layernorm")),
        gate: matrix(at("mlp.gate_proj")),
        up: matrix(at("mlp.up_proj")),
        down: matrix(at("mlp.down_proj")),
        lora: {},
        x: floats(maxSeq * dim),
        r1: floats(maxSeq),
        h1: floats(maxSeq * dim),
        qOut: floats(maxSeq * dim),
        kOut: floats(maxSeq * dim),
        vOut: floats(maxSeq * dim),
        p: floats(heads * maxSeq * this.scoreStride),
        attended: floats(maxSeq * dim),
        x2: floats(maxSeq * dim),
        r2: floats(maxSeq),
        h2: floats(maxSeq * dim),
        gateOut: floats(maxSeq * hiddenDim),
        upOut: floats(maxSeq * hiddenDim),
        hidden: floats(maxSeq * hiddenDim),
        gradients,
      };
    });
    this.lastNorm = gain("model.norm.weight");
    this.head = config.tieEmbeddings ? this.embedding : matrix("lm_head.weight");

    this.cos = floats((maxSeq * this.headDim) / 2);
    this.sin = floats((maxSeq * this.headDim) / 2);
    this.tokens = floats(maxSeq);
    this.targets = floats(maxSeq);
    this.logProbsAt = kernels.allocate(maxSeq * 8);
    this.xLast = floats(maxSeq * dim);
    this.rLast = floats(maxSeq);
    this.hLast = floats(maxSeq * dim);
    this.logitsAt = floats(maxSeq * vocabSize);
    this.dHLast = floats(maxSeq * dim);
    this.dX = floats(maxSeq * dim);
    kernels.call.setScratch(floats(16 * Math.max(vocabSize, dim, hiddenDim, maxSeq)));
    kernels.call.ropeTable(maxSeq, this.headDim, config.ropeTheta, this.cos, this.sin);
  }

  private gradientBuffers(scores: number, apart: boolean): LayerGradients {
    const { maxSeq, dim, hiddenDim } = this.config;
    const floats = (n: number) => this.kernels.allocate(n * F32);
    const dP = floats(scores);
    const dH1 = floats(maxSeq * dim);
    return {
      dH1,
      dQ: floats(maxSeq * dim),
      dK: floats(maxSeq * dim),
      dV: floats(maxSeq * dim),
      dP,
      dScores: apart ? floats(scores) : dP,
      dAttended: floats(maxSeq * dim),
      dH2: apart ? floats(maxSeq * dim) : dH1,
      dGate: floats(maxSeq * hiddenDim),
      dUp: floats(maxSeq * hiddenDim),
      dHidden: floats(maxSeq * hiddenDim),
    };
  }

  /** From now on the backward pass keeps the gradients of all activations, layer by layer, as tangents need them. */
  keepGradients(): void {
    if (this.kept) return;
    const { heads, maxSeq } = this.config;
    for (const layer of this.layers) layer.gradients = this.gradientBuffers(heads * maxSeq * this.scoreStride, true);
    this.kept = true;
  }

  // --- parameters -------------------------------------------------------------------------------------------------

  /** Takes over all base weights, flat in the order of `weightLayout`. */
  setWeights(weights: Float32Array): void {
    this.kernels.floats(this.weights.at, this.weights.size).set(weights);
    for (const { weight, packed, packedBack, out, in: width } of this.matrices) {
      this.kernels.call.packTransposed(out, width, weight, width, packed);
      this.kernels.call.packPlain(width, out, weight, width, packedBack);
    }
  }

  /** Puts an adapter on the base, or takes it off. */
  setAdapter(adapter: Adapter | null): void {
    for (const layer of this.layers) layer.lora = {};
    if (!adapter) return;
    const { kernels, lora, config } = this;
    const { rank, alpha, targets } = adapter.config;
    const slots = adapterLayout(config, adapter.config);
    lora.rank = rank;
    lora.scale = alpha / rank;
    lora.size = adapter.params.length;
    if (lora.size > lora.capacity) {
      lora.params = kernels.allocate(lora.size * F32);
      lora.gradient = kernels.allocate(lora.size * F32);
      lora.capacity = lora.size;
    }
    const downSize = config.maxSeq * rank;
    const downTotal = 2 * downSize * config.layers * LORA_TARGETS.length;
    if (downTotal > lora.downCapacity) {
      lora.down = kernels.allocate(downTotal * F32);
      lora.downCapacity = downTotal;
    }
    kernels.floats(lora.params, lora.size).set(adapter.params);

    let slot = 0;
    let down = lora.down;
    for (const layer of this.layers) {
      for (const target of LORA_TARGETS.filter((name) => targets.includes(name))) {
        const a = slots[slot++]!.offset * F32;
        const b = slots[slot++]!.offset * F32;
        const dA = lora.gradient + a;
        const dDown = down + downSize * F32;
        layer.lora[target] = { a: lora.params + a, b: lora.params + b, dA, dB: lora.gradient + b, down, dDown };
        down = dDown + downSize * F32;
      }
    }
  }

  /** Sets the gradients of base and adapter to zero. */
  clearGradients(): void {
    this.kernels.call.clear(this.gradients.size, this.gradients.at);
    this.kernels.call.clear(this.lora.size, this.lora.gradient);
  }

  /** Copy of the adapter's gradient, in the order of `adapterLayout`. */
  adapterGradient(): Float32Array<ArrayBuffer> {
    return this.kernels.floats(this.lora.gradient, this.lora.size).slice();
  }

  /** Copy of the base's gradient, in the order of `weightLayout`. */
  baseGradient(): Float32Array<ArrayBuffer> {
    return this.kernels.floats(this.gradients.at, this.gradients.size).slice();
  }

  // --- forward ----------------------------------------------------------------------------------------------------

  /**
   * Runs `tokens` through the model at the positions from `from` on; the earlier positions must have been run before.
   * After it `logits` are available for these positions.
   */
  forward(tokens: Int32Array, from: number): void {
    const { call } = this.kernels;
    const { dim, hiddenDim, normEps, maxSeq, heads } = this.config;
    const rows = tokens.length;
    if (from + rows > maxSeq) throw new RangeError(`position ${from + rows} is past the model's ${maxSeq}`);
    const row = (at: Pointer, width: number) => at + from * width * F32;
    this.kernels.ints(this.tokens + from * F32, rows).set(tokens);

    call.embed(rows, dim, this.tokens + from * F32, this.embedding.weight, row(this.layers[0]!.x, dim));
    for (const [l, layer] of this.layers.entries()) {
      const x = row(layer.x, dim);
      const x2 = row(layer.x2, dim);
      const h1 = row(layer.h1, dim);
      const h2 = row(layer.h2, dim);
      const next = row(this.layers[l + 1]?.x ?? this.xLast, dim);

      call.rmsNorm(rows, dim, x, layer.norm1.weight, normEps, h1, row(layer.r1, 1));
      this.multiply(rows, h1, layer.q, row(layer.qOut, dim), 0);
      this.multiply(rows, h1, layer.k, row(layer.kOut, dim), 0);
      this.multiply(rows, h1, layer.v, row(layer.vOut, dim), 0);
      this.addLora(from, rows, layer.lora.q_proj, h1, row(layer.qOut, dim));
      this.addLora(from, rows, layer.lora.v_proj, h1, row(layer.vOut, dim));
      call.rope(rows, heads, this.headDim, from, row(layer.qOut, dim), this.cos, this.sin, 1);
      call.rope(rows, heads, this.headDim, from, row(layer.kOut, dim), this.cos, this.sin, 1);
      this.attend(layer, from, from + rows);
      call.copy(rows * dim, x2, x);
      this.multiply(rows, row(layer.attended, dim), layer.o, x2, 1);

      call.rmsNorm(rows, dim, x2, layer.norm2.weight, normEps, h2, row(layer.r2, 1));
      this.multiply(rows, h2, layer.gate, row(layer.gateOut, hiddenDim), 0);
      this.multiply(rows, h2, layer.up, row(layer.upOut, hiddenDim), 0);
      const hidden = row(layer.hidden, hiddenDim);
      call.swiglu(rows * hiddenDim, row(layer.gateOut, hiddenDim), row(layer.upOut, hiddenDim), hidden);
      call.copy(rows * dim, next, x2);
      this.multiply(rows, hidden, layer.down, next, 1);
    }
    const h = row(this.hLast, dim);
    call.rmsNorm(rows, dim, row(this.xLast, dim), this.lastNorm.weight, normEps, h, row(this.rLast, 1));
  }

  /** Logits of what follows the positions from … to, as a view that the next call overwrites. */
  logits(from: number, to: number): Float32Array {
    const { dim, vocabSize } = this.config;
    this.multiply(to - from, this.hLast + from * dim * F32, this.head, this.logitsAt, 0);
    return this.kernels.floats(this.logitsAt, (to - from) * vocabSize);
  }

  /**
   * Log-probabilities (nats) of `targets` under the last `logits`; these are overwritten by the gradient of
   * −weight · Σ log p.
   */
  logProbs(targets: Int32Array, weight: number): Float64Array {
    this.kernels.ints(this.targets, targets.length).set(targets);
    const { vocabSize } = this.config;
    this.kernels.call.crossEntropy(targets.length, vocabSize, this.logitsAt, this.targets, weight, this.logProbsAt);
    return this.kernels.doubles(this.logProbsAt, targets.length);
  }

  // y [rows, out] = or += x [rows, in] Wᵀ
  private multiply(rows: number, x: Pointer, w: Matrix, y: Pointer, add: number): void {
    this.kernels.call.gemmPacked(rows, w.out, w.in, x, w.in, w.packed, y, w.out, add);
  }

  private addLora(from: number, rows: number, pair: LoraPair | undefined, x: Pointer, y: Pointer): void {
    if (!pair) return;
    const { call } = this.kernels;
    const { rank, scale } = this.lora;
    const { dim } = this.config;
    const down = pair.down + from * rank * F32;
    call.gemmNT(rows, rank, dim, x, dim, pair.a, dim, down, rank, 0);
    call.scale(rows * rank, down, scale);
    call.gemmNT(rows, dim, rank, down, rank, pair.b, rank, y, dim, 1);
  }

  private attend(layer: Layer, from: number, to: number): void {
    const { call } = this.kernels;
    const { headDim, scoreStride: stride } = this;
    const { dim, heads, maxSeq } = this.config;
    const factor = 1 / Math.sqrt(headDim);
    for (let h = 0; h < heads; h++) {
      const column = h * headDim * F32;
      for (let first = from; first < to; first += QUERY_BLOCK) {
        const end = Math.min(first + QUERY_BLOCK, to);
        const rows = end - first;
        const at = first * dim * F32 + column;
        const p = layer.p + (h * maxSeq + first) * stride * F32;
        call.gemmNT(rows, end, headDim, layer.qOut + at, dim, layer.kOut + column, dim, p, stride, 0);
        call.softmaxCausal(rows, end, first, p, stride, factor);
        call.gemmNN(rows, headDim, end, p, stride, layer.vOut + column, dim, layer.attended + at, dim, 0);
      }
    }
  }

  // --- backward ---------------------------------------------------------------------------------------------------

  /**
   * Adds the gradient of the loss of the last `logits(from, to)` and `logProbs` to the gradients of the adapter and,
   * if trainable, of the base. The forward pass must have run over exactly the positions 0 … to.
   */
  backward(from: number, to: number): void {
    const { call } = this.kernels;
    const { dim, hiddenDim, heads } = this.config;
    const trainable = this.gradients.size > 0;
    const at = from * dim * F32;
    const dX = this.dX;
    const dHLast = this.dHLast;

    call.clear(to * dim, dX);
    this.multiplyBack(to - from, this.logitsAt, this.head, dHLast, 0);
    this.addMatrixGradient(to - from, this.head, this.logitsAt, this.hLast + at);
    this.normBackward(to - from, this.xLast + at, this.lastNorm, this.rLast + from * F32, dHLast, dX + at);

    for (const [l, layer] of [...this.layers.entries()].reverse()) {
      const { dH1, dQ, dK, dV, dAttended, dH2, dGate, dUp, dHidden } = layer.gradients;
      // below the first adapter nothing is left to learn, unless the base learns too
      const lowest = l === 0 && !trainable;
      // x' = x2 + (silu(gate) · up) Wdownᵀ
      this.multiplyBack(to, dX, layer.down, dHidden, 0);
      this.addMatrixGradient(to, layer.down, dX, layer.hidden);
      call.swigluBackward(to * hiddenDim, layer.gateOut, layer.upOut, dHidden, dGate, dUp);
      this.multiplyBack(to, dGate, layer.gate, dH2, 0);
      this.multiplyBack(to, dUp, layer.up, dH2, 1);
      this.addMatrixGradient(to, layer.gate, dGate, layer.h2);
      this.addMatrixGradient(to, layer.up, dUp, layer.h2);
      this.normBackward(to, layer.x2, layer.norm2, layer.r2, dH2, dX);

      // x2 = x + attended Woᵀ
      this.multiplyBack(to, dX, layer.o, dAttended, 0);
      this.addMatrixGradient(to, layer.o, dX, layer.attended);
      this.attendBackward(layer, to);
      call.rope(to, heads, this.headDim, 0, dQ, this.cos, this.sin, -1);
      call.rope(to, heads, this.headDim, 0, dK, this.cos, this.sin, -1);
      if (!lowest) {
        this.multiplyBack(to, dQ, layer.q, dH1, 0);
        this.multiplyBack(to, dK, layer.k, dH1, 1);
        this.multiplyBack(to, dV, layer.v, dH1, 1);
      }
      this.addMatrixGradient(to, layer.q, dQ, layer.h1);
      this.addMatrixGradient(to, layer.k, dK, layer.h1);
      this.addMatrixGradient(to, layer.v, dV, layer.h1);
      this.loraBackward(to, layer.lora.q_proj, layer.h1, dQ, lowest ? 0 : dH1);
      this.loraBackward(to, layer.lora.v_proj, layer.h1, dV, lowest ? 0 : dH1);
      if (lowest) return;
      this.normBackward(to, layer.x, layer.norm1, layer.r1, dH1, dX);
    }
    call.embedBackward(to, dim, this.tokens, dX, this.embedding.gradient);
  }

  // dX [rows, in] = or += dY [rows, out] W
  private multiplyBack(rows: number, dY: Pointer, w: Matrix, dX: Pointer, add: number): void {
    this.kernels.call.gemmPacked(rows, w.in, w.out, dY, w.out, w.packedBack, dX, w.in, add);
  }

  // dW [out, in] += dYᵀ x
  private addMatrixGradient(rows: number, w: Matrix, dY: Pointer, x: Pointer): void {
    if (w.gradient) this.kernels.call.gemmTN(w.out, w.in, rows, dY, w.out, x, w.in, w.gradient, w.in, 1);
  }

  // dX += gradient of a norm's input, from dH
  private normBackward(rows: number, x: Pointer, gain: Gain, r: Pointer, dH: Pointer, dX: Pointer): void {
    this.kernels.call.rmsNormBackward(rows, this.config.dim, x, gain.weight, r, dH, dX, gain.gradient);
  }

  // adds to dH too, unless that is 0
  private loraBackward(rows: number, pair: LoraPair | undefined, x: Pointer, dY: Pointer, dH: Pointer): void {
    if (!pair) return;
    const { call } = this.kernels;
    const { rank, scale } = this.lora;
    const { dim } = this.config;
    call.gemmTN(dim, rank, rows, dY, dim, pair.down, rank, pair.dB, rank, 1);
    call.gemmNN(rows, rank, dim, dY, dim, pair.b, rank, pair.dDown, rank, 0);
    call.scale(rows * rank, pair.dDown, scale);
    call.gemmTN(rank, dim, rows, pair.dDown, rank, x, dim, pair.dA, dim, 1);
    if (dH) call.gemmNN(rows, dim, rank, pair.dDown, rank, pair.a, dim, dH, dim, 1);
  }

  private attendBackward(layer: Layer, to: number): void {
    const { call } = this.kernels;
    const { headDim, scoreStride: stride, kept } = this;
    const { dim, heads, maxSeq } = this.config;
    const { dQ, dK, dV, dAttended, ...gradients } = layer.gradients;
    const factor = 1 / Math.sqrt(headDim);
    call.clear(to * dim, dK);
    call.clear(to * dim, dV);
    for (let h = 0; h < heads; h++) {
      const column = h * headDim * F32;
      for (let first = 0; first < to; first += QUERY_BLOCK) {
        const end = Math.min(first + QUERY_BLOCK, to);
        const rows = end - first;
        const at = first * dim * F32 + column;
        const scores = (h * maxSeq + first) * stride * F32;
        const p = layer.p + scores;
        const dP = kept ? gradients.dP + scores : gradients.dP;
        const dScores = kept ? gradients.dScores + scores : dP;
        call.gemmNT(rows, end, headDim, dAttended + at, dim, layer.vOut + column, dim, dP, stride, 0);
        call.gemmTN(end, headDim, rows, p, stride, dAttended + at, dim, dV + column, dim, 1);
        if (kept) call.copy(rows * stride, dScores, dP);
        call.softmaxCausalBackward(rows, end, first, p, dScores, stride, factor);
        call.gemmNN(rows, headDim, end, dScores, stride, layer.kOut + column, dim, dQ + at, dim, 0);
        call.gemmTN(end, headDim, rows, dScores, stride, layer.qOut + at, dim, dK + column, dim, 1);
      }
    }
  }
}
