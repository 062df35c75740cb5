// Takes off what models wrap a sentence in: Markdown, quotes, footnotes. Knows no task.

const closing: Readonly<Record<string, string>> = {
  '"': '"',
  "“": "”",
  "”": "”",
  "„": "“",
  "'": "'",
  "‘": "’",
  "«": "»",
  "`": "`",
  "``": "''",
  "「": "」",
  "『": "』",
};

/** Without quotes around the whole. `"Yes," she said, "it hurts"` keeps its own, and so does a sentence that begins with a quotation. */
export function withoutQuotes(text: string): string {
  for (const [open, close] of Object.entries(closing)) {
    if (!text.startsWith(open)) continue;
    const rest = text.slice(open.length);
    const end = new RegExp(`${close}[.,;]?$`).exec(rest);
    if (end && !closesBefore(rest.slice(0, end.index), close))
      return `${rest.slice(0, end.index)}${/[.,;]/.test(rest.slice(end.index - 1, end.index)) ? "" : end[0].slice(close.length).replace(/[,;]/, "")}`.trim();
    if (!end && open === '"' && !rest.includes('"')) return rest.trim(); // opened and never closed
  }
  return text;
}

/** Tells whether the first such quote inside ends a quotation: it follows a word or a sign, and a space or the end follows it. */
function closesBefore(inside: string, close: string): boolean {
  const first = inside.indexOf(close);
  if (first < 0) return false;
  if (close === "'" || close === "’") return new RegExp(`[.,!?]${close}(?:\\s|$)`).test(inside); // apostrophes are no quotes
  return /\S/.test(inside[first - 1] ?? " ") && /^(?:\s|$|[.,;)])/.test(inside.slice(first + 1));
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  ndash: "–",
  mdash: "—",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  hellip: "…",
  le: "≤",
  ge: "≥",
  ne: "≠",
  plusmn: "±",
  times: "×",
  deg: "°",
  micro: "µ",
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  kappa: "κ",
  mu: "μ",
};

/** The character of an entity's name or number; the entity itself where it has none. */
function characterOf(entity: string, name: string): string {
  if (!name.startsWith("#")) return (Object.hasOwn(entities, name) ? entities[name] : undefined) ?? entity;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code >= 32 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : entity;
}

/** Without Markdown and HTML of emphasis. A single star or line inside a word stays ("HLA-B*27", "a_b"). */
export function withoutMarkup(text: string): string {
  return text
    .replace(/\\([[\]*_`#{}])/g, "$1")
    .replace(/<br\s*\/?>/gi, " ")
    .replace(/<([a-z][a-z0-9_-]*)(?:\s[^<>]*)?>([^<>]*)<\/\1>/gi, "$2") // <b>asthma</b>, <disease>asthma</disease>
    .replace(/(\*{2,3}|__)(?=\S)([^*]+?)(?<=\S)\1/g, "$2")
    .replace(/(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*]*?)(?<=[^\s*])\*(?![\p{L}\p{N}*])/gu, "$1")
    .replace(/(?<![\p{L}\p{N}_])_(?=[^\s_])([^_]*?)(?<=[^\s_])_(?![\p{L}\p{N}_])/gu, "$1")
    .replace(/(?<![`\p{L}\p{N}])`([^`]+)`(?!`)/gu, "$1")
    .replace(/&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,6});/g, characterOf);
}

const answerTags = "(?:answer|sentence|output|response|text|result|claim|question)";
const loneTag = new RegExp(`^<${answerTags}>(?!.*</)\\s*|(?<!<${answerTags}>.*)</${answerTags}>$`, "gi");

/** A line without the tag that opens or closes an answer of several lines. */
export const withoutLoneTag = (line: string): string => line.replace(loneTag, "").trim();

/** Numbers in brackets that refer to a list of sources. An interval after a number ("54 [45-62] years") is none. */
const footnote = /(?<!\d\s?%?\s?)(?<![\p{L}\p{N}]-)\s?\[\^?\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*\](?![\p{L}\p{N}(])/gu;

/** The same as raised digits, after a word or a full stop; "m²", "10⁹" and "¹⁸F" are units and nuclides. */
const raised = /(?<=\p{Ll}{4}[.,;]?|\p{Ll}[.])[¹²³⁰⁴-⁹]+(?:[,⁻–-][¹²³⁰⁴-⁹]+)*(?!\p{L})/gu;

export function withoutFootnotes(text: string): string {
  return text.replace(footnote, "").replace(raised, "");
}

/** Marks as other notations have them: in wide brackets, twice in brackets, or with an address behind them in parentheses. */
export function withPlainMarks(text: string): string {
  const narrow = text.replaceAll("［", "[").replaceAll("］", "]");
  const plain = /[[\]]/.test(narrow) ? narrow : narrow.replace(/【([^【】]*)】/g, "[$1]");
  return plain.replace(/\[\[([^[\]]*)\]\]/g, "[$1]").replace(/(?<=\])\(https?:\/\/[^()]*\)/g, "");
}

/** Tags of a kind of entity as marks: "<drug>aspirin</drug>" is "[drug: aspirin]". */
export const withTagsAsMarks = (text: string, kinds: readonly string[]): string =>
  text.replace(/<([\p{L}][\p{L}\p{N} _-]*)>([^<>[\]]+)<\/\1>/giu, (whole, tag: string, name: string) => {
    const word = tag.replaceAll("_", " ").toLowerCase();
    const kind = kinds.find((one) => one.toLowerCase() === word || `${one.toLowerCase()}s` === word);
    return kind === undefined ? whole : `[${kind}: ${name.trim()}]`;
  });

/** Without marks behind the sentence that name again what it names: the list of entities for which Listings 2 and 8 ask. */
export const withoutMarksBehind = (text: string): string =>
  text.replace(/(?<=[.!?"”])\s+(?:\[[^[\]]*\][\s,;]*)+\.?$/u, (list: string, at: number) => {
    const said = text.slice(0, at).toLowerCase();
    const names = list.split(/[[\],;.]/).map((name) =>
      name
        .replace(/["'“”‘’]/g, "")
        .trim()
        .toLowerCase(),
    );
    return names.every((name) => said.includes(name)) ? "" : list;
  });

/** Without the number of words that some models append. */
export const withoutWordCount = (text: string): string =>
  text.replace(/\s*\((?:word count|words|length)\s*[:=]\s*\d+(?: words?)?\)$|\s*\(\d+ words?\)$/i, "");

/** Brackets of a sentence with marks that mark nothing: nuclides, intervals, numbers. They become parentheses, as in demonstrations. */
export function withoutFalseMarks(text: string): string {
  const statistics =
    /^(?:\d{1,3}m?[A-Z][a-z]?|[^\p{L}]*\d[^\p{L}]*|sic|(?:\d+\s?%\s?)?(?:CI|IQR|range|SD)\b[^\p{L}]*|[np]\s?[=<>][^\p{L}]*)$/u;
  return text.replace(/\[([^[\]]*)\]/g, (whole, content: string) => (statistics.test(content.trim()) ? `(${content})` : whole));
}

/** A loop of signs: one six times on end, dots with spaces between them, a short pattern five times; or more signs than letters and digits. */
export function isSignLoop(text: string): boolean {
  if (/([^\p{L}\p{N}\s])\1{5,}|([.…!?_*~=#|])(?:\s+\2){3,}|([^\p{L}\p{N}\s]{2,4}\s?)\3{3,}|(\p{L})\4{6,}/u.test(text))
    return true;
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const signs = text.match(/[^\p{L}\p{N}\s]/gu)?.length ?? 0;
  return signs > 3 && signs > letters;
}
