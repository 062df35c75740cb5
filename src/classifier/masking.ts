// The draws of masked language modelling: which pieces of an input are hidden, and what stands in their place. Pure.

import type { Rng } from "../base/rng.ts";
import { ignoredLabel } from "../text/bio.ts";
import type { MaskedInput } from "./masked-input.ts";
import type { Input } from "./task-head.ts";

/** How an input is masked in training. */
export type MaskScheme =
  /** A share of the places, at most so many; BERT's 80 / 10 / 10, the random piece from the same input (Kumar et al. 2020). */
  | { readonly kind: "share"; readonly share: number; readonly most: number }
  /** Each place by itself, always as [MASK] (Zhou et al. 2022). */
  | { readonly kind: "each"; readonly rate: number };

/** The input with places hidden; its targets are the pieces that stood there, and nothing elsewhere. */
export function masked(input: MaskedInput, scheme: MaskScheme, mask: number, draws: Rng): Input {
  const ids = [...input.encoding.ids];
  const targets = ids.map(() => ignoredLabel);
  const own = input.places.map(({ at }) => input.encoding.ids[at] as number);
  for (const place of chosen(input, scheme, draws)) {
    const { at } = input.places[place] as { at: number };
    targets[at] = own[place] as number;
    ids[at] = scheme.kind === "each" ? mask : shown(own[place] as number, own, mask, draws);
  }
  return { encoding: { ...input.encoding, ids }, words: [], targets };
}

function chosen({ places }: MaskedInput, scheme: MaskScheme, draws: Rng): readonly number[] {
  const all = [...places.keys()];
  if (scheme.kind === "each") return all.filter(() => draws.next() < scheme.rate);
  return draws.sample(all, Math.min(scheme.most, Math.max(1, Math.round(places.length * scheme.share))));
}

function shown(piece: number, others: readonly number[], mask: number, draws: Rng): number {
  const u = draws.next();
  if (u < 0.8) return mask;
  return u < 0.9 ? draws.pick(others) : piece;
}
