// Data of a linear head on frozen features: what it reads at each place, and what it should say there. Knows no loss.

import type { Example } from "../tasks/example.ts";
import { ignoredLabel } from "../text/bio.ts";
import type { Classifier } from "./classifier.ts";
import { type FeaturesProgress, frozenOutputs } from "./fixed-features.ts";
import { inputsOf } from "./predict.ts";
import { decisionOf, headOf, type Input } from "./task-head.ts";

export interface HeadData {
  /** `softmax`: one output is right at each site. `sigmoid`: any of them. */
  readonly link: "softmax" | "sigmoid";
  /** Where no output is likelier than not, the likeliest is what the head says: the decision "some". */
  readonly atLeastOne?: boolean;
  readonly outputs: number;
  /** Features and, last, the bias's 1. */
  readonly width: number;
  readonly examples: number;
  /** [sites, width] */
  readonly x: Float32Array;
  /** [sites, outputs], 1 where the output is right, else 0. */
  readonly y: Float32Array;
  /** Example of each site, ascending. */
  readonly of: Int32Array;
}

/** Examples `from` to `to` of the data, numbered from 0. */
export function partOf(data: HeadData, from: number, to: number): HeadData {
  const first = data.of.findIndex((example) => example >= from);
  const begin = first < 0 ? data.of.length : first;
  const after = data.of.findIndex((example) => example >= to);
  const end = after < 0 ? data.of.length : after;
  return {
    ...data,
    examples: to - from,
    x: data.x.subarray(begin * data.width, end * data.width),
    y: data.y.subarray(begin * data.outputs, end * data.outputs),
    of: data.of.subarray(begin, end).map((example) => example - from),
  };
}

/** A site for each token that has a tag, or one for the whole example, from its first token. Needs a classifier whose layers are all frozen. */
export async function* headData(
  classifier: Classifier,
  examples: readonly Example[],
  signal: AbortSignal,
): AsyncGenerator<FeaturesProgress, HeadData> {
  const { encoder, names, task } = classifier;
  const hidden = encoder.config.hiddenSize;
  const head = headOf(task);
  const inputs = await inputsOf(classifier, examples, signal);
  const tokens = (input: Input) => (head === "token" ? input.encoding.ids.length : 1);
  const found = yield* frozenOutputs(classifier, inputs, (i) => tokens(inputs[i] as Input), signal);
  const sites = inputs.flatMap((input, example) => sitesOf(input, head === "token").map((site) => ({ ...site, example })));
  const width = hidden + 1;
  const x = new Float32Array(sites.length * width).fill(1); // the bias's where no feature is written
  const y = new Float32Array(sites.length * names.length);
  for (const [i, { example, at, right }] of sites.entries()) {
    x.set((found[example] as Float32Array).subarray(at * hidden, (at + 1) * hidden), i * width);
    for (const output of right) y[i * names.length + output] = 1;
  }
  const of = Int32Array.from(sites, (site) => site.example);
  const link = head === "multi" ? "sigmoid" : "softmax";
  const reading = decisionOf(task) === "some" ? { atLeastOne: true } : {};
  return { link, ...reading, outputs: names.length, width, examples: examples.length, x, y, of };
}

function sitesOf({ targets }: Input, perToken: boolean): { at: number; right: readonly number[] }[] {
  if (!perToken) return [{ at: 0, right: targets }];
  return targets.flatMap((target, at) => (target === ignoredLabel ? [] : [{ at, right: [target] }]));
}
