/** What a version costs, in wei of OPEN per 1,000 tokens (frozen terms, `IModels.Terms`). */
export interface Prices {
  priceIn: bigint;
  priceOut: bigint;
}

/**
 * The charge in wei for so many prompt and completion tokens; with all that a request allows, its ceiling. One division for both parts, rounded up: a fee never
 * rounds to nothing, and the payer never pays more than one wei too much.
 */
export function chargeFor({ priceIn, priceOut }: Prices, promptTokens: number, completionTokens: number): bigint {
  return (BigInt(promptTokens) * priceIn + BigInt(completionTokens) * priceOut + 999n) / 1000n;
}
