// Fields that a task of one's own still lacks, as a sentence to act on. Knows the fields of the task's file, and no task.

/** Words of the task, as its page calls them. */
const called: Readonly<Record<string, string>> = {
  name: "the name of the task",
  domain: "the subject of the texts",
  taskName: "what the task is called in prompts",
  firstContent: "what the first text is",
  secondContent: "what the second text is",
  summary: "what the model learns",
  "head.word": "the first kind of entity",
  "tail.word": "the second kind of entity",
};

const shorter = (what: string, most = "", has = "") => `shorten ${what}: it takes at most ${most} characters, and has ${has}.`;

const sentences: readonly (readonly [field: RegExp, sentence: (match: RegExpExecArray) => string])[] = [
  [/^name takes a line of text/, () => "give the task a name."],
  [/^labels\[(\d+)\]\.name takes a line of text/, (match) => `name label ${Number(match[1]) + 1}.`],
  [/^labels\[(\d+)\] has no "description"/, (match) => `say what label ${Number(match[1]) + 1} means.`],
  [/^labels\[(\d+)\]\.name takes a name that/, (match) => `give label ${Number(match[1]) + 1} a name that no other has.`],
  [
    /^labels\[(\d+)\]\.name takes words without/,
    (match) => `write label ${Number(match[1]) + 1} without brackets, quotation marks or a colon.`,
  ],
  [/^labels takes at least (\d+) labels/, (match) => `it takes ${match[1]} labels at least.`],
  [
    /^labels\[(\d+)\]\.(name|description) takes at most (\d+) characters, and has (\d+)/,
    ([, i, field, most, has]) =>
      shorter(field === "name" ? `the name of label ${Number(i) + 1}` : `what label ${Number(i) + 1} means`, most, has),
  ],
  [
    /^([\w.]+) takes at most (\d+) characters, and has (\d+)/,
    ([, field = "", most, has]) => shorter(called[field] ?? field, most, has),
  ],
  [/^topicList\.each has no "(.*?)"/, ([, label]) => `paste topics for ${label} too.`],
  [/^(head|tail)\.word takes a line of text/, () => "name both kinds of entity."],
  [/^tail takes another/, () => "give the two kinds of entity different names."],
];

/** The sentence for a fault of the file; the fault itself where there is none. */
export function missingWords(fault: string): string {
  for (const [field, sentence] of sentences) {
    const match = field.exec(fault);
    if (match) return sentence(match);
  }
  return `${fault}.`;
}
