// Runs of words that one text takes over from another. Knows no tokenizer and no task.

/** A text's words as they are compared: letters and digits, in lower case. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Tells whether the text takes over so many words in a row from the given one. */
export function takesOver(text: string, given: string, words: number): boolean {
  const runs = runsOf(wordsOf(given), words);
  return [...runsOf(wordsOf(text), words)].some((run) => runs.has(run));
}

const runsOf = (list: readonly string[], words: number): ReadonlySet<string> =>
  new Set(list.flatMap((_, i) => (i + words <= list.length ? [list.slice(i, i + words).join(" ")] : [])));
