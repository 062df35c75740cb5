// Feedback at a barrier of a batch: the encoder is trained in a headless Chromium, by the app's own code. Knows no folder.

import type { Barrier } from "../src/generate/batch.ts";
import type { Feedback } from "../src/generate/source.ts";
import { sourceOf } from "../src/generate/sources.ts";
import { taskOf } from "../src/tasks/catalogue.ts";
import type { BatchPlan } from "./batch-folder.ts";
import { narrator } from "./demo-narrator.ts";
import { withHeadless } from "./headless-page.ts";
import { ensureModels } from "./models.ts";
import { buildApp } from "./serve.ts";

/** Answers the barrier. `tell` hears what is done. Throws what ended the training; the batch then stands at the barrier still. */
export type FeedbackGiver = (plan: BatchPlan, barrier: Barrier, tell: (words: string) => void) => Promise<Feedback>;

export const trainedFeedback: FeedbackGiver = async ({ config, seeds, data }, { accepted }, tell) => {
  const { encoder, source } = config;
  tell(`${sourceOf(source).name} asks an encoder which of ${accepted.length} examples helped most: ${encoder} is trained here.`);
  const [state] = await ensureModels([encoder], { quiet: true });
  if (state && !state.there) throw new Error(`${encoder} could not be had: ${state.why}`);
  await buildApp();
  const onEvent = narrator(taskOf(config.task), tell);
  return withHeadless({ tell, onEvent }, (page) =>
    page.feedback({ cell: { config, seeds, keepModel: false, place: "batch" }, data, accepted }),
  );
};
