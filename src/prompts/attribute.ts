// Attribute extraction: Listings 3 and 9, demonstrations, the grammar of the answer and its reader. Pure.

import type { Message } from "../engines/language-model.ts";
import type { TokenExample } from "../tasks/example.ts";
import { labelWords, type Task } from "../tasks/task.ts";
import { type Asked, readAnswer } from "./answer.ts";
import type { FamilyPrompts, FilledPrompt, Mode } from "./conversation.ts";
import { answerField, demonstrationsFor, turns, withJsonLines } from "./demonstrations.ts";
import { asJson, sentenceWithTyped } from "./grammar.ts";
import { isSteered, type Listing, listing3, listing9, type Steer, steerOf, whole } from "./listings.ts";
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
    const topics = drawn.topic?.entities.map((entity) => entity.name) ?? [];
    const fixed = (sorted: readonly TokenExample[]) => sorted.slice(0, fixedInAll);
    const demonstrations = demonstrationsFor(context, { sameLabel: false, fixed }, stream);
    const steer = steerOf({ topics, ...(drawn.style === undefined ? {} : { style: drawn.style }) });
    const prompt = attributePrompt(task, { mode: context.config.demonstrations, demonstrations, steer });
    return readAttributes(task, yield { ...prompt, ...drawn }, { messages: prompt.messages });
  },
  listings(task, ask) {
    const steer = steerOf(ask);
    return [{ number: isSteered(steer) ? 3 : 9, text: whole(listingOf(task, steer)) }];
  },
  answers: (task, example) => [detokenised(typedText(example, task.labels))],
  read: (task, _, [answer = ""]) => readAttributes(task, answer),
};

/** A sentence with a mark for each attribute that it states, one at least. */
export function readAttributes(task: AttributeTask, completion: string, asked: Asked = {}): Parsed<TokenExample> {
  const answer = readAnswer(completion, {
    ...asked,
    marks: true,
    slots: task.labels.map((label) => label.name),
    kinds: labelWords(task),
  });
  if (!answer.ok) return answer;
  const example = readTyped(answer.value, task.labels);
  if (!example.ok) return example;
  const text = checked("attribute", example.value.text);
  if (!text.ok) return text;
  return example.value.spans.length > 0 ? example : rejected("no-entity");
}

interface Slots {
  readonly demonstrations: readonly TokenExample[];
  readonly mode: Mode;
  /** ClinGen's; a baseline has none. */
  readonly steer: Steer;
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
  if (mode === "none") return { messages: [{ role: "user", content: `${whole(listing)}\n${form}` }], grammar };
  const asked = (d: TokenExample) => demonstratedItems(task, d, steer) || listing.fixed; // a baseline's listing has no items
  const exchanges = demonstrations.map((d, i) => [asked(d), answers[i] as string] as const);
  const messages: Message[] = [
    { role: "system", content: `${listing.fixed}\n${form}` },
    ...turns(exchanges),
    { role: "user", content: listing.varying || listing.fixed },
  ];
  return { messages, shared: { messages: messages.length - 1, characters: listing.lead }, grammar };
}

function listingOf({ domain, labels }: AttributeTask, steer: Steer): Listing {
  const slots = { domain, attributes: labels.map((label) => label.name) };
  return isSteered(steer) ? listing3({ ...slots, ...steer }) : listing9(slots);
}

/** The varying items as they would have asked for this demonstration. Its style is not known: the task's first one stands for all. */
function demonstratedItems(task: AttributeTask, example: TokenExample, steer: Steer): string {
  const span = example.spans.find(({ label }) => label === task.labels[0]?.id) ?? example.spans[0];
  const topic = span ? example.text.slice(span.start, span.end).toLowerCase() : task.domain;
  const own = {
    ...(steer.style === undefined ? {} : { style: task.styles[0] ?? "medical literature" }),
    ...(steer.topic === undefined ? {} : { topic }),
  };
  return listingOf(task, own).varying;
}
