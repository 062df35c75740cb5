// Relation extraction: Listings 5 and 11, demonstrations, the grammar of the answer and its reader. Pure.
//
// Spans are exact by construction: where the prompt names head and tail they are found in the sentence as whole words; where it does not the model
// marks them, `[chemical: aspirin]`.

import type { Message } from "../engines/language-model.ts";
import { mentions, mentionsOfBoth } from "../knowledge/lexicon.ts";
import type { RelationExample, Span } from "../tasks/example.ts";
import { descriptionsOf, labelOf, labelWords, type Task } from "../tasks/task.ts";
import { type Asked, readAnswer } from "./answer.ts";
import type { FamilyPrompts, FilledPrompt, Mode } from "./conversation.ts";
import { answerField, contrastNotes, demonstrationsFor, ofEachLabel, turns, withJsonLines } from "./demonstrations.ts";
import { asJson, oneSentence, sentenceWithBoth } from "./grammar.ts";
import { type Listing, listing5, listing11, whole } from "./listings.ts";
import { type Parsed, rejected } from "./rejections.ts";
import { checked, readSentence } from "./sentence.ts";
import { typedMarks, withoutKinds } from "./typed-marks.ts";

type RelationTask = Task<"relation">;
type Ends<T> = readonly [head: T, tail: T];

/** In a shared prefix, for each label. */
const fixedPerLabel = 3;

export const relation: FamilyPrompts<"relation"> = {
  *converse(task, context, drawn, stream) {
    const { label, config } = context;
    const [head, tail] = drawn.topic?.entities.map((entity) => entity.name) ?? [];
    const topics: Ends<string> | undefined = head === undefined || tail === undefined ? undefined : [head, tail];
    const fixed = (sorted: readonly RelationExample[]) => ofEachLabel(task, sorted, fixedPerLabel);
    const shown = topics === undefined ? { ...context, demonstrations: context.demonstrations.filter(canBeMarked) } : context;
    const demonstrations = demonstrationsFor(shown, { sameLabel: true, fixed }, stream);
    const steer = { ...(topics ? { topics } : {}), ...(drawn.style === undefined ? {} : { style: drawn.style }) };
    const notes = contrastNotes(task, context, demonstrations);
    const prompt = relationPrompt(task, { mode: config.demonstrations, demonstrations, notes, label, steer });
    const asked = { messages: prompt.messages, slots: [task.head.word, task.tail.word], descriptions: descriptionsOf(task) };
    return readRelation(task, label, yield { ...prompt, ...drawn }, topics, asked);
  },
  listings(task, { label, topics: [head, tail] = [], style }) {
    const topics: Steer = head === undefined || tail === undefined ? {} : { topics: [head, tail] };
    const steer: Steer = { ...topics, ...(style === undefined ? {} : { style }) };
    const steered = steer.topics !== undefined || style !== undefined;
    return [{ number: steered ? 5 : 11, text: whole(listingOf(task, label, steer)) }];
  },
  answers: (task, example) => [markedEnds(task, example)],
  read: (task, label, [answer = ""], [head, tail]) =>
    readRelation(task, label, answer, head === undefined || tail === undefined ? undefined : [head, tail]),
};

function readRelation(
  task: RelationTask,
  label: string,
  completion: string,
  topics: Ends<string> | undefined,
  given: Asked = {},
): Parsed<RelationExample> {
  const asked = { ...given, labels: labelWords(task) };
  if (!topics) {
    const masks = [task.head, task.tail].flatMap(({ mask }) => mask ?? []);
    const answer = readAnswer(completion, { ...asked, marks: true, masks, kinds: [task.head.word, task.tail.word] });
    return answer.ok ? readMarkedEnds(task, label, answer.value) : answer;
  }
  const sentence = readSentence("relation", completion, asked);
  if (!sentence.ok) return sentence;
  const text = withoutMarks(task, sentence.value, topics);
  const ends = mentionsOfBoth(text, topics);
  if (!ends) return rejected("entity-absent");
  const [head, tail] = ends;
  const value = { text, head: { ...head, label: task.head.type }, tail: { ...tail, label: task.tail.type } };
  return { ok: true, value: { kind: "relation", ...value, label } };
}

/** A sentence without marks that nobody asked for, by word ("[disease: gout]") or around one of the names; its other brackets stay. */
function withoutMarks({ head, tail }: RelationTask, sentence: string, topics: Ends<string>): string {
  const text = withoutKinds(sentence, [head.word, tail.word, head.type, tail.type]);
  return text.replace(/\[([^[\]]*)\]/g, (whole, name: string) => {
    const isName = topics.some((topic) => {
      const [mention] = mentions(name, topic);
      return mention?.start === 0 && mention.end === name.length;
    });
    return isName ? name : whole;
  });
}

