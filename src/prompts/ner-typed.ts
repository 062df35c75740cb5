// Named entities of several types: Listings 2 and 8, whose answer marks every entity with its type. Pure.
//
// The listings speak of one kind of entity. A sentence about one kind names others too, and unmarked they would teach that they are none.

import type { Message } from "../engines/language-model.ts";
import { mentions } from "../knowledge/lexicon.ts";
import type { TokenExample } from "../tasks/example.ts";
import { type Label, labelOf, labelWords, type Task } from "../tasks/task.ts";
import { type Asked, readAnswer } from "./answer.ts";
import type { FamilyPrompts, FilledPrompt, Mode } from "./conversation.ts";
import { answerField, demonstrationsFor, ofEachLabel, turns, withJsonLines } from "./demonstrations.ts";
import { asJson, sentenceWithTyped } from "./grammar.ts";
import { isSteered, type Listing, listing2, listing8, steerOf, whole } from "./listings.ts";
import { detokenised } from "./marked.ts";
import { type Parsed, rejected } from "./rejections.ts";
import { checked } from "./sentence.ts";
import { markOpening, readTyped, typedText } from "./typed-marks.ts";

type NerTask = Task<"ner">;

/** In a shared prefix, for each label. */
const fixedPerLabel = 3;

/** For a task with more than one label. A graph's names mark nothing here: they do not say which type they are. */
export const nerTyped: FamilyPrompts<"ner"> = {
  *converse(task, context, drawn, stream) {
    const topic = drawn.topic?.entities[0]?.name;
    const { label, config } = context;
    const fixed = (sorted: readonly TokenExample[]) => ofEachLabel(task, sorted, fixedPerLabel);
    const demonstrations = demonstrationsFor(context, { sameLabel: false, fixed }, stream);
    const style = drawn.style === undefined ? {} : { style: drawn.style };
    const slots = { mode: config.demonstrations, demonstrations, label, ...style, ...(topic ? { topic } : {}) };
    const prompt = typedPrompt(task, slots);
    return readTypedSentence(task, label, yield { ...prompt, ...drawn }, topic, { messages: prompt.messages });
  },
  listings(task, ask) {
    const steer = steerOf(ask);
    const listing = listingOf(task, ask.label, steer.topic, steer.style);
    return [{ number: isSteered(steer) ? 2 : 8, text: whole(listing) }];
  },
  answers: (task, example) => [detokenised(typedText(example, task.labels))],
  read: (task, label, [answer = ""], [topic]) => readTypedSentence(task, label, answer, topic),
};

/** With a topic it must be mentioned; where the model wrote it without a mark it is marked as the label that the prompt asked for. */
function readTypedSentence(
  task: NerTask,
  label: string,
  completion: string,
  topic: string | undefined,
  asked: Asked = {},
): Parsed<TokenExample> {
  const answer = readAnswer(completion, {
    ...asked,
    marks: true,
    slots: task.labels.map(({ name }) => name),
    kinds: labelWords(task),
  });
  if (!answer.ok) return answer;
  const read = readTyped(answer.value, task.labels);
  if (!read.ok) return read;
  const example = read.value;
  const text = checked("ner", example.text);
  if (!text.ok) return text;
  if (topic === undefined) return example.spans.length > 0 ? read : rejected("no-entity");
  const places = mentions(example.text, topic);
  if (places.length === 0) return rejected("topic-absent");
  const free = places.filter((m) => example.spans.every((s) => m.end <= s.start || s.end <= m.start));
  const spans = [...example.spans, ...free.map((m) => ({ ...m, label }))].sort((a, b) => a.start - b.start);
  return { ok: true, value: { ...example, spans } };
}

interface Slots {
  readonly demonstrations: readonly TokenExample[];
  readonly mode: Mode;
  readonly label: string;
  /** ClinGen's; a baseline has neither. */
  readonly topic?: string;
  readonly style?: string;
}

/** Item 2 of the listing in our answer form: the list of entities is the marks. */
function answerForm({ labels }: NerTask): string {
  const marks = labels.map(({ name }) => `${markOpening(name)}...]`).join(", ");
  return `Write the sentence alone, with each entity in square brackets after its type: ${marks}.`;
}

function typedPrompt(task: NerTask, { mode, demonstrations, label, topic, style }: Slots): FilledPrompt {
  const listing = listingOf(task, label, topic, style);
  const form = answerForm(task);
  const grammar = sentenceWithTyped(task.labels.map(({ name }) => name));
  const answers = demonstrations.map((d) => detokenised(typedText(d, task.labels)));
  if (mode === "shuffled") {
    const content = withJsonLines(`${whole(listing)}\n${form}`, answers);
    return { messages: [{ role: "user", content }], grammar: asJson(grammar, answerField) };
  }
  if (mode === "none") {
    return { messages: [{ role: "user", content: `${whole(listing)}\n${form}` }], grammar };
  }
  const steered = { topic, style };
  const asked = (d: TokenExample) => demonstratedItems(task, d, steered) || listing.fixed; // a baseline's listing has no items
  const exchanges = demonstrations.map((d, i) => [asked(d), answers[i] as string] as const);
  const messages: Message[] = [
    { role: "system", content: `${listing.fixed}\n${form}` },
    ...turns(exchanges),
    { role: "user", content: listing.varying || listing.fixed },
  ];
  return { messages, shared: { messages: messages.length - 1, characters: listing.lead }, grammar };
}

/** The fixed items speak of all types, so that the prefix is the same for every label; the varying ones of the label's own. */
function listingOf(task: NerTask, label: string, topic: string | undefined, style: string | undefined): Listing {
  const { domain } = task;
  if (topic === undefined && style === undefined) return listing8({ domain });
  const steer = { ...(topic === undefined ? {} : { topic }), ...(style === undefined ? {} : { style }) };
  return { ...listing2({ domain: labelOf(task, label).name, ...steer }), fixed: listing2({ domain, ...steer }).fixed };
}

/** The varying items as they would have asked for this demonstration. Its style is not known: the task's first one stands for all. */
function demonstratedItems(task: NerTask, { text, spans: [span] }: TokenExample, steer: Known): string {
  const topic = span ? text.slice(span.start, span.end).toLowerCase() : task.domain;
  const style = task.styles[0] ?? "medical literature";
  const label = span?.label ?? (task.labels[0] as Label).id;
  return listingOf(task, label, steer.topic && topic, steer.style && style).varying;
}

interface Known {
  readonly topic: string | undefined;
  readonly style: string | undefined;
}
