// The token nearest to a mix of two tokens' embeddings, by Euclidean distance. Knows no text and no weights file.

import type { Weight } from "../weights/weight.ts";

export interface TokenSearch {
  /** The allowed token nearest to share * E[a] + (1 - share) * E[b] that is neither; of equals the first. Throws where there is none. */
  nearest(a: number, b: number, share: number): number;
}

/**
 * A search in a table of rows. Products of two tokens' rows with all rows give the distances of any of their mixes, so that each token costs
 * one pass over the table, however often it is mixed.
 */
export function tokenSearch({ shape, data }: Weight, allowed: (row: number) => boolean): TokenSearch {
  const [rows, columns] = shape as [number, number];
  const candidates = Array.from({ length: rows }, (_, row) => row).filter(allowed);
  const products = new Map<number, Float64Array>();
  const product = (x: number, y: number) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += (data[x * columns + k] as number) * (data[y * columns + k] as number);
    return sum;
  };
  const squares = Float64Array.from(candidates, (row) => product(row, row));
  const withAll = (token: number): Float64Array => {
    const known = products.get(token);
    if (known) return known;
    const found = Float64Array.from(candidates, (row) => product(row, token));
    if (products.size >= mostKept) for (const oldest of [...products.keys()].slice(0, 1)) products.delete(oldest);
    products.set(token, found);
    return found;
  };
  return {
    nearest(a, b, share) {
      const [ofA, ofB] = [withAll(a), withAll(b)];
      let best: number | undefined;
      let least = Number.POSITIVE_INFINITY;
      for (const [i, row] of candidates.entries()) {
        if (row === a || row === b) continue;
        const far = (squares[i] as number) - 2 * (share * (ofA[i] as number) + (1 - share) * (ofB[i] as number));
        if (far < least) [best, least] = [row, far];
      }
      if (best === undefined) throw new Error("nearest: expected a token that is neither of the two and no special one");
      return best;
    },
  };
}

/** Tokens whose products are kept: some 60 MB for a vocabulary of 30,000. */
const mostKept = 256;
