// Reasons to throw a completion away, and a result that is a value or one of them. Knows no reader and no run.

/** Why a completion was thrown away. Each is counted and shown. */
export const rejectReasons = [
  "empty", // nothing but white space
  "truncated", // the token limit came before the end
  "thought-only", // thinking aloud, and no answer after it
  "refusal", // the model declines to answer
  "echoes-prompt", // the instructions given back
  "preamble-only", // an announcement, and nothing after it
  "malformed", // not the form that the prompt asks for
  "placeholder", // a gap left to be filled in: "[name]", "<disease>", "XXX"
  "unbalanced-marks", // an entity mark opened and not closed
  "no-entity", // NER: no entity left in the sentence
  "entity-absent", // relation: head or tail is not in the sentence
  "topic-absent", // the topic asked for is not mentioned
  "too-short",
  "repetitive", // a loop: the same words or signs again and again
  "duplicate", // the same text was accepted before
  "copies-demonstration",
  "identical-pair", // the second sentence is the first
  "labels-differ", // a classifier of the few-shot set labels it otherwise
  "copies-first", // the second sentence takes over a run of words from the first, where the writer forbids it
  "untranslated", // back translation: what should be English again stayed French
  "unanswered", // asked past this machine, and no answer came back, or a failure
] as const;

export type RejectReason = (typeof rejectReasons)[number];

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: RejectReason };

export const rejected = (reason: RejectReason): { readonly ok: false; readonly reason: RejectReason } => ({ ok: false, reason });
