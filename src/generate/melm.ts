// DA-MELM (Zhou et al. 2022; App. E): few-shot sentences whose entities are filled in anew by a masked model that reads tags around their words.

import { normal, type Rng } from "../base/rng.ts";
import { rejected } from "../prompts/rejections.ts";
import type { Example } from "../tasks/example.ts";
import type { MaskPlace } from "../tasks/mask-place.ts";
import { blankOf, labelsOf, sameItems } from "../tasks/shapes.ts";
import { withFillings } from "./augment/filled-text.ts";
import type { MaskFiller } from "./mask-filler.ts";
import type { ConfigOf, Source } from "./source.ts";

/** Ranks of which one is drawn for each masked place: the likeliest piece is mostly the one that stood there. */
const ranks = { first: 2, last: 5 } as const;

export const melm: Source<ConfigOf<"melm">> = {
  name: "DA-MELM",
  group: "augmentation",
  summary:
    "Real sentences whose entities are filled in anew by the encoder itself, which reads a tag around each of their words. The encoder needs its masked-language-model head.",
  title: ({ filter }) => (filter ? "DA-MELM, filtered" : "DA-MELM"),
  needs: ({ filter }) => (filter ? ["masked", "encoder"] : ["masked"]),
  masked: ({ tuning }) => ({ sight: "around", tuning, masks: { kind: "each", rate: tuning.maskRate } }),
  shapes: ["token"],
  rounds: () => [],
  extent: (size) => size,
  tries: 50,
  async attempt(i, { config, demonstrations }, { fill, label }, stream) {
    const marked = [...demonstrations.keys()].filter((at) => labelsOf(demonstrations[at] as Example).length > 0);
    const from = marked[i % Math.max(1, marked.length)];
    const example = from === undefined ? undefined : demonstrations[from];
    if (from === undefined || !example) return undefined;
    if (!fill) throw new Error("a source that fills masked places was given no masked model");
    const made = await refilled(example, fill, stream);
    const attempt = { label: labelsOf(example)[0] ?? "", origin: { kind: "derived", from: [from], by: "MELM" } as const };
    if (!config.filter) return { ...attempt, parsed: { ok: true, value: made } };
    if (!label) throw new Error("a source that filters by labels was given no classifier");
    const agrees = sameItems(made, await label(blankOf(made)));
    return { ...attempt, parsed: agrees ? { ok: true, value: made } : rejected("labels-differ") };
  },
};

/** The sentence with pieces of each of its entities' words drawn anew, all masked at once. */
async function refilled(example: Example, fill: MaskFiller, stream: Rng): Promise<Example> {
  const { places } = fill.places(example);
  const masked = wordsOf(places)
    .flatMap((pieces) =>
      stream.sample(
        pieces,
        piecesToMask(pieces.length, () => stream.next()),
      ),
    )
    .sort((a, b) => a - b);
  const found = masked.length === 0 ? [] : await fill.fill(example, masked);
  const fillings = masked.map((place, i) => {
    const likeliest = found[i]?.likeliest(ranks.last) ?? [];
    return {
      ...(places[place] as MaskPlace),
      filling: stream.pick(likeliest.slice(Math.min(ranks.first, likeliest.length) - 1)),
    };
  });
  return withFillings(example, fillings);
}

/** Indices of the places of each word. */
function wordsOf(places: readonly MaskPlace[]): readonly (readonly number[])[] {
  const words = new Map<number, number[]>();
  for (const [i, { word }] of places.entries()) words.set(word, [...(words.get(word) ?? []), i]);
  return [...words.values()];
}

/** Pieces to mask in a word of `n`: round(Normal(n / 2, 1)), drawn until it is one to n. */
export function piecesToMask(n: number, random: () => number): number {
  for (;;) {
    const k = Math.round(n / 2 + normal(random));
    if (k >= 1 && k <= n) return k;
  }
}
