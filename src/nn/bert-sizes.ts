// Stand-ins for the sizes of a batch, for a BERT's graph whose file leaves them open. Knows no file.

import type { FreeSizes } from "../graph/free-sizes.ts";
import type { BertConfig } from "./bert-config.ts";

/** Two primes, neither of which divides a size of the model: the stand-ins of the sizes that a run chooses. */
export function standIns(config: BertConfig): FreeSizes & { readonly batch: number; readonly tokens: number } {
  const sizes = Object.values(config).filter((n) => Number.isInteger(n) && n > 0);
  const isPrime = (n: number) => !Array.from({ length: Math.floor(Math.sqrt(n)) - 1 }, (_, i) => i + 2).some((d) => n % d === 0);
  const fits = (n: number) => isPrime(n) && !sizes.some((size) => size % n === 0);
  const below = (n: number): number => (fits(n) ? n : below(n - 1));
  const tokens = below(config.maxPositions);
  return { batch: below(tokens - 1), tokens };
}
