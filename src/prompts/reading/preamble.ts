// Words of models before an answer: announcements, labels, bullets, headings. Knows no task.

const nouns =
  "(?:sentences?|examples?|texts?|claims?|questions?|answers?|outputs?|responses?|statements?|completions?|results?|versions?|json|objects?|lines?|datasets?|pairs?|requests?|abstracts?|paraphrases?|it|one)";

/** Nouns that announce an answer only behind "Here is": a text of the corpus may speak of "the report". */
const others =
  "(?:hypothes[ei]s|premises?|evidence|quer(?:y|ies)|notes?|reports?|summar(?:y|ies)|documents?|articles?|titles?|paragraphs?|passages?|excerpts?|posts?|tweets?|news|descriptions?)";

const agreement =
  "(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|alright|great|no problem|understood|got it|gladly|definitely)";

/** "Sure!" alone is taken off; "Sure, ..." only before an announcement, for patients say it too. */
const agreed = new RegExp(
  `^(?:${agreement}!+\\s*|${agreement}[,.;:—–-]?\\s+(?=here(?: is|['’]s| are| you go)\\b|below\\b|the following\\b|i(?:['’]ll| will| can| have|['’]ve)\\b[^.]*\\b${nouns}\\b))`,
  "i",
);

const announcement = new RegExp(
  [
    `^(?:here(?: is|['’]s| are| you go|['’]re)|below (?:is|are)|the following (?:is|are)|this is|please find|i(?:['’]ll| will| can|['’]ve| have)(?: now)? (?:writt?en?|wrote|generated?|created?|provided?|produced?|made?))\\b[^:\\n]{0,200}?\\b${nouns}\\b[^:\\n]{0,160}:\\s*`,
    `^(?:a|an|my|the|your)(?: [\\p{L}-]+){0,2} (?:sentences?|examples?|texts?|claims?|statements?|answers?|outputs?|responses?)(?: (?:about|of|for|with|in|that|which|mentioning)\\b[^:\\n]{0,100})?(?: (?:is|are|would be|could be|might be|reads))?(?: as follows)?:\\s*`,
    `^the following ${nouns}[^:.\\n]{0,80}:\\s*`,
    `^(?:here(?: is|['’]s| are)|below (?:is|are))\\b[^:\\n]{0,200}?\\b${others}\\b[^:\\n]{0,160}:\\s*`,
    `^(?:an?|my|the|your) (?:\\p{L}+ )?(?:hypothesis|premise|evidence)(?: (?:is|could be|reads))?(?: as follows)?:\\s*`,
    "^(?:here you go|here goes|as requested|in summary|note)\\s*[:.!]\\s*",
  ].join("|"),
  "iu",
);

/** A first line that announces without a colon. */
const announced = new RegExp(
  [
    `^(?:here(?: is|['’]s| are)|below (?:is|are)|i(?:['’]ll| will|['’]ve| have) (?:writt?en?|generated?|created?|provided?|produced?))\\b[^.:]*?\\b${nouns}\\b[^.:]*[.:!]?$`,
    "^(?:i['’]m |i am |i['’]d be |i would be )?happy to help\\b[^.]*[.!]?$",
  ].join("|"),
  "i",
);

const label =
  /^["'“]?(?:(?:option|variant|version|candidate) (?:\d{1,2}|[a-e])|assistant|ai|chatbot|bot|model|gpt|response|reply|answer|output|input|sentence|claim|statement|question|text|abstract|example|completion|paraphrase|final (?:answer|sentence|output)|(?:generated|clinical|medical|sample|example|first|second|new|synthetic|possible|marked|short|rephrased|rewritten|revised) (?:sentence|claim|question|text|statement|example)|sentence (?:one|two|[ab]|about [^:\n]{1,60}|with [^:\n]{1,60}))["'”]?(?:\s*\(?#?\d{1,3}\)?)?["'”]?\s*(?::|=|：|->|→)\s*/i;

/** A label on a line of its own, without a sign after it. */
const bareLabel =
  /^[*_]*(?:assistant|user|system|model|ai|json|text|output|(?:final )?(?:answer|sentence|output)|claim|question|response|example|abstract)[:.：]?[*_]*[:.：]?$/i;

