// Checks of a sentence that all families share: long enough to learn from, no loop, what it mentions. Knows no family.

import { bareWords } from "../base/word-runs.ts";
import { isSpaceless } from "../knowledge/word-spelling.ts";
import type { Family } from "../tasks/families.ts";
import { type Asked, readAnswer } from "./answer.ts";
import { type Parsed, rejected } from "./rejections.ts";

/** Fewer words than this are no sentence to learn from. Hypotheses and questions of real pairs have three: "Patient has hypertension". */
const fewestWords: Readonly<Record<Family, number>> = { ner: 4, attribute: 4, classification: 4, relation: 4, pair: 3 };

/** The sentence that a completion answers with. */
export function readSentence(family: Family, completion: string, asked: Asked = {}): Parsed<string> {
  const answer = readAnswer(completion, asked);
  return answer.ok ? checked(family, answer.value) : answer;
}

/** A text without marks, or why it is no sentence to learn from. */
export function checked(family: Family, text: string): Parsed<string> {
  if (wordCount(text) < fewestWords[family]) return rejected("too-short");
  return isRepetitive(text) ? rejected("repetitive") : { ok: true, value: text };
}

/** Scripts without spaces have some two characters a word. */
function wordCount(text: string): number {
  const spaced = bareWords(text).filter((word) => !isSpaceless(word)).length;
  return spaced + Math.ceil([...text].filter(isSpaceless).length / 2);
}

/** Letters and digits alone, in lower case: what makes two sentences the same. */
export function plain(text: string): string {
  return bareWords(text).join(" ");
}

/** A word with what hyphens, points and slashes join to it: "SARS-CoV-2" and "0.05" are one, for a text names them again and again. */
const compound = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:[-‐‑–./'’][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu;

/** A loop, into which small models fall: a word three times in a row, or the same three words in a row three times. */
function isRepetitive(text: string): boolean {
  if (
    plain(text)
      .split(" ")
      .some((word, i, list) => i >= 2 && word === list[i - 1] && word === list[i - 2])
  )
    return true;
  const list = text.toLowerCase().match(compound) ?? [];
  const seen = new Map<string, number>();
  return list.slice(2).some((_, i) => {
    const triple = list.slice(i, i + 3).join(" ");
    const times = (seen.get(triple) ?? 0) + 1;
    seen.set(triple, times);
    return times >= 3;
  });
}
