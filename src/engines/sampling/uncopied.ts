// Forbids a completion to take over a run of words from given texts. Knows no model and no grammar.

import { wordsOf } from "../../base/word-runs.ts";
import type { ByteLevelTokenizer } from "../../text/byte-level-tokenizer.ts";
import type { Uncopied } from "../language-model.ts";

/**
 * Tokens that may not come after those of the completion so far. The ban falls on the first token of a word alone, so that no word is broken off
 * in its middle, and a name of several tokens counts as one word.
 */
export type Ban = (tokens: readonly number[]) => readonly number[];

type Decoder = Pick<ByteLevelTokenizer, "encode" | "decode" | "vocabulary">;

export function copyBan(tokenizer: Decoder, { texts, words }: Uncopied): Ban {
  /** The last word of each run, by the words before it. */
  const lasts = new Map<string, Set<string>>();
  for (const list of texts.map(wordsOf)) {
    for (let end = words - 1; end < list.length; end++) {
      const before = list.slice(end - words + 1, end).join(" ");
      lasts.set(before, (lasts.get(before) ?? new Set()).add(list[end] as string));
    }
  }
  const openings = openingsOf(tokenizer, new Set([...lasts.values()].flatMap((ends) => [...ends])));
  return (tokens) => {
    const written = wordsOf(tokenizer.decode(tokens));
    const before = words === 1 ? "" : written.slice(1 - words).join(" ");
    return [...(lasts.get(before) ?? [])].flatMap((word) => openings.get(word) ?? []);
  };
}

/** Tokens that open a word, each as it is written by the tokenizer: after a space or at the start, in lower case or with a capital. */
function openingsOf(tokenizer: Decoder, words: ReadonlySet<string>): ReadonlyMap<string, readonly number[]> {
  const forms = (word: string) => [word, word.replace(/^./u, (letter) => letter.toUpperCase()), word.toUpperCase()];
  const opening = (word: string) =>
    forms(word).flatMap((form) => [` ${form}`, form].flatMap((spelled) => tokenizer.encode(spelled).slice(0, 1)));
  return new Map([...words].map((word) => [word, [...new Set(opening(word))]]));
}
