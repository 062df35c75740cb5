// Reads the lists that language models answer with, weak ones too. Knows no prompt.

/** Numbers, letters and bullets that begin an item: "1.", "2)", "(3)", "a)", "-", "*", "•". */
const mark = /^\s*(?:\(?\d{1,3}[.):]\)?|\(?[a-z]\)|[-*•–])\s+/i;

/** Longest line without a mark, in words, that can be an item rather than prose. */
const mostWords = 6;

/**
 * The items of an answer, in order, without their marks, bold and quotes. Lines with a mark are the list and the prose around them is passed
 * over. When no line has one, short lines are items, or the three and more parts that commas make of a single line. `cut` tells that the
 * answer ended at its token limit: the last item may be half a word and is dropped.
 */
export function listItems(answer: string, cut = false): string[] {
  const lines = answer.split(/\r?\n/).filter((line) => line.trim() !== "");
  const marked = lines.filter((line) => mark.test(line));
  if (marked.length === 0 && lines.length === 1) return commaItems(lines[0] as string, cut);
  const rows = marked.length > 0 ? marked : lines.filter((line) => !isProse(line));
  // Only the answer's last line can have been cut, and it is an item only if it is one of the rows.
  const whole = cut && rows.at(-1) === lines.at(-1) ? rows.slice(0, -1) : rows;
  return named(whole);
}

function isProse(line: string): boolean {
  const words = line.trim().split(/\s+/).length;
  return words > mostWords || (words > 4 && /[.!?]\s*$/.test(line)) || /[:,]\s*$/.test(line);
}

function commaItems(line: string, cut: boolean): string[] {
  const items = line.replace(/^[^,]{0,80}:\s+/, "").split(/,\s+(?:and\s+)?|\s+and\s+/);
  if (items.length === 1) return isProse(line) || cut ? [] : named(items);
  return items.length < 3 ? [] : named(cut ? items.slice(0, -1) : items).filter((item) => !isProse(item));
}

function named(items: readonly string[]): string[] {
  return items.map(plain).filter((item) => /\p{L}/u.test(item));
}

/**
 * The grammar of a numbered list of `from` to `to` items, each of one to `words` words. Small models answer such questions with prose about the
 * question otherwise. It keeps to the subset of EBNF that GBNF and XGrammar share.
 */
export function listGrammar({ from, to, words }: { from: number; to: number; words: number }): string {
  return [
    `root ::= item{${from},${to}}`,
    `item ::= [1-9] [0-9]{0,2} ". " word ( " " word ){0,${words - 1}} "\\n"`,
    "word ::= [A-Za-z] [A-Za-z'-]{1,24}",
  ].join("\n");
}

function plain(item: string): string {
  return item
    .replace(mark, "")
    .replace(/\*\*|__|`/g, "")
    .trim()
    .replace(/^["'“‘*_]+|["'”’*_]+$/g, "")
    .replace(/[.,;:]+$/, "")
    .trim();
}

/** The part before an item's explanation: "Nurses (in notes)", "Nurses: they write" and "Nurses - who write" give "Nurses". */
export function headOf(item: string): string {
  return plain(item.split(/\s*:\s|:$|\s+[-–—]\s+|\s*\(|\s*\[|\.\s/)[0] as string);
}
