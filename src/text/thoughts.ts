// Takes out what models think aloud before they answer, in the spellings of their chat templates. Knows no task.

/** Names of the tags between which models think. */
const names = "(?:think|thinking|thoughts?|reason|reasoning|reflection|analysis|scratch_?pad|seed:think|inner_?monologue)";

const opening = new RegExp(
  [
    `<\\|?${names}\\|?>`,
    "\\[(?:THINK|THINKING|REASONING)\\]",
    "◁think▷",
    "<\\|(?:START_THINKING|begin_of_thought)\\|>",
    "<unused94>",
    "(?:<\\|start\\|>assistant)?<\\|channel\\|>(?:analysis|commentary)[^<]*<\\|message\\|>",
    "<\\|channel>\\s*thought",
  ].join("|"),
  "gi",
);

const closing = new RegExp(
  [
    `<(?:/\\|?|\\|/)${names}\\|?>`,
    "\\[/(?:THINK|THINKING|REASONING)\\]",
    "◁/think▷",
    "<\\|(?:END_THINKING|end_of_thought)\\|>",
    "<unused95>",
    "(?:<\\|(?:end|return)\\|>\\s*)?(?:<\\|start\\|>assistant)?<\\|channel\\|>final[^<]*<\\|message\\|>",
    "<channel\\|>",
  ].join("|"),
  "gi",
);

// Private-use characters stand for the tags, so that each spelling is handled the same way.
const [open, close] = ["\uE000", "\uE001"];

/**
 * The text without its thoughts; undefined when nothing but thought is there, as when the token limit ended it. A closing tag alone ends a
 * thought that the template opened. An opening tag alone begins one that was cut off.
 */
export function withoutThoughts(text: string): string | undefined {
  let rest = text.replace(closing, close).replace(opening, open);
  if (/^(?:analysis|commentary)(?=\p{Lu})/u.test(rest)) rest = `${open}${rest.replace(/assistant(?:commentary|final)/, close)}`;
  if (!rest.includes(open) && !rest.includes(close)) return rest;
  for (let before = ""; before !== rest; ) {
    before = rest;
    rest = rest.replace(/\uE000[^\uE000\uE001]*\uE001/g, "\n");
  }
  rest = rest.slice(rest.lastIndexOf(close) + 1);
  rest = rest.split(open)[0] as string;
  return rest.trim() === "" ? undefined : rest;
}

/** A thought without tags: a label, or talk about the question and who asked it. */
export function isThought(line: string): boolean {
  return (
    /^\s*[*_#\s]*(?:thought process|thoughts?|thinking|reasoning|chain of thought|let['’]s think)\b[^.\n]{0,20}:/i.test(line) ||
    musing.test(line)
  );
}

const musing = new RegExp(
  [
    "^\\s*(?:okay|ok|alright|hmm+|so|well|right|first|now|let me|let['’]s)\\b[^.!?\\n]{0,60}\\b(?:the user|the prompt|the instructions?|the question asks|they want|(?:i|we) (?:need|have|should|must|am asked|are asked) (?:to )?(?:write|generate|create|produce|mark|output|come up with|mention|include|think))\\b",
    "^\\s*(?:the user|the prompt|the task|the instructions?) (?:wants?|asks?|is asking|requires?|needs?|says?|said)\\b",
    "^\\s*(?:i|we) (?:need|have|must|should|am asked|are asked)(?: to)? (?:write|generate|produce|create|come up with|output|mark) (?:a|an|one|the|two|some)\\b[^.\\n]*\\b(?:sentence|text|claim|question|example|entit(?:y|ies)|dataset|disease|brackets)",
    "^\\s*let me (?:think|see|start|try|write|generate|create)\\b",
  ].join("|"),
  "i",
);
