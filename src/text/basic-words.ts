// BERT's basic tokenizer: text -> words, each normalised character with its place in the text. Knows no vocabulary.

export interface Normalization {
  readonly lowercase: boolean;
  readonly stripAccents: boolean;
  /** Drop control characters, turn every white space into a space. */
  readonly cleanText: boolean;
  /** Each CJK ideograph is a word of its own. */
  readonly splitIdeographs: boolean;
}

/** A run of characters between white space and punctuation; each punctuation mark and ideograph alone is one too. */
export interface Word {
  /** UTF-16 code units of the text; `end` is exclusive and takes in the accents that normalisation strips. */
  readonly start: number;
  readonly end: number;
  /** Normalised characters (code points), and where each came from. One character of the text may give none, one or several. */
  readonly chars: readonly string[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

type Kind = "space" | "mark" | "letter";

/** Expansion of one character of the text: each output with its kind; `mark` stands alone. */
type Expansion = readonly { readonly char: string; readonly kind: Kind }[];

// Punctuation is Unicode's P* and all of ASCII's, as in BERT: `$`, `+` and `~` stand alone too.
const punctuation = /[\p{P}!-/:-@[-`{-~]/u;
const whiteSpace = /\p{White_Space}/u;
const control = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u;
const nonspacingMark = /\p{Mn}/u;

// The blocks that BERT calls Chinese: Hangul, Hiragana and Katakana are not among them. (2B920 as in `tokenizers`, not 2B820.)
const ideographBlocks = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f],
] as const;

/** Cuts text into words. Reusable: it remembers what each character becomes. */
export interface BasicTokenizer {
  words(text: string): Word[];
}

/**
 * BertNormalizer and BertPreTokenizer of `tokenizers`. Differences: the tables of categories are this platform's Unicode, not
 * Unicode 8's (marks and punctuation of scripts added since); a text's `[SEP]` is text, never the special token.
 */
export function basicTokenizer(rules: Normalization): BasicTokenizer {
  const known = new Map<string, Expansion>();
  const expansionOf = (char: string): Expansion => {
    let expansion = known.get(char);
    if (!expansion) {
      expansion = expand(char, rules);
      known.set(char, expansion);
    }
    return expansion;
  };
  return { words: (text) => cut(text, expansionOf, rules) };
}

function expand(char: string, rules: Normalization): Expansion {
  const code = char.codePointAt(0) as number;
  const layout = char === "\t" || char === "\n" || char === "\r";
  if (rules.cleanText && (code === 0 || code === 0xfffd || (!layout && control.test(char)))) return [];
  let out = rules.cleanText && whiteSpace.test(char) ? " " : char;
  if (rules.stripAccents) out = [...out.normalize("NFD")].filter((c) => !nonspacingMark.test(c)).join("");
  // Character by character: Rust's and Unicode's simple rule, without JavaScript's final sigma.
  if (rules.lowercase) out = [...out].map((c) => c.toLowerCase()).join("");
  const alone = rules.splitIdeographs && ideographBlocks.some(([first, last]) => code >= first && code <= last);
  return [...out].map((c) => ({
    char: c,
    kind: whiteSpace.test(c) ? "space" : alone || punctuation.test(c) ? "mark" : "letter",
  }));
}

function cut(text: string, expansionOf: (char: string) => Expansion, rules: Normalization): Word[] {
  const words: Word[] = [];
  let open: { start: number; end: number; chars: string[]; starts: number[]; ends: number[] } | undefined;
  let last: { end: number } | undefined; // the word that a stripped accent belongs to
  let at = 0;
  for (const char of text) {
    const end = at + char.length;
    const expansion = expansionOf(char);
    if (expansion.length === 0 && rules.stripAccents && last?.end === at && nonspacingMark.test(char)) last.end = end;
    for (const { char: out, kind } of expansion) {
      if (kind !== "letter") open = undefined;
      if (kind === "space") {
        last = undefined;
        continue;
      }
      if (!open || kind === "mark") {
        open = { start: at, end, chars: [], starts: [], ends: [] };
        words.push(open);
      }
      open.chars.push(out);
      open.starts.push(at);
      open.ends.push(end);
      open.end = end;
      last = open;
      if (kind === "mark") open = undefined;
    }
    at = end;
  }
  return words;
}
