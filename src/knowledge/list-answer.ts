// Reads the lists that language models answer with, weak ones too. Knows no prompt.

/** Numbers, letters and bullets that begin an item: "1.", "2)", "(3)", "a)", "-", "*", "•". */
const mark = /^\s*(?:\(?\d{1,3}[.):]\)?|\(?[a-z]\)|[-*•–])\s+/i;

/**
 * The items of an answer, in order, without their marks, bold and quotes. Lines with a mark are the list and the prose around them is passed
 * over; when no line has one, lines are items, and a single line is cut at its commas. `cut` tells that the answer ended at its
 * token limit: the last item may be half a word and is dropped.
 */
export function listItems(answer: string, cut = false): string[] {
  const lines = answer.split(/\r?\n/).filter((line) => line.trim() !== "");
  const marked = lines.filter((line) => mark.test(line));
  const rows = marked.length > 0 ? marked : lines;
  // Only the answer's last line can have been cut, and it is an item only if it is one of the rows.
  const whole = cut && rows.at(-1) === lines.at(-1) ? rows.slice(0, -1) : rows;
  const single = marked.length === 0 && lines.length === 1;
  const items = single ? commaItems(lines[0] as string, cut) : whole;
  return items.map(plain).filter((item) => /\p{L}/u.test(item));
}

function commaItems(line: string, cut: boolean): string[] {
  const items = line.replace(/^[^,]{0,80}:\s+/, "").split(/,\s+(?:and\s+)?|\s+and\s+/);
  return cut ? items.slice(0, -1) : items;
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

/** What stands before an item's explanation: "Nurses (in notes)", "Nurses: they write" and "Nurses - who write" give "Nurses". */
export function headOf(item: string): string {
  return plain(item.split(/\s*:\s|:$|\s+[-–—]\s+|\s*\(|\s*\[|\.\s/)[0] as string);
}
