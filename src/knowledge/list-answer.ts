// Reads the lists that language models answer with, weak ones too. Knows no prompt.

import { visible, withoutFence, withoutNextTurn } from "../text/completion.ts";
import { jsonItems } from "../text/loose-json.ts";
import { withoutThoughts } from "../text/thoughts.ts";

/** Numbers, letters and bullets that begin an item: "1.", "2)", "(3)", "a)", "-", "*", "•", "①". */
const mark = /^\s*(?:\(?\d{1,3}[.):]\)?\s+|\d{1,3}[.)、．](?=\p{L})|\(?[a-z]\)\s+|[-*–+]\s+|[•·●○◦▪■‣►➢✓✔①-⑳]\s*)/iu;

/** A number in the middle of a line that may begin an item there. */
const inLine = /(?:^|[\s,;])\(?(\d{1,3})[.):]\)?\s*(?=\p{L})/gu;

/** A word with the number of an item: "Disease 1: ". */
const counted = /^\s*\p{L}[\p{L} ]{0,20}\s(\d{1,3})\s*[:.)]\s+/u;

/** Numbers that may be part of a name, and letters: they begin items where they count from the first line on. */
const counters: readonly { readonly of: RegExp; readonly nth: (i: number) => string }[] = [
  { of: /^\s*(?:#|No\.?)?\s?(\d{1,3})(?:\\[.)]|\s?[-–—])?\s+(?=\p{L})/iu, nth: (i) => String(i + 1) },
  { of: /^\s*([a-z])[.:]\s+/iu, nth: (i) => String.fromCharCode(97 + i) },
  { of: /^\s*([ivx]{1,5})[.):]\s+/iu, nth: (i) => ["", "x", "xx"][Math.floor((i + 1) / 10)] + (ones[(i + 1) % 10] as string) },
];
const ones = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];

/** A line of a list without what begins it, also where that is said twice: "1. 1. Gout". */
export function withoutMark(line: string): string {
  let text = line;
  while (mark.test(text)) text = text.replace(mark, "");
  return text;
}

/** Longest line without a mark, in words, that can be an item rather than prose. */
const mostWords = 6;

/**
 * The items of an answer, in order, without their marks, bold and quotes, and without a word before all of them ("Disease: "): of JSON, of a
 * table, of lines. Lines with a mark are the list and the prose around them is passed over. When no line has one, short lines are items, or the
 * three and more parts that commas make of a single line.
 * `cut` tells that the answer ended at its token limit: the last item may be half a word and is dropped.
 */
