// Signs and spellings that words are made of: what is a word, and what of its spelling means nothing. Knows no names.

/** A word as it is compared. */
export interface Spelling {
  /** Composed (NFKC), lower case, without the possessive. Greek letters that stand alone are spelled out. */
  readonly key: string;
  /** As written, composed. */
  readonly written: string;
}

/** Characters without width that stand inside words: soft hyphen, joiners. */
const invisible = "\\u00AD\\u200C\\u200D\\u2060\\uFEFF";

/** Letters of scripts that put no space between words. Each is a word here, so that a name is found wherever it stands. */
const spaceless = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"].map((of) => `\\p{Script=${of}}`).join("");
const apart = `(?![${spaceless}])`;

/** One word of a text, or one sign. */
export const token: Readonly<RegExp> = new RegExp(
  `[${spaceless}]\\p{M}*|[\\p{L}\\p{N}](?:${apart}[\\p{L}\\p{N}\\p{M}]|[${invisible}]+(?=${apart}[\\p{L}\\p{N}\\p{M}]))*|[^\\s\\u200B${invisible}]`,
  "gu",
);

/** Most words are: nothing of them is invisible or composed. */
const ascii = /^[!-~]+$/;
const withoutWidth = new RegExp(`[${invisible}]`, "gu");

const spacelessFirst = new RegExp(`^[${spaceless}]`, "u");

/** Begins with a letter of such a script. */
export const isSpaceless = (text: string): boolean => spacelessFirst.test(text);

/** Signs that join the words of a compound. */
export const hyphens = "-‐‑‒–−﹣－";
/** Signs that stand for an apostrophe. */
export const apostrophes = "'’‘ʼʹ′`´";

/** Greek letters are typed by their names. */
export const greek: Readonly<Record<string, string>> = {
  α: "alpha",
  β: "beta",
  γ: "gamma",
  δ: "delta",
  ε: "epsilon",
  ζ: "zeta",
  κ: "kappa",
  λ: "lambda",
  μ: "mu",
  σ: "sigma",
  τ: "tau",
  ω: "omega",
};

/** One word without the spellings that mean nothing. */
export function spelled(raw: string): Spelling {
  if (ascii.test(raw)) return { key: raw === "`" ? "'" : raw.toLowerCase(), written: raw };
  const written = raw.replace(withoutWidth, "").normalize("NFKC");
  const lower = written.toLowerCase();
  return { key: apostrophes.includes(raw) ? "'" : (greek[lower] ?? lower), written };
}
