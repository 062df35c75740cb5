// In-context inference (Table 2): a test item is asked with its labels and few-shot examples, and the answer is read. Knows no engine. Pure.

import { listItems } from "../knowledge/list-answer.ts";
import type { Example, Shape, Shapes, Span, TokenExample } from "../tasks/example.ts";
import type { ExampleOf, LearnableTask, Task } from "../tasks/task.ts";
import { visible, withoutFence, withoutNextTurn } from "../text/completion.ts";
import { withoutThoughts } from "../text/thoughts.ts";
import { literal } from "./grammar.ts";
import { withoutQuotes } from "./reading/wrapping.ts";
import { type Parsed, rejected } from "./rejections.ts";

type TaskOf<S extends Shape> = Task & LearnableTask<S>;

interface ShapeQuestion<S extends Shape> {
  /** The question, before labels and examples. */
  question(task: TaskOf<S>): string;
  /** The form of the answer, after the labels. */
  form(task: TaskOf<S>): string;
  item(task: TaskOf<S>, example: Shapes[S]): string;
  answer(task: TaskOf<S>, example: Shapes[S]): string;
  grammar(task: TaskOf<S>, item: Shapes[S]): string;
  read(task: TaskOf<S>, item: Shapes[S], answer: string): Parsed<Shapes[S]>;
}

const separator = "; ";
const noLabel = "none";

const everyLabel = `Answer with every label that fits, apart by "${separator.trim()}"`;
const answerForms = {
  one: "Answer with the one label that fits, and nothing else.",
  some: `${everyLabel}, and nothing else.`,
  any: `${everyLabel}, or with "${noLabel}".`,
} as const satisfies Record<Task<"classification">["carries"], string>;

const nameOf = (task: LearnableTask, id: string) => task.labels.find((label) => label.id === id)?.name ?? id;
const oneOf = (names: readonly string[]) => `root ::= ${names.map(literal).join(" | ")}`;
const namesOf = (task: LearnableTask) => task.labels.map((label) => label.name);

const answerLead =
  /^\s*[*_]*(?:(?:so|therefore|thus),? )?(?:i (?:think|believe) )?(?:the )?(?:final |correct |right |best )?(?:answer|label|relation|class|text)s?(?: that (?:best )?fits)?(?: is| are)?\s*:?[*_]*\s+(?=\S)/i;

/** An answer without thoughts, chat tokens and fences: as it is, without a word like "Answer:" before it, without quotes, and without a number or brackets. */
function saidIn(completion: string): readonly string[] {
  const said = withoutFence(withoutNextTurn(withoutThoughts(visible(completion)) ?? "")).trim();
  const alone = said.replace(answerLead, "");
  const bare = alone.replace(/^\(?\d{1,3}[.)]\s+(?=\p{L})/u, "").replace(/^\[([^[\]]+)\]\.?$/, "$1");
  return [said, alone, withoutQuotes(alone), ...(bare === alone ? [] : [bare])];
}

