// DA-Mixup of marked texts: SeqMix, a way of training (src/train/seqmix.ts). Its sequences are made there, of the encoder's own tokens.

import type { ConfigOf, Source } from "./source.ts";

export const seqmix: Source<ConfigOf<"seqmix">> = {
  name: "DA-Mixup, SeqMix",
  group: "augmentation",
  summary: "A way of training: the encoder's tokens around two real entities are mixed into new ones, and so are their tags.",
  title: ({ variant }) => (variant === "window" ? "DA-Mixup, SeqMix" : `DA-Mixup, SeqMix (${variantWords[variant]})`),
  needs: () => [],
  rounds: () => [],
  shapes: ["token"],
  training: (config) => config,
  extent: () => 0,
  attempt: async () => undefined,
};

const variantWords = { whole: "whole sequences", "same-tags": "same tags" } as const;
