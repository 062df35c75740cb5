// Words of a text as BERT's basic tokenizer cuts them, and what of a text can be seen: what spans are compared by. Knows no vocabulary.

export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Characters that no encoder sees: white space, and what BERT's cleaning drops (control, format, private use, lone surrogates, U+FFFD). */
export const invisible = "\\p{White_Space}\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\uFFFD";
/** A combining mark without a letter before it is stripped with the accents. */
const leading = new RegExp(`^[${invisible}\\p{Mn}]+`, "u");
const trailing = new RegExp(`[${invisible}]+$`, "u");

/** The part of `text` between two offsets without invisible characters at its ends; undefined where nothing is left. */
export function visibleExtent(text: string, start: number, end: number): Extent | undefined {
  if (start < end && isPlain(text.charCodeAt(start)) && isPlain(text.charCodeAt(end - 1))) return { start, end };
  const part = text.slice(start, end);
  const from = leading.exec(part)?.[0].length ?? 0;
  if (from === part.length) return undefined;
  return { start: start + from, end: end - (trailing.exec(part)?.[0].length ?? 0) };
}

/** A visible ASCII character: no pattern need be tried on it. */
const isPlain = (code: number): boolean => code > 0x20 && code < 0x7f;

export const isVisible = (text: string): boolean => visibleExtent(text, 0, text.length) !== undefined;

/** Characters between words. BERT drops the other control characters, the vertical tab among them. */
export const space = "\\t\\n\\r\\p{Z}";
/** Characters that are a word alone, as in text/basic-words.ts: punctuation, ASCII symbols, ideographs. */
const mark =
  "\\p{P}!-\\/:-@\\[-`{-~\\u4e00-\\u9fff\\u3400-\\u4dbf\\uf900-\\ufaff\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2b73f}\\u{2b740}-\\u{2b81f}\\u{2b920}-\\u{2ceaf}\\u{2f800}-\\u{2fa1f}";
const word = new RegExp(`[${mark}]|[^${space}${mark}]+`, "gu");

/** Visible extent of each word. */
export function wordsOf(text: string): Extent[] {
  return [...text.matchAll(word)].flatMap(({ index, 0: found }) => visibleExtent(text, index, index + found.length) ?? []);
}

/**
 * The words that each span covers, in order: the answer that a model of words can give. An edge inside a word is rounded outwards. A word that two
 * spans touch belongs to the earlier one. A span without a word of its own has no entry. Spans come in order of start.
 */
export function wordSpans<S extends Extent>(text: string, spans: readonly S[]): (Extent & { readonly span: S })[] {
  if (spans.length === 0) return [];
  const words = wordsOf(text);
  let next = 0;
  return spans.flatMap((span) => {
    while (next < words.length && (words[next] as Extent).end <= span.start) next++;
    const from = next;
    while (next < words.length && (words[next] as Extent).start < span.end) next++;
    return from === next ? [] : [{ start: (words[from] as Extent).start, end: (words[next - 1] as Extent).end, span }];
  });
}
