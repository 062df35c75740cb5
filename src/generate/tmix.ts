// DA-Mixup of texts, relations and pairs: TMix, a way of training (src/train/tmix.ts). It makes no examples.

import type { ConfigOf, Source } from "./source.ts";

export const tmix: Source<ConfigOf<"tmix">> = {
  name: "DA-Mixup, TMix",
  group: "augmentation",
  summary: "A way of training, without made texts: hidden states and labels of two real examples are mixed inside the encoder.",
  title: () => "DA-Mixup, TMix",
  needs: () => [],
  rounds: () => [],
  shapes: ["sentence", "relation", "pair"],
  training: (config) => config,
  extent: () => 0,
  attempt: async () => undefined,
};