export function listItems(answer: string, cut = false): string[] {
  const said = withoutFence(withoutNextTurn(withoutThoughts(visible(answer)) ?? ""));
  if (/[{[]\s*["“]/.test(said)) {
    const items = named(jsonItems(cut ? said.slice(0, Math.max(0, said.lastIndexOf(","))) : said));
    if (items.length > 1) return items;
  }
  const lines = said
    .split(/\n|<br\s*\/?>/i)
    .map(withoutEmphasis)
    .filter((line) => line.trim() !== "");
  const rows = rowsOf(lines);
  if (rows.length === 0 && lines.length === 1) return commaItems(lines[0] as string, cut);
  // Only the answer's last line can have been cut, and it is an item only if it is one of the rows.
  const whole = cut && rows.at(-1)?.line === lines.length - 1 ? rows.slice(0, -1) : rows;
  return named(whole.map(({ text }) => text));
}

/** Without the Markdown before the first word: "**1. Gout**", "### Gout", "> Gout". A bullet stays. */
const withoutEmphasis = (line: string): string =>
  line.replace(/^\s*([*_]{2,3})(\(?[\p{L}\d]{1,3}[.):]\)?)\1\s*/u, "$2 ").replace(/^\s*(?:#{1,6}\s+|>\s*|[*_]{2,3}(?=\S))/, "");

interface Row {
  readonly line: number;
  readonly text: string;
}

/** Lines that hold the items. */
function rowsOf(lines: readonly string[]): Row[] {
  const all = lines.map((text, line): Row => ({ line, text }));
  const cells = all.flatMap(tableRow(lines));
  if (cells.length > 1) return cells;
  const numbered = all.filter(({ text }) => counted.test(text));
  if (numbered.length > 1 && numbered.every(({ text }, i) => Number(counted.exec(text)?.[1]) === i + 1))
    return numbered.map(({ line, text }) => ({ line, text: text.replace(counted, "") }));
  const isMarked = all.some(({ text }) => mark.test(text)); // letters are parts of such items
  for (const { of, nth } of isMarked ? counters.slice(0, 1) : counters) {
    const rows = all.filter(({ text }) => of.test(text));
    if (rows.length > 1 && rows.every(({ text }, i) => of.exec(text)?.[1]?.toLowerCase() === nth(i)))
      return rows.map(({ line, text }) => ({ line, text: text.replace(of, "") }));
  }
  const marked = all.filter(({ text }) => mark.test(text)).flatMap(inLineItems);
  if (marked.length > 0) return marked;
  return lines.length === 1 ? [] : all.filter(({ text }) => !isProse(text));
}

/** The first cell with a word of a Markdown table's row; none for its head. */
const tableRow =
  (lines: readonly string[]) =>
  ({ line, text }: Row): Row[] => {
    if (!/^\s*\|/.test(text) || /^[\s|:-]+$/.test(text) || /^[\s|:-]+$/.test(lines[line + 1] ?? "")) return [];
    const cell = text.split("|").find((part) => /\p{L}/u.test(part));
    return cell === undefined ? [] : [{ line, text: cell }];
  };

/** Items that stand on one line, numbered from where it begins: "1) gout 2) rickets". */
function inLineItems({ line, text }: Row): Row[] {
  const found = [...text.matchAll(inLine)];
  const first = Number(found[0]?.[1]);
  if (found.length < 2 || found.some((match, i) => Number(match[1]) !== first + i)) return [{ line, text }];
  return found.map((match, i) => ({ line, text: text.slice(match.index + match[0].length, found[i + 1]?.index) }));
}

function isProse(line: string): boolean {
  const words = line.trim().split(/\s+/).length;
  return words > mostWords || (words > 4 && /[.!?]\s*$/.test(line)) || /[:,]\s*$/.test(line);
}

function commaItems(line: string, cut: boolean): string[] {
  const signs = line.includes(";") ? /;\s*/ : /,\s+(?:and\s+)?|\s+and\s+/;
  const items = line.replace(/^[^,;]{0,80}:\s+/, "").split(signs);
  if (items.length === 1) return isProse(line) || cut ? [] : named(items);
  return items.length < 3 ? [] : named(cut ? items.slice(0, -1) : items).filter((item) => !isProse(item));
}

function named(items: readonly string[]): string[] {
  return withoutSlot(items.map(plain)).filter((item) => /\p{L}.*\p{L}|\p{Script=Han}/su.test(item));
}

/** Without the word that names the slot of every item: "Disease: gout", "Disease: rickets". */
function withoutSlot(items: readonly string[]): readonly string[] {
  const slot = /^(\p{L}[\p{L} ]{0,20}):\s+(?=\S)/u;
  const slots = new Set(items.map((item) => slot.exec(item)?.[1]?.toLowerCase()));
  return items.length > 1 && slots.size === 1 && !slots.has(undefined)
    ? items.map((item) => plain(item.replace(slot, "")))
    : items;
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
  return withoutMark(item)
    .replace(/\*\*|__|`/g, "")
    .trim()
    .replace(/^["'“‘*_]+|["'”’*_]+$/g, "")
    .replace(/[.,;:]+$/, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** The part before an item's explanation: "Nurses (in notes)", "Nurses: they write" and "Nurses - who write" give "Nurses". */
export function headOf(item: string): string {
  return plain(item.split(/\s*:\s|:$|\s+[-–—]\s+|\s*\(|\s*\[|\.\s/)[0] as string);
}
