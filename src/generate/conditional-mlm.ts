// DA-Transformer (Kumar et al. 2020; App. E): few-shot examples with words masked and filled by a masked model that reads the label before the text.

import type { Rng } from "../base/rng.ts";
import type { Example } from "../tasks/example.ts";
import type { MaskPlace } from "../tasks/mask-place.ts";
import { labelsOf } from "../tasks/shapes.ts";
import { withFillings } from "./augment/filled-text.ts";
import type { MaskFiller } from "./mask-filler.ts";
import type { ConfigOf, Source } from "./source.ts";

/** Pieces of an input that training masks, at most. */
const mostMasked = 20;

export const conditionalMlm: Source<ConfigOf<"conditional-mlm">> = {
  name: "DA-Transformer",
  group: "augmentation",
  summary:
    "Real examples with some words filled in anew by the encoder itself, which reads the label before the text. The encoder needs its masked-language-model head.",
  title: () => "DA-Transformer",
  needs: () => ["masked"],
  masked: ({ tuning }) => ({ sight: "before", tuning, masks: { kind: "share", share: tuning.maskRate, most: mostMasked } }),
  shapes: ["sentence", "relation", "pair"],
  rounds: () => [],
  extent: (size) => size,
  tries: 50,
  async attempt(i, { demonstrations }, { fill }, stream) {
    const from = i % Math.max(1, demonstrations.length);
    const example = demonstrations[from];
    if (!example) return undefined;
    if (!fill) throw new Error("a source that fills masked places was given no masked model");
    const origin = { kind: "derived", from: [from], by: "conditional masked model" } as const;
    return { label: labelsOf(example)[0] ?? "", origin, parsed: { ok: true, value: await filled(example, fill, stream) } };
  },
};

/** The example with some pieces drawn anew; unchanged where it has none to mask. */
async function filled(example: Example, fill: MaskFiller, stream: Rng): Promise<Example> {
  const { length, condition, places } = fill.places(example);
  if (places.length === 0) return example;
  const drawn = Array.from({ length: placesToMask(length, condition) }, () => stream.int(places.length));
  const masked = [...new Set(drawn)].sort((a, b) => a - b);
  const found = await fill.fill(example, masked);
  const fillings = masked.map((place, i) => ({
    ...(places[place] as MaskPlace),
    filling: found[i]?.drawn(stream.next()) ?? "",
  }));
  return withFillings(example, fillings);
}

/** Places drawn, with replacement, in an input of so many tokens, special ones counted, with a label of `condition` tokens (Kumar et al. 2020). */
export const placesToMask = (length: number, condition: number): number => Math.max(1, Math.floor((length - 1 - condition) / 7));
