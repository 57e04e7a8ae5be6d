// Learns the merges of a byte-level BPE: again and again the most frequent pair of neighbouring tokens becomes a token.
import { InputError } from "./errors.ts";
import { byteTokens, mergePair, splitWords, Tokenizer } from "./tokenizer.ts";

interface Word {
  tokens: number[];
  count: number;
}

/**
 * A tokenizer of at most `vocabSize` tokens (at least 257: the special token and the bytes); fewer if no pair occurs
 * twice any more. Equal counts go to the pair with the lower token ids, so the result depends on the texts alone.
 */
export function trainTokenizer(texts: Iterable<string>, vocabSize: number): Tokenizer {
  if (!Number.isSafeInteger(vocabSize) || vocabSize < 257 || vocabSize > 65536) {
    throw new InputError(`tokenizer: the vocabulary must have 257 to 65,536 tokens, not ${vocabSize}`);
  }
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const words: Word[] = [...counts].map(([word, count]) => ({ tokens: byteTokens(word), count }));

  const pairs = new PairCounts(vocabSize);
  for (const word of words) pairs.add(word, 1);
  const merges: [number, number][] = [];
  for (let token = 257; token < vocabSize; token++) {
    const pair = pairs.mostFrequent();
    if (!pair) break;
    const [left, right] = pair;
    merges.push(pair);
    for (const word of pairs.wordsOf(left, right)) {
      pairs.add(word, -1);
      word.tokens = mergePair(word.tokens, left, right, token);
      pairs.add(word, 1);
    }
  }
  return new Tokenizer(merges);
}

/** How often each pair occurs, and in which words it may occur. */
class PairCounts {
  private readonly base: number;
  private readonly counts = new Map<number, number>();
  private readonly places = new Map<number, Set<Word>>();

  constructor(base: number) {
    this.base = base;
  }

  add(word: Word, sign: 1 | -1): void {
    for (let i = 0; i + 1 < word.tokens.length; i++) {
      const key = word.tokens[i]! * this.base + word.tokens[i + 1]!;
      const count = (this.counts.get(key) ?? 0) + sign * word.count;
      if (count > 0) this.counts.set(key, count);
      else this.counts.delete(key);
      if (sign < 0) continue;
      const place = this.places.get(key);
      if (place) place.add(word);
      else this.places.set(key, new Set([word]));
    }
  }

  mostFrequent(): [number, number] | undefined {
    let best = -1;
    let most = 1;
    for (const [key, count] of this.counts) {
      if (count > most || (count === most && most > 1 && key < best)) {
        best = key;
        most = count;
      }
    }
    return best < 0 ? undefined : [Math.floor(best / this.base), best % this.base];
  }

  wordsOf(left: number, right: number): Word[] {
    const key = left * this.base + right;
    const words = [...(this.places.get(key) ?? [])];
    this.places.delete(key);
    return words;
  }
}