const plain = (text: string): string =>
  text
    .replace(/^[\s*`"'“‘]+|[\s*`"'”’.]+$/g, "")
    .toLowerCase()
    .replaceAll("_", " ");

/** Ways to compare an answer with a label, the strictest first. A dash before a label is a list's, or its own. */
const comparisons: readonly ((text: string) => string)[] = [
  (text) => text.trim(),
  plain,
  (text) => plain(text.replace(/^[\s*`"'“‘-]+/, "")),
];

/** The label that has the very word; else the only one that it names whatever its case, bold or in quotes, where "_" and a space are the same. */
function labelNamed(task: LearnableTask, said: string): string | undefined {
  for (const compared of comparisons) {
    const word = compared(said);
    if (word === "") return undefined;
    const named = task.labels.filter(({ id, name }) => compared(name) === word || compared(id) === word);
    if (named.length > 0) return named.length === 1 ? named[0]?.id : undefined;
  }
  return undefined;
}

/** Ways to take several labels apart: as they were asked for, as a list, by commas. */
const apart = (answer: string): readonly (readonly string[])[] =>
  [answer.split(/[;\n]/), listItems(answer), answer.split(/,\s*(?:and\s+)?|\s+and\s+/)]
    .map((parts) => parts.filter((part) => part.trim() !== ""))
    .filter((parts) => parts.length > 0);

/** An explanation after the label is passed over. */
function oneLabel<E extends { readonly label: string }>(task: LearnableTask, item: E, answer: string): Parsed<E> {
  const [line = ""] = answer.trim().split("\n");
  const label = labelNamed(task, line) ?? labelNamed(task, line.split(/\.\s|,? because |\s[(–—-]|:\s/)[0] as string);
  return label === undefined ? rejected("malformed") : { ok: true, value: { ...item, label } };
}

const rows: { readonly [S in Shape]: ShapeQuestion<S> } = {
  sentence: {
    question: ({ domain }) => `Which of these labels fit the text? The texts are of the kind: ${domain}.`,
    form: ({ carries }) => answerForms[carries],
    item: (_, { text }) => `Text: ${text}`,
    answer: (task, { labels }) => labels.map((id) => nameOf(task, id)).join(separator) || noLabel,
    grammar(task) {
      if (task.carries === "one") return oneOf(namesOf(task));
      const label = `label ::= ${namesOf(task).map(literal).join(" | ")}`;
      const none = task.carries === "any" ? `${literal(noLabel)} | ` : "";
      // As many as there are at most: a small model says one over and over, up to its last token.
      return `root ::= ${none}label ( ${literal(separator)} label ){0,${task.labels.length - 1}}\n${label}`;
    },
    read(task, item, answer) {
      if (task.carries === "any" && /^\W*none\W*$/i.test(answer)) return { ok: true, value: { ...item, labels: [] } };
      const ways = apart(answer).map((parts) => parts.map((part) => labelNamed(task, part)));
      const labels = ways.find((way) => !way.includes(undefined)) as string[] | undefined;
      if (!labels || (task.carries === "one" && labels.length > 1)) return rejected("malformed");
      return { ok: true, value: { ...item, labels: [...new Set(labels)] } };
    },
  },
  relation: {
    question: ({ head, tail }) =>
      `Which of these labels is the relation between the ${head.word} and the ${tail.word} in the text?`,
    form: () => "Answer with the one label that fits, and nothing else.",
    item({ head, tail }, example) {
      const name = ({ start, end }: Span) => example.text.slice(start, end);
      return `Text: ${example.text}\nThe ${head.word}: ${name(example.head)}\nThe ${tail.word}: ${name(example.tail)}`;
    },
    answer: (task, { label }) => nameOf(task, label),
    grammar: (task) => oneOf(namesOf(task)),
    read: oneLabel,
  },
  pair: {
    question: () => "Which of these labels fits the two sentences?",
    form: () => "Answer with the one label that fits, and nothing else.",
    item: (_, { first, second }) => `First sentence: ${first}\nSecond sentence: ${second}`,
    answer: (task, { label }) => nameOf(task, label),
    grammar: (task) => oneOf(namesOf(task)),
    read: oneLabel,
  },
  token: {
    question: (task) => `Find every ${namesOf(task).join(", ")} in the text.`,
    form: (task) =>
      task.labels.length === 1
        ? "Answer with the whole text, word for word, with each of them in square brackets."
        : "Answer with the whole text, word for word, with each of them in square brackets after its label: [label: words].",
    item: (_, { text }) => `Text: ${unbracketed(text)}`,
    answer: (task, example) => marked(task, example),
    grammar: (task, { text }) => copyGrammar(unbracketed(text), openings(task)),
    read: readCopy,
  },
};

const unbracketed = (text: string): string => text.replaceAll("[", "(").replaceAll("]", ")");

/** The bracket that opens a mark of each label. */
const openings = (task: LearnableTask): readonly string[] =>
  task.labels.length === 1 ? ["["] : task.labels.map(({ name }) => `[${name}: `);

function marked(task: LearnableTask, { text, spans }: TokenExample): string {
  const plain = unbracketed(text);
  let out = "";
  let at = 0;
  for (const { start, end, label } of spans) {
    const opening = openings(task)[task.labels.findIndex(({ id }) => id === label)] ?? "[";
    out += `${plain.slice(at, start)}${opening}${plain.slice(start, end)}]`;
    at = end;
  }
  return out + plain.slice(at);
}

/** The text word for word, with a mark around any of its words: a rule for each word outside a mark, and one inside. */
function copyGrammar(text: string, opens: readonly string[]): string {
  const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, end: index + word.length, start: index }));
  if (words.length === 0) return `root ::= ${literal(text)}`;
  const open = `( ${opens.map(literal).join(" | ")} )`;
  const rules = words.flatMap(({ word, start, end }, i) => {
    const next = words[i + 1];
    const gap = next && literal(text.slice(end, next.start));
    const before = i === 0 && start > 0 ? `${literal(text.slice(0, start))} ` : "";
    const after = next ? `${gap} o${i + 1}` : "";
    const on = next ? ` | ${gap} i${i + 1}` : "";
    return [
      `o${i} ::= ${before}( ${literal(word)} ${after} | ${open} i${i} )`,
      `i${i} ::= ${literal(word)} ( "]" ${after}${on} )`,
    ];
  });
  return [`root ::= o0`, ...rules].join("\n");
}

/** The item with the spans of a copy of its text. A copy that is another text is thrown away: its marks would stand elsewhere. */
function readCopy(task: LearnableTask, item: TokenExample, answer: string): Parsed<TokenExample> {
  const wanted = unbracketed(item.text).trim();
  const shift = item.text.length - item.text.trimStart().length;
  const spans: TokenExample["spans"][number][] = [];
  let text = "";
  let at = 0;
  for (const match of answer.trim().matchAll(/\[([^[\]]*)\]/g)) {
    const [whole, inside = ""] = match;
    text += answer.trim().slice(at, match.index);
    at = match.index + whole.length;
    const named = openings(task).findIndex((opening) => whole.startsWith(opening));
    const label = task.labels[named];
    if (!label) return rejected("malformed");
    const name = whole.slice((openings(task)[named] as string).length, -1);
    if (name.trim() === "" || inside === "") return rejected("malformed");
    const start = text.length + shift + (name.length - name.trimStart().length);
    spans.push({ start, end: start + name.trim().length, label: label.id });
    text += name;
  }
  text += answer.trim().slice(at);
  if (/[[\]]/.test(text)) return rejected("unbalanced-marks");
  return text === wanted ? { ok: true, value: { ...item, spans } } : rejected("malformed");
}

function rowOf<S extends Shape>(task: TaskOf<S>): ShapeQuestion<S> {
  return rows[task.shape] as unknown as ShapeQuestion<S>; // the compiler does not follow that the row is the task's own
}

export interface Question {
  readonly content: string;
  /** Characters that are the same for every item. */
  readonly shared: number;
  readonly grammar: string;
}

/** One message: the question, each label with its description, the examples with their answers, and the item. */
export function questionOf<T extends Task>(task: T, item: ExampleOf<T>, examples: readonly ExampleOf<T>[]): Question {
  const row = rowOf(task as TaskOf<Shape>);
  const own = (example: Example) => row.item(task as TaskOf<Shape>, example as never);
  const shown = examples.map((e) => `${own(e)}\nAnswer: ${row.answer(task as TaskOf<Shape>, e as never)}\n`);
  const lead = [
    row.question(task as TaskOf<Shape>),
    ...task.labels.map(({ name, description }) => (description === name ? `- ${name}` : `- ${name}: ${description}`)),
    row.form(task as TaskOf<Shape>),
    "",
    ...shown,
    "",
  ].join("\n");
  return {
    content: `${lead}${own(item)}\nAnswer:`,
    shared: lead.length,
    grammar: row.grammar(task as TaskOf<Shape>, item as never),
  };
}

/** The item with the labels that were answered, by a model that no grammar may have held. */
export function readAnswered<T extends Task>(task: T, item: ExampleOf<T>, completion: string): Parsed<ExampleOf<T>> {
  const row = rowOf(task as TaskOf<Shape>);
  const found = saidIn(completion).map((said) => row.read(task as TaskOf<Shape>, item as never, said));
  return (found.find(({ ok }) => ok) ?? found[0]) as Parsed<ExampleOf<T>>;
}
