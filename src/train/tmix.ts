// TMix (Chen et al. 2020; App. E): stage II on the few-shot set, each batch mixed with itself in a layer. Knows no graph and no device.

import { rowsFor } from "../classifier/batches.ts";
import type { MethodOf, TrainingMethodRow } from "./training-method.ts";

/** Layers of the encoder that the method's layers were counted on. */
const countedOn = 12;

export const tmix: TrainingMethodRow<MethodOf<"tmix">> = {
  begins: "stage-one",
  rows: 2, // each example and its partner
  classifier: () => ({}),
  async prepare({ alpha, layers }, { encoder, few, size, epochs, config }) {
    const own = layersOf(layers, encoder.config.layers);
    const batches = Math.ceil(size / rowsFor(size, config.batchSize));
    const places = own.length > 1 ? `${own.slice(0, -1).join(", ")} or ${own.at(-1)}` : `${own[0]}`;
    return {
      stage: { id: "synthetic", examples: few, epochs, batches, mixing: { alpha, layers: own } },
      remarks: [
        `TMix made no texts: each batch of the few-shot set was mixed after layer ${places} of ${encoder.config.layers}, ${batches * epochs} times in all.`,
      ],
    };
  },
};

/** Layers at the same share of the depth: 7, 9, 12 of 12 are 4, 5, 6 of 6. */
export function layersOf(layers: readonly number[], depth: number): number[] {
  return [...new Set(layers.map((layer) => Math.max(1, Math.round((layer * depth) / countedOn))))];
}
