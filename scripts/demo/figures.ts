/** What `npm start -- --json FILE` writes. Amounts are wei of OPEN as decimal strings, read back from the chain. */
export interface Figures {
  /** Name of the engine that attributed. */
  engine: string;
  /** How far its scores of the reference answers are from what fine-tuning gained, answer by answer; 0.05 is 5 %. */
  efficiency: number;
  contributions: ContributionFigures[];
  /** Each part of the revenue split, as paid. They add up to the income. */
  split: SplitFigures[];
  epoch: {
    /** ⌊timestamp / EPOCH⌋ */
    number: number;
    income: string;
    /** The contributors' part of it. */
    pool: string;
    /** What of the pool went to the treasury. */
    unattributed: string;
  };
  refutation: RefutationFigures;
  hashes: { base: string; adapter: string; manifest: string; indexRoot: string; payoutRoot: string; bundle: string };
  answers: AnswerFigures[];
  /** Loss tokens that the adapter was trained on in one pass. */
  trainedTokens: number;
  /** Held-out perplexity per token. */
  perplexity: { base: number; tuned: number };
  /** Whether the balances of all who ever held OPEN add up to its supply. */
  supplyOk: boolean;
}

/** A wrong posting on top of the right one, and what became of it. */
export interface RefutationFigures {
  poster: string;
  /** What it added to its own payout. */
  stolen: string;
  /** What the proof says. */
  proof: string;
  /** The refutation. */
  transaction: string;
  gas: number;
  refuter: string;
  /** What the refuter was paid out of the poster's bond; the rest of it is burned. */
  reward: string;
  bond: string;
  /** Whether the watcher found the right posting right. */
  honest: boolean;
}

export interface ContributionFigures {
  id: number;
  /** Name of the contributor: its file's. */
  contributor: string;
  account: string;
  /** Rows registered on chain. */
  rows: number;
  /** Rows that trained the adapter. */
  trainedRows: number;
  /** Whether the base was trained on this file. */
  inBase: boolean;
  /** Signed total of its parts over the epoch's receipts, in wei of income. */
  part: string;
  /** What the posting adds to its cumulative payout. */
  payout: string;
  claimed: string;
  claimGas: number;
  balanceBefore: string;
  balanceAfter: string;
}

export interface SplitFigures {
  recipient: string;
  basisPoints: number;
  amount: string;
  account: string;
  balanceBefore: string;
  balanceAfter: string;
}

export interface AnswerFigures {
  question: string;
  answer: string;
  payer: string;
  tokens: { prompt: number; completion: number };
  charge: string;
  /** Number of its receipt in the Till's sequence. */
  receipt: number;
  /** The contribution with the largest positive part, by contributor's name; null where there is none. */
  topContributor: string | null;
}
