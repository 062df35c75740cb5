// Words of models before an answer: announcements, labels, bullets, headings. Knows no task.

const nouns =
  "(?:sentences?|examples?|texts?|claims?|questions?|answers?|outputs?|responses?|statements?|completions?|results?|versions?|json|objects?|lines?|datasets?|pairs?|requests?|abstracts?|paraphrases?|it|one)";

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
  /^["'“]?(?:assistant|ai|chatbot|bot|model|gpt|response|reply|answer|output|input|sentence|claim|statement|question|text|example|completion|paraphrase|final (?:answer|sentence|output)|(?:generated|clinical|medical|sample|example|first|second|new|synthetic|possible|marked|short) (?:sentence|claim|question|text|statement|example)|sentence (?:one|two|[ab]|about [^:\n]{1,60}|with [^:\n]{1,60}))["'”]?(?:\s*\(?#?\d{1,3}\)?)?["'”]?\s*(?::|=|：|->|→)\s*/i;

/** A label on a line of its own, without a sign after it. */
const bareLabel = /^(?:assistant|user|system|model|ai|json|text|output|answer|sentence|claim|question|response|example)[:.]?$/i;

/** Bullets, numbers, headings and quotation marks of Markdown. Signs before a number are values ("> 50 %", "- 5 °C"). */
const bullet = /^(?:\(?\d{1,3}[.)](?!\s*\d)|\(?[a-z]\)|[-*•–—▪◦►+>](?!\s*\d))\s+|^#{1,6}\s+/;

/** Without labels, bullets and announcements before the answer; empty when the line holds nothing else. */
export function withoutPreamble(line: string): string {
  let rest = line.trim();
  for (let before = ""; before !== rest; ) {
    before = rest;
    for (const pattern of [bullet, agreed, announcement, label]) rest = rest.replace(pattern, "").trim();
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
    .replace(/\s+\(?(?:note|explanation)\s*:.*$/i, "");
}
