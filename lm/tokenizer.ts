// Byte-level BPE (Sennrich et al., 2016; bytes as in GPT-2, Radford et al., 2019), stored as Hugging Face's
// tokenizer.json. Every byte string has tokens; text never yields the special token, so a prompt cannot inject it.
import { InputError } from "./errors.ts";

/** Ends a document; also stands for its beginning. Token 0. */
export const END_OF_TEXT = "<|endoftext|>";

const FIRST_BYTE = 1;
const FIRST_MERGE = 257;

/** GPT-2's split into words, each with its leading space. */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** Pieces of a text that are encoded one by one; merges never cross them. */
export function splitWords(text: string): string[] {
  return text.match(WORDS) ?? [];
}

/** Token ids of single bytes. */
export function byteTokens(word: string): number[] {
  return Array.from(UTF8.encode(word), (byte) => FIRST_BYTE + byte);
}

const UTF8 = new TextEncoder();

// GPT-2 writes each byte as a printable character: itself where it is one, else one from 256 on
const BYTE_CHARACTERS: string[] = [];
for (let byte = 0, next = 256; byte < 256; byte++) {
  const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  BYTE_CHARACTERS.push(String.fromCharCode(printable ? byte : next++));
}

export class Tokenizer {
  readonly bos = 0;
  readonly eos = 0;
  /** Ids run from 0 to vocabSize − 1: the special token, the 256 bytes, then one per merge. */
  readonly vocabSize: number;
  private readonly merges: readonly (readonly [number, number])[];
  private readonly ranks = new Map<number, number>();
  private readonly bytes: Uint8Array[] = [new Uint8Array(0)];
  private readonly known = new Map<string, number[]>();

  /** Merges as pairs of token ids; merge i makes token 257 + i. */
  constructor(merges: readonly (readonly [number, number])[]) {
    this.merges = merges;
    this.vocabSize = FIRST_MERGE + merges.length;
    for (let byte = 0; byte < 256; byte++) this.bytes.push(Uint8Array.of(byte));
    for (const [i, [left, right]] of merges.entries()) {
      const a = this.bytes[left];
      const b = this.bytes[right];
      if (!a?.length || !b?.length) throw new InputError(`tokenizer: merge ${i} joins a token that does not exist yet`);
      this.ranks.set(this.pair(left, right), i);
      const joined = new Uint8Array(a.length + b.length);
      joined.set(a);
      joined.set(b, a.length);
      this.bytes.push(joined);
    }
  }

  /** Token ids of a text; never the special token. Lone surrogates become U+FFFD. */
  encode(text: string): Int32Array {
    const ids: number[] = [];
    for (const word of splitWords(text)) {
      let tokens = this.known.get(word);
      if (!tokens) {
        tokens = this.merge(byteTokens(word));
        // words of real text repeat; a bound keeps hostile text from filling the memory
        if (this.known.size < 100_000 && word.length < 64) this.known.set(word, tokens);
      }
      for (const id of tokens) ids.push(id);
    }
    return Int32Array.from(ids);
  }

  /** Text of token ids; bytes that are not UTF-8 become U+FFFD, the special token nothing. */
  decode(ids: ArrayLike<number>): string {
    return new TextDecoder().decode(this.decodeBytes(ids));
  }

  /** Bytes of token ids. Throws an InputError on an id outside the vocabulary. */
  decodeBytes(ids: ArrayLike<number>): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < ids.length; i++) {
      const part = this.bytes[ids[i]!];
      if (!part) throw new InputError(`tokenizer: no token ${ids[i]}; the vocabulary has ${this.vocabSize}`);
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  private merge(tokens: number[]): number[] {
    while (tokens.length > 1) {
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i + 1 < tokens.length; i++) {
        const rank = this.ranks.get(this.pair(tokens[i]!, tokens[i + 1]!));
        if (rank !== undefined && rank < best) best = rank;
      }
      if (best === Number.POSITIVE_INFINITY) break;
      const [left, right] = this.merges[best]!;
      tokens = mergePair(tokens, left, right, FIRST_MERGE + best);
    }
    return tokens;
  }

  private pair(left: number, right: number): number {
    return left * this.vocabSize + right;
  }

  // --- tokenizer.json ---------------------------------------------------------------------------------------------

  /** The tokenizer as Hugging Face's `tokenizers` library reads it. */
  toJSON(): Record<string, unknown> {
    const names = this.bytes.map((bytes, id) => (id === 0 ? END_OF_TEXT : spell(bytes)));
    return {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [
        {
          id: 0,
          content: END_OF_TEXT,
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
          special: true,
        },
      ],
      normalizer: null,
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: null,
      decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: "BPE",
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(names.map((name, id) => [name, id])),
        merges: this.merges.map(([left, right]) => [names[left], names[right]]),
      },
    };
  }

  /** Reads what `toJSON` wrote, as text or parsed. Throws an InputError on any other kind of tokenizer. */
  static load(json: unknown): Tokenizer {
    const fail = (reason: string) => new InputError(`tokenizer.json: ${reason}`);
    let parsed = json;
    if (typeof json === "string") {
      try {
        parsed = JSON.parse(json);
      } catch (error) {
        throw fail(`not JSON (${(error as Error).message})`);
      }
    }
    const model = (parsed as { model?: Record<string, unknown> } | null)?.model;
    if (model?.type !== "BPE") throw fail("not a BPE tokenizer");
    const vocab = model.vocab as Record<string, number> | undefined;
    if (typeof vocab !== "object" || vocab === null || !Array.isArray(model.merges))
      throw fail("no vocab or no merges");
    if (vocab[END_OF_TEXT] !== 0) throw fail(`${END_OF_TEXT} must be token 0`);
    for (const [byte, character] of BYTE_CHARACTERS.entries()) {
      if (vocab[character] !== FIRST_BYTE + byte) throw fail(`byte ${byte} must be token ${FIRST_BYTE + byte}`);
    }
    const merges = model.merges.map((merge: unknown, i): [number, number] => {
      const [left, right] = (
        typeof merge === "string" ? merge.split(" ") : Array.isArray(merge) ? merge : []
      ) as string[];
      const a = vocab[left ?? ""];
      const b = vocab[right ?? ""];
      if (a === undefined || b === undefined || vocab[`${left}${right}`] !== FIRST_MERGE + i) {
        throw fail(`merge ${i} does not make token ${FIRST_MERGE + i} of two known ones`);
      }
      return [a, b];
    });
    const tokenizer = new Tokenizer(merges);
    if (Object.keys(vocab).length !== tokenizer.vocabSize) throw fail("tokens that no merge makes");
    return tokenizer;
  }
}

function spell(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => BYTE_CHARACTERS[byte]!).join("");
}

/** The tokens with every `left right` joined into one, from left to right. */
export function mergePair(tokens: readonly number[], left: number, right: number, joined: number): number[] {
  const merged: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === left && tokens[i + 1] === right) {
      merged.push(joined);
      i++;
    } else {
      merged.push(tokens[i]!);
    }
  }
  return merged;
}
