// Takes off the label that a model says beside its text: a classifier would learn that word and nothing else. Knows no task.

/** Words that announce a label. */
const announces = "(?:label|class|category|relation|relationship|relation type)";

/** Signs of Markdown and quotation around a label. */
const signs = "[*_\"'“”‘’`]*";

/** The end of a sentence, after which a label stands apart. */
const ended = "(?<=[.!?。！？]['\"”’)]?)";

/** A label by its own words, where "_", "-" and a space are the same; undefined without labels. A number is no word: texts hold numbers. */
function anyOf(labels: readonly string[]): string | undefined {
  const names = labels.map((label) =>
    label
      .trim()
      .split(/[\s_-]+/)
      .map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
      .join("[\\s_-]"),
  );
  const sorted = names.filter((name) => /\p{L}{2}/u.test(name)).sort((a, b) => b.length - a.length);
  return sorted.length === 0 ? undefined : `(?:${sorted.join("|")})`;
}

/** A label announced, whatever it is: "Label: yes". */
const announced = new RegExp(`${ended}\\s*[([]?${signs}(?:label|class label)${signs}\\s*[:=：]\\s*\\S[^.]{0,60}[.)\\]]*$`, "i");

/** The text without the label before it ("Entailment: ...") and behind it ("... (entailment)", "... Label: entailment"). */
export function withoutLabel(text: string, labels: readonly string[]): string {
  const name = anyOf(labels);
  if (name === undefined) return text;
  const word = `${signs}(?:${announces}${signs}\\s*[:=：]\\s*)?${signs}${name}${signs}`;
  const patterns = [
    new RegExp(`\\s*(?:\\(${word}\\.?\\)|\\[${word}\\.?\\])(?=[.!]?$)`, "i"),
    new RegExp(`(?:${ended}|[,;])\\s*[-–—→]*\\s*${signs}${announces}${signs}\\s*[:=：]\\s*${signs}${name}${signs}\\.?$`, "i"),
    new RegExp(`${ended}\\s*(?:[-–—→]+\\s*)?${signs}${name}${signs}[.!]?$`, "i"),
    announced,
    new RegExp(`^${signs}${announces}${signs}\\s*[:=：]\\s*${signs}${name}${signs}\\s*[.,;:–—-]\\s+(?=\\S)`, "i"),
    new RegExp(`^(?:${signs}${name}${signs}\\s*[:：]|[([]${word}[)\\]]:?)${signs}\\s*(?=\\S)`, "i"),
  ];
  const rest = patterns.reduce((now, pattern) => now.replace(pattern, ""), text).trim();
  return rest === "" ? text : rest;
}

/** Tells whether a line says a label and nothing else. */
export function isLabelAlone(line: string, labels: readonly string[]): boolean {
  const name = anyOf(labels);
  if (name === undefined) return false;
  const word = `${signs}(?:${announces}${signs}\\s*[:=：]${signs}\\s*)?${signs}${name}${signs}`;
  return new RegExp(`^[\\s#>([-]*${word}[.:：)\\]\\s]*${signs}$`, "i").test(line);
}
