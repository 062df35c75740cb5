// Why completions are thrown away, in words for readers.

import type { RejectReason } from "../generate/source.ts";

export const reasonWords: Readonly<Record<RejectReason, string>> = {
  empty: "nothing was written",
  truncated: "cut off by the token limit",
  "thought-only": "a thought and no answer after it",
  refusal: "the model declined",
  "echoes-prompt": "the instructions given back",
  "preamble-only": "an announcement and nothing after it",
  malformed: "not the form that was asked for",
  placeholder: "a gap left to be filled in",
  "unbalanced-marks": "a mark opened and not closed",
  "no-entity": "no entity left in the sentence",
  "entity-absent": "an entity of the relation is not in the sentence",
  "topic-absent": "the topic is not mentioned",
  "too-short": "too short",
  repetitive: "the same words or signs again and again",
  duplicate: "written before",
  "copies-demonstration": "copied from a demonstration",
  "identical-pair": "both sentences are the same",
  "labels-differ": "labelled otherwise by a classifier of the few real examples",
  "copies-first": "the second sentence repeats words of the first",
  untranslated: "not translated back",
  unanswered: "asked and not answered",
};
