// What a task asks of a model's head: the outputs' meaning, targets of an example, an example from outputs. Knows no weights.

import { unreachable } from "../base/errors.ts";
import type { Example } from "../tasks/example.ts";
import type { LearnableTask } from "../tasks/task.ts";
import type { Word } from "../text/basic-words.ts";
import { bioTags, labelsOfPieces, spansOfTags, tagsOfPieces, tagsOfSpans } from "../text/bio.ts";
import { type Encoding, encodePair, encodeText, encodeWindows } from "../text/encoding.ts";
import type { WordPiece } from "../text/word-piece.ts";

/** What each output of the task's head stands for: BIO tags, or the task's labels; config.json's `id2label`. */
export function outputNames(task: LearnableTask): string[] {
  const labels = task.labels.map((label) => label.id);
  switch (task.kind) {
    case "token":
      return bioTags(labels);
    case "pair":
    case "sentence":
      return labels;
    default:
      return unreachable(task);
  }
}

/** An example as its model reads it. */
export interface Input {
  readonly encoding: Encoding;
  /** All words of a token example's text, those cut off too. */
  readonly words: readonly Word[];
  /** Indices of outputs: one for each piece (`ignoredLabel` where a piece has none), one for the whole input, or any number for it. */
  readonly targets: readonly number[];
}

/** `maxTokens` counts special tokens; what is beyond is cut off. Throws for an example of another kind than the task's. */
export function inputOf(task: LearnableTask, tokenizer: WordPiece, example: Example, maxTokens: number): Input {
  const names = outputNames(task);
  if (task.kind === "token" && example.kind === "token") {
    const encoding = encodeText(tokenizer, example.text, maxTokens);
    const tags = tagsOfSpans(encoding.text, example.spans);
    return { encoding, words: encoding.text, targets: labelsOfPieces(encoding, tags, names) };
  }
  const targetOf = (label: string) => {
    const target = names.indexOf(label);
    if (target < 0) throw new Error(`inputOf: expected one of ${names.join(", ")}, got label ${JSON.stringify(label)}`);
    return target;
  };
  if (task.kind === "pair" && example.kind === "pair") {
    const encoding = encodePair(tokenizer, example.first, example.second, maxTokens);
    return { encoding, words: [], targets: [targetOf(example.label)] };
  }
  if (task.kind === "sentence" && example.kind === "sentence") {
    const targets = example.labels.map(targetOf);
    if (task.objective === "single" && targets.length !== 1) {
      throw new Error(`inputOf: ${task.id} expects one label for each example, got ${targets.length}`);
    }
    return { encoding: encodeText(tokenizer, example.text, maxTokens), words: [], targets };
  }
  throw new Error(`inputOf: ${task.id} expects ${task.kind} examples, got a ${example.kind} example`);
}

/**
 * An example as inputs that lack nothing of it, for prediction: a token example whose text is too long as windows that overlap, anything
 * else as `inputOf` has it. Their targets are those of no training.
 */
export function windowsOf(task: LearnableTask, tokenizer: WordPiece, example: Example, maxTokens: number): Input[] {
  if (task.kind !== "token" || example.kind !== "token") return [inputOf(task, tokenizer, example, maxTokens)];
  const names = outputNames(task);
  return encodeWindows(tokenizer, example.text, maxTokens).map((encoding) => {
    const tags = tagsOfSpans(encoding.text, example.spans);
    return { encoding, words: encoding.text, targets: labelsOfPieces(encoding, tags, names) };
  });
}

/** The example with predicted labels in place of its own. `outputs` are indices: what `outcomes` gives for the input of the same place. */
export function predictedExample(
  task: LearnableTask,
  example: Example,
  inputs: readonly Input[],
  outputs: readonly (readonly number[])[],
): Example {
  const names = outputNames(task);
  switch (example.kind) {
    case "token": {
      const words = inputs[0]?.words ?? [];
      const windows = inputs.map((input) => input.encoding);
      return {
        kind: "token",
        text: example.text,
        spans: spansOfTags(words, tagsOfPieces(windows, outputs, names, words.length)),
      };
    }
    case "pair":
      return { ...example, label: names[outputs[0]?.[0] as number] as string };
    case "sentence":
      return { ...example, labels: (outputs[0] ?? []).map((output) => names[output] as string) };
    default:
      return unreachable(example);
  }
}