/** The title of a document, or what a user of the conversation said: the text comes after it. */
const beside = /^[\s*_#]*(?:title|heading|user|human)[*_]*\s*[:：]/i;

/** A line of a document before its text: its title, a line in bold without a full stop, or another speaker's turn. */
export function isBeside(line: string): boolean {
  return beside.test(line) || (/^\s*(?:\*\*|__)[^*_]+(?:\*\*|__)\s*$/.test(line) && !/[.!?。！？\]]["”]?[*_\s]+$/.test(line));
}

/** Bullets, numbers, headings and quotation marks of Markdown. Signs before a number are values ("> 50 %", "- 5 °C"). */
const bullet =
  /^(?:\(?\d{1,3}[.)](?!\s*\d)|\(?[a-z]\)|[-*•–—▪◦►+>](?!\s*\d))\s+|^#{1,6}\s+|^#\d{1,3}[.:]?\s+|^(?:[①-⑳]|\d\uFE0F?\u20E3)\s*/u;

/** Findings by sign, "- fever, + cough": the first sign is one of them and no bullet. */
const signed = /^[-+–−]\s?\p{L}[^.]*[,;]\s*[-+–−]\s?\p{L}/u;

/** Without labels, bullets and announcements before the answer; empty when the line holds nothing else. */
export function withoutPreamble(line: string): string {
  let rest = line.trim();
  for (let before = ""; before !== rest; ) {
    before = rest;
    for (const pattern of signed.test(rest) ? [agreed] : [bullet, agreed, announcement, label])
      rest = rest.replace(pattern, "").trim();
    rest = rest.replace(/^(\*\*|__)([^*_]{2,60}?)(:?)\1(:?)\s*/, (whole, _, words: string, inner: string, outer: string) => {
      const labelled = `${words}:`;
      return (inner || outer) && (labelled.replace(label, "") === "" || labelled.replace(announcement, "") === "") ? "" : whole;
    });
  }
  return rest;
}

const bareAgreement = new RegExp(`^${agreement}[.!,:]*$`, "i");

/** A line beyond which the answer may still come. `last`: no line follows, so that "Ok." is a short answer and "Sure!" still none. */
export function isPreamble(line: string, last: boolean): boolean {
  if (line === "" || bareLabel.test(line) || announced.test(line)) return true;
  return bareAgreement.test(line) && (!last || /[!:]$/.test(line));
}

export function isHeading(line: string): boolean {
  return /^\s*#{1,6}\s/.test(line);
}

/** A rule between parts: signs and nothing else. */
export function isRule(line: string): boolean {
  return /^[\s\-=*_#~+|:]+$/.test(line);
}

/** Tells whether a line begins with a label of an answer. It may stand after a thought or an echo. */
export function isLabelled(line: string): boolean {
  const rest = line.replace(bullet, "").replace(/^[*_#\s]+/, "");
  return /^(?:final |generated |marked )?(?:answer|sentence|output|response|claim|question|text)\b[^:]{0,40}:[*_]*\s*\S/i.test(
    rest,
  );
}

/** A list of entities after the sentence, on the same line, as item 2 of Listings 2 and 8 asks. */
export function withoutList(text: string): string {
  return text
    .replace(/(?<=[.!?"”])\s+(?:list of )?(?:named )?(?:entit(?:y|ies)|diseases?)(?: list)?(?: mentioned)?\s*:.*$/i, "")
    .replace(/(?<=[.!?。"”’)\]])\s+\(?(?:note|explanation|rationale|style)\s*:.*$/i, "");
}

const subject = "(?:this|the|the above) (?:sentence|text|example|hypothesis|second sentence)";

/** Words about the sentence behind it, and an offer of more. A patient's own "Let me know" stays. */
const remarks: readonly RegExp[] = [
  new RegExp(`(?<=[.!?。"”’)])\\s+(?:\\(${subject}\\b[^()]*\\)|\\[${subject}\\b[^[\\]]*\\])\\.?$`, "i"),
  /(?<=[.!?。"”’)])\s+\((?:note|style|in the style of|source|topic|explanation|word count)\b[^()]*\)\.?$/i,
  new RegExp(
    `(?<=[.!?。"”’)])\\s+${subject} (?:mimics?|mentions?|names?|follows?|meets?|satisfies|uses?|reflects?|is (?:written )?in the style|is (?:entailed|contradicted|implied|relevant|neutral)|is a (?:paraphrase|synthetic))\\b.*$`,
    "i",
  ),
  /(?<=[.!?。"”’)])\s+(?:i hope (?:this|that) (?:helps|meets|works)|let me know if you(?:['’]d| would| need| want| have)|would you like me to|feel free to (?:ask|let me))\b.*$/i,
];

export const withoutRemarks = (text: string): string => remarks.reduce((rest, remark) => rest.replace(remark, ""), text);
