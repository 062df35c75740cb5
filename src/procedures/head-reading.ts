// Features of examples by a frozen encoder, and what a head is asked of them. Knows no device and no storage.

import type { EpochView } from "../analyse/cartography.ts";
import type { Classifier } from "../classifier/classifier.ts";
import { type HeadData, headData } from "../classifier/head-data.ts";
import type { FeaturesEvent, FeaturesRequest } from "../experiment/steps.ts";
import type { Example } from "../tasks/example.ts";
import { headMap, headRecipe } from "../train/head-map.ts";

type Ending = (data: HeadData, seed: number, signal: AbortSignal) => AsyncGenerator<FeaturesEvent, void>;

const endings: Readonly<Record<FeaturesRequest["wanted"], Ending>> = {
  async *"head-data"(data) {
    yield { type: "head-data", data };
  },
  async *"data-map"(data, seed, signal) {
    const epochs: EpochView[] = [];
    for await (const epoch of headMap(data, seed, signal)) {
      epochs.push(epoch);
      yield { type: "mapping", done: epoch.epoch, total: headRecipe.epochs };
    }
    yield { type: "data-map", epochs };
  },
};

/** Needs a classifier whose layers are all frozen. Errors: `aborted`, and the trainer's. */
export async function* readFeatures(
  classifier: Classifier,
  {
    examples,
    wanted,
    seed,
  }: { readonly examples: readonly Example[]; readonly wanted: FeaturesRequest["wanted"]; readonly seed: number },
  signal: AbortSignal,
): AsyncGenerator<FeaturesEvent, void> {
  const work = headData(classifier, examples, signal);
  let next = await work.next();
  for (; !next.done; next = await work.next()) {
    yield next.value.type === "features" ? { ...next.value, type: "reading" } : next.value;
  }
  yield* endings[wanted](next.value, seed, signal);
}
