// Runs of words that one text takes over from another. Knows no tokenizer and no task.

/** Words in lower case: letters and digits with the accents and vowel signs that are written on them. */
export const bareWords = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];

/** A text's words as they are compared: `bareWords`, but "it's" is one. */
export const wordsOf = (text: string): readonly string[] =>
  text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu) ?? [];

/** Words of a text that tell whose it is: a shorter one ("No complaints.") may be another's by chance. */
export const fewestTelling = 5;

/** The text without a name: what stands before, between and behind its mentions, whatever their case. */
export function around(text: string, name: string): readonly string[] {
  if (name === "") return [text];
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.split(new RegExp(escaped, "giu"));
}

/** Tells whether the text takes over so many words in a row from one of the given ones. */
export function takesOver(text: string, given: readonly string[], words: number): boolean {
  const runs = new Set(given.flatMap((one) => runsOf(wordsOf(one), words)));
  return runsOf(wordsOf(text), words).some((run) => runs.has(run));
}

const runsOf = (list: readonly string[], words: number): readonly string[] =>
  list.flatMap((_, i) => (i + words <= list.length ? [list.slice(i, i + words).join(" ")] : []));
