// A trained model for one page: in half precision where its labels stay the same on given examples, else as it is. Knows no page.

import type { Classifier } from "../classifier/classifier.ts";
import type { ModelFiles } from "../classifier/encoder-files.ts";
import { predict } from "../classifier/predict.ts";
import { inHalves } from "../classifier/saved-model.ts";
import type { Sure } from "../classifier/task-head.ts";
import type { Rounding } from "../report/model-page.ts";
import type { Example } from "../tasks/example.ts";
import { sameItems } from "../tasks/shapes.ts";

export interface PageModel {
  readonly files: ModelFiles;
  readonly rounding: Rounding;
}

/** Examples that both models read, at most. */
export const comparedAtMost = 100;

/** Without examples nothing can be compared, and the weights stay in float32. Errors: `aborted`, those of `load` and of the classifier. */
export async function pageModel(
  files: ModelFiles,
  examples: readonly Example[],
  load: (files: ModelFiles) => Promise<Classifier>,
  signal: AbortSignal,
): Promise<PageModel> {
  const some = examples.slice(0, comparedAtMost);
  if (some.length === 0) return { files, rounding: { precision: "float32", compared: 0, changed: 0, largest: 0 } };
  const halves = await inHalves(files);
  const [whole, rounded] = [await answers(files, some, load, signal), await answers(halves, some, load, signal)];
  let [changed, largest] = [0, 0];
  for (const [i, example] of whole.examples.entries()) {
    if (sameItems(example, rounded.examples[i] as Example))
      largest = Math.max(largest, furthest(whole.sure[i] as Sure, rounded.sure[i] as Sure));
    else changed++;
  }
  const compared = some.length;
  if (changed > 0) return { files, rounding: { precision: "float32", compared, changed, largest } };
  return { files: halves, rounding: { precision: "float16", compared, changed, largest } };
}

function furthest(a: Sure, b: Sure): number {
  const [left, right] = [[a].flat(), [b].flat()];
  return left.reduce((most, x, i) => Math.max(most, Math.abs(x - (right[i] ?? x))), 0);
}

async function answers(
  files: ModelFiles,
  examples: readonly Example[],
  load: (files: ModelFiles) => Promise<Classifier>,
  signal: AbortSignal,
) {
  const classifier = await load(files);
  try {
    for await (const event of predict(classifier, examples, signal)) if (event.type === "predicted") return event;
  } finally {
    await classifier.close();
  }
  throw new Error("answers: the prediction ended without its examples");
}