/** Marks do not nest: of an example whose head and tail share characters, a reader would find one alone. */
const canBeMarked = ({ head, tail }: RelationExample): boolean => head.end <= tail.start || tail.end <= head.start;

const opening = (word: string) => `[${word}: `;

/** The text with head and tail marked by their words. Brackets of the text itself become parentheses: they would read as marks. */
function markedEnds(task: RelationTask, { text, head, tail }: RelationExample): string {
  const plain = text.replaceAll("[", "(").replaceAll("]", ")");
  const marks = [
    { ...head, word: task.head.word },
    { ...tail, word: task.tail.word },
  ].sort((a, b) => a.start - b.start);
  let marked = "";
  let at = 0;
  for (const { start, end, word } of marks) {
    marked += `${plain.slice(at, start)}${opening(word)}${plain.slice(Math.max(at, start), end)}]`;
    at = end;
  }
  return marked + plain.slice(at);
}

/** Head and tail by the first mark of each; other marks of the same words are read as text. */
function readMarkedEnds(task: RelationTask, label: string, marked: string): Parsed<RelationExample> {
  let text = "";
  let at = 0;
  const found = new Map<string, Span>();
  const types = new Map([task.head, task.tail].map(({ word, type }) => [word.toLowerCase(), type]));
  for (const mark of typedMarks(marked, (word) => types.get(word.trim().toLowerCase()))) {
    if (!mark) return rejected("malformed");
    const { label: type, name } = mark;
    text += marked.slice(at, mark.start);
    if (!found.has(type)) found.set(type, { start: text.length, end: text.length + name.length, label: type });
    text += name;
    at = mark.end;
  }
  text += marked.slice(at);
  if (/[[\]]/.test(text)) return rejected("unbalanced-marks");
  const [head, tail] = [found.get(task.head.type), found.get(task.tail.type)];
  if (!head || !tail) return rejected("entity-absent");
  const sentence = checked("relation", text);
  return sentence.ok ? { ok: true, value: { kind: "relation", text, head, tail, label } } : sentence;
}

interface Slots {
  readonly demonstrations: readonly RelationExample[];
  readonly notes: readonly string[];
  readonly mode: Mode;
  readonly label: string;
  /** ClinGen's; a baseline has none. */
  readonly steer: Steer;
}

interface Steer {
  readonly topics?: Ends<string>;
  readonly style?: string;
}

/** With named entities a plain sentence, which small models write best; without them the entities in marks. */
function answerForm({ head, tail }: RelationTask, named: boolean): string {
  if (named) return `Write one sentence alone that names the ${head.word} and the ${tail.word}.`;
  return `Write one sentence alone, with the ${head.word} as [${head.word}: name] and the ${tail.word} as [${tail.word}: name].`;
}

function relationPrompt(task: RelationTask, { mode, demonstrations, notes, label, steer }: Slots): FilledPrompt {
  const listing = listingOf(task, label, steer);
  const named = steer.topics !== undefined;
  const form = answerForm(task, named);
  const grammar = named ? oneSentence : sentenceWithBoth([task.head.word, task.tail.word]);
  const answers = demonstrations.map((d) => (named ? d.text : markedEnds(task, d)));
  if (mode === "shuffled") {
    const content = withJsonLines(`${whole(listing)}\n${form}`, answers, notes);
    return { messages: [{ role: "user", content }], grammar: asJson(grammar, answerField) };
  }
  if (mode === "none") return { messages: [{ role: "user", content: `${whole(listing)}\n${form}` }], grammar };
  const exchanges = demonstrations.map((d, i) => {
    const topics: Ends<string> = [nameOf(d, d.head), nameOf(d, d.tail)];
    const known = {
      ...(named ? { topics } : {}),
      ...(steer.style === undefined ? {} : { style: task.styles[0] ?? steer.style }),
    };
    return [`${notes[i] ?? ""}${listingOf(task, d.label, known).varying}`, answers[i] as string] as const;
  });
  const messages: Message[] = [
    { role: "system", content: `${listing.fixed}\n${form}` },
    ...turns(exchanges),
    { role: "user", content: listing.varying },
  ];
  return { messages, shared: { messages: messages.length - 1, characters: listing.lead }, grammar };
}

const nameOf = ({ text }: RelationExample, { start, end }: Span): string => text.slice(start, end).toLowerCase();

function listingOf(task: RelationTask, label: string, steer: Steer): Listing {
  const { name, description } = labelOf(task, label);
  const entities: Ends<string> = [task.head.word, task.tail.word];
  const slots = { domain: task.domain, className: name, entities, labelDescription: description };
  return steer.topics === undefined && steer.style === undefined ? listing11(slots) : listing5({ ...slots, ...steer });
}
