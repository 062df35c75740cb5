// A checkpoint's own classifier: taken where it was made for the same labels, left where it was not. Knows no device.

import type { Weights } from "../weights/weight.ts";
import type { Encoder } from "./encoder-files.ts";

/** The head's tensors by transformers' names. */
const headTensor = /^classifier\./;

/**
 * The checkpoint's weights, without its classifier unless config.json's `id2label` has just these names in this order. `remark` says what was left
 * out and why, a sentence for the user.
 */
export function weightsForLabels(
  { weights, configJson }: Pick<Encoder, "weights" | "configJson">,
  names: readonly string[],
): { readonly weights: Weights; readonly remark?: string } {
  if (![...weights.keys()].some((name) => headTensor.test(name))) return { weights };
  const own = labelsOf(configJson);
  if (own.length === names.length && own.every((label, i) => label === names[i])) return { weights };
  const known = own.length > 0 ? `knows the labels ${shown(own)}` : "names no labels";
  return {
    weights: new Map([...weights].filter(([name]) => !headTensor.test(name))),
    remark: `The checkpoint's classifier ${known}; this task has ${shown(names)}. Its encoder is taken, and a new classifier is drawn.`,
  };
}

/** `id2label` by its indices; empty where there is none. */
function labelsOf({ id2label }: Readonly<Record<string, unknown>>): readonly string[] {
  if (id2label === null || typeof id2label !== "object") return [];
  const entries = Object.entries(id2label).map(([index, label]) => [Number(index), String(label)] as const);
  return entries.sort(([a], [b]) => a - b).map(([, label]) => label);
}

const most = 12;

const shown = (labels: readonly string[]) =>
  labels.length <= most ? labels.join(", ") : `${labels.slice(0, most).join(", ")} and ${labels.length - most} more`;
