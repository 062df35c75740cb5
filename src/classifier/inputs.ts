// Inputs of a classifier: its task's own, with the query of its variant behind each. Knows no device.

import type { Example } from "../tasks/example.ts";
import { ignoredLabel } from "../text/bio.ts";
import type { Encoding } from "../text/encoding.ts";
import type { Classifier } from "./classifier.ts";
import { type Input, inputOf, windowsOf } from "./task-head.ts";

type Reads = Pick<Classifier, "task" | "query" | "maxTokens"> & { readonly encoder: Pick<Classifier["encoder"], "tokenizer"> };

/** An example as training reads it: cut where it is too long. */
export function readInput(classifier: Reads, example: Example, maxTokens = classifier.maxTokens): Input {
  const { task, query, encoder } = classifier;
  return behind(inputOf(task, encoder.tokenizer, example, maxTokens - query.length), query);
}

/** An example as prediction reads it: in windows where its shape allows them, each with the query behind it. */
export function readWindows(classifier: Reads, example: Example, maxTokens = classifier.maxTokens): Input[] {
  const { task, query, encoder } = classifier;
  return windowsOf(task, encoder.tokenizer, example, maxTokens - query.length).map((input) => behind(input, query));
}

/** `query` ends with its separator. Its tokens are no word's and have no target. */
function behind(input: Input, query: readonly number[]): Input {
  if (query.length === 0) return input;
  const { ids, types, starts, ends, words } = input.encoding;
  const of = (value: number) => query.map(() => value);
  const encoding: Encoding = {
    ids: [...ids, ...query],
    types: [...types, ...of(1)],
    starts: [...starts, ...of(0)],
    ends: [...ends, ...of(0)],
    words: [...words, ...of(-1)],
  };
  return { ...input, encoding, targets: [...input.targets, ...of(ignoredLabel)], query: query.length };
}
