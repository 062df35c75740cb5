// Attribute extraction: Listings 3 and 9, demonstrations, the grammar of the answer and its reader. Pure.

import type { Message } from "../engines/language-model.ts";
import type { TokenExample } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import { type Asked, readAnswer } from "./answer.ts";
import type { FamilyPrompts, FilledPrompt, Mode } from "./conversation.ts";
import { answerField, demonstrationsFor, turns, withJsonLines } from "./demonstrations.ts";
import { asJson, sentenceWithTyped } from "./grammar.ts";
import { type Listing, listing3, listing9, whole } from "./listings.ts";
import { detokenised } from "./marked.ts";
import { type Parsed, rejected } from "./rejections.ts";
import { checked } from "./sentence.ts";
import { markOpening, readTyped, typedText } from "./typed-marks.ts";

type AttributeTask = Task<"attribute">;

/** In a shared prefix, whatever they mark. */
const fixedInAll = 5;

/** One prompt asks for all attributes at once: the label whose turn it is changes nothing in it. */
export const attribute: FamilyPrompts<"attribute"> = {
  *converse(task, context, drawn, stream) {
    const topic = drawn.topic?.entities[0]?.name;
    const fixed = (sorted: readonly TokenExample[]) => sorted.slice(0, fixedInAll);
    const demonstrations = demonstrationsFor(context, { sameLabel: false, fixed }, stream);
    const steer = topic === undefined || drawn.style === undefined ? {} : { steer: { topic, style: drawn.style } };
    const prompt = attributePrompt(task, { mode: context.config.demonstrations, demonstrations, ...steer });
    return readAttributes(task, yield { ...prompt, ...drawn }, { messages: prompt.messages });
  },
  listings(task, { steer }) {
    const text = whole(listingOf(task, steer && { topic: steer.topics[0] ?? "", style: steer.style }));
    return [{ number: steer ? 3 : 9, text }];
  },
  answers: (task, example) => [detokenised(typedText(example, task.labels))],
  read: (task, _, [answer = ""]) => readAttributes(task, answer),
};

/** A sentence with a mark for each attribute that it states, one at least. */
export function readAttributes(task: AttributeTask, completion: string, asked: Asked = {}): Parsed<TokenExample> {
  const answer = readAnswer(completion, { ...asked, marks: true, slots: task.labels.map((label) => label.name) });
  if (!answer.ok) return answer;
  const example = readTyped(answer.value, task.labels);
  if (!example.ok) return example;
  const text = checked(example.value.text);
  if (!text.ok) return text;
  return example.value.spans.length > 0 ? example : rejected("no-entity");
}

interface Slots {
  readonly demonstrations: readonly TokenExample[];
  readonly mode: Mode;
  /** ClinGen's; a baseline has none. */
  readonly steer?: { readonly topic: string; readonly style: string };
}

/** Item 1 of the listing in our answer form: the lists of attributes are the marks. */
function answerForm({ labels }: AttributeTask): string {
  const marks = labels.map(({ name }) => `${markOpening(name)}...]`).join(", ");
  return `Write the sentence alone, with each attribute in square brackets after its class: ${marks}.`;
}

function attributePrompt(task: AttributeTask, { mode, demonstrations, steer }: Slots): FilledPrompt {
  const listing = listingOf(task, steer);
  const form = answerForm(task);
  const grammar = sentenceWithTyped(task.labels.map((label) => label.name));
  const answers = demonstrations.map((d) => detokenised(typedText(d, task.labels)));
  if (mode === "shuffled") {
    const content = withJsonLines(`${whole(listing)}\n${form}`, answers);
    return { messages: [{ role: "user", content }], grammar: asJson(grammar, answerField) };
  }
  if (mode === "none" || !steer) return { messages: [{ role: "user", content: `${whole(listing)}\n${form}` }], grammar };
  const exchanges = demonstrations.map((d, i) => [demonstratedItems(task, d), answers[i] as string] as const);
  const messages: Message[] = [
    { role: "system", content: `${listing.fixed}\n${form}` },
    ...turns(exchanges),
    { role: "user", content: listing.varying },
  ];
  return { messages, shared: { messages: messages.length - 1, characters: listing.lead }, grammar };
}

function listingOf({ domain, labels }: AttributeTask, steer: Slots["steer"]): Listing {
  const slots = { domain, attributes: labels.map((label) => label.name) };
  return steer ? listing3({ ...slots, ...steer }) : listing9(slots);
}

/** The varying items as they would have asked for this demonstration. Its style is not known: the task's first one stands for all. */
function demonstratedItems(task: AttributeTask, example: TokenExample): string {
  const span = example.spans.find(({ label }) => label === task.labels[0]?.id) ?? example.spans[0];
  const topic = span ? example.text.slice(span.start, span.end).toLowerCase() : task.domain;
  return listingOf(task, { topic, style: task.styles[0] ?? "medical literature" }).varying;
}
