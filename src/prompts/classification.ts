// Text classification: Listings 4 and 10, demonstrations, the grammar of the answer and its reader. Pure.

import type { Message } from "../engines/language-model.ts";
import type { SentenceExample } from "../tasks/example.ts";
import { labelOf, labelWords, type Task } from "../tasks/task.ts";
import type { Asked } from "./answer.ts";
import type { FamilyPrompts, FilledPrompt, Mode } from "./conversation.ts";
import {
  answerField,
  beginningOf,
  contrastNotes,
  demonstrationsFor,
  firstSentences,
  ofEachLabel,
  turns,
  withJsonLines,
} from "./demonstrations.ts";
import { asJson, oneLine } from "./grammar.ts";
import { isSteered, type Listing, listing4, listing10, type Steer, steerOf, whole } from "./listings.ts";
import { detokenised } from "./marked.ts";
import type { Parsed } from "./rejections.ts";
import { readSentence } from "./sentence.ts";

/** In a shared prefix, for each label: with ten labels more would be longer than what is asked. */
const fixedPerLabel = 1;

export const classification: FamilyPrompts<"classification"> = {
  *converse(task, context, drawn, stream) {
    const topic = drawn.topic?.entities[0]?.name;
    const { label, config } = context;
    const fixed = (sorted: readonly SentenceExample[]) => ofEachLabel(task, sorted, fixedPerLabel);
    const demonstrations = demonstrationsFor(context, { sameLabel: true, fixed }, stream);
    const steer = { ...(topic === undefined ? {} : { topic }), ...(drawn.style === undefined ? {} : { style: drawn.style }) };
    const notes = contrastNotes(task, context, demonstrations);
    const form = answerFormOf(context.demonstrations);
    const prompt = classificationPrompt(task, { mode: config.demonstrations, demonstrations, notes, label, steer, form });
    return readText(task, yield { ...prompt, ...drawn }, label, { messages: prompt.messages });
  },
  listings(task, ask) {
    const steer = steerOf(ask);
    return [{ number: isSteered(steer) ? 4 : 10, text: whole(listingOf(task, ask.label, steer)) }];
  },
  answers: (_, { text }) => [detokenised(text)],
  read: (task, label, [answer = ""]) => readText(task, answer, label),
};

/** The prompt's label is the example's only one, as in the released code: the model was asked for no other. */
function readText(task: Task<"classification">, completion: string, label: string, asked: Asked = {}): Parsed<SentenceExample> {
  const text = readSentence("classification", completion, { ...asked, labels: labelWords(task) });
  return text.ok ? { ok: true, value: { kind: "sentence", text: text.value, labels: [label] } } : text;
}

interface Slots {
  readonly demonstrations: readonly SentenceExample[];
  readonly notes: readonly string[];
  readonly mode: Mode;
  readonly label: string;
  /** ClinGen's; a baseline has none. */
  readonly steer: Steer;
  readonly form: string;
}

/** The listings ask for a document. Texts of HoC are single sentences; those of LitCovid are titles with abstracts, of which the beginning is shown. */
const answerForms = {
  sentence: "Write one sentence alone, without a title.",
  document: "Write the text alone, in one to three sentences on one line.",
} as const;

function answerFormOf(examples: readonly SentenceExample[]): string {
  const documents = examples.filter(({ text }) => firstSentences(text, 2).length > 1).length;
  return answerForms[2 * documents > examples.length ? "document" : "sentence"];
}

function classificationPrompt(
  task: Task<"classification">,
  { mode, demonstrations, notes, label, steer, form }: Slots,
): FilledPrompt {
  const listing = listingOf(task, label, steer);
  const answers = demonstrations.map((d) => detokenised(beginningOf(d.text)));
  if (mode === "shuffled") {
    const content = withJsonLines(`${whole(listing)}\n${form}`, answers, notes);
    return { messages: [{ role: "user", content }], grammar: asJson(oneLine, answerField) };
  }
  if (mode === "none") return { messages: [{ role: "user", content: `${whole(listing)}\n${form}` }], grammar: oneLine };
  // A demonstration's subtopic and style are not known: the domain and the task's first style stand for them.
  const known = {
    ...(steer.topic === undefined ? {} : { topic: "cancer" }),
    ...(steer.style === undefined ? {} : { style: task.styles[0] ?? steer.style }),
  };
  const exchanges = demonstrations.map((d, i) => {
    const own = d.labels[0] ?? label;
    return [`${notes[i] ?? ""}${listingOf(task, own, known).varying}`, answers[i] as string] as const;
  });
  const messages: Message[] = [
    { role: "system", content: `${listing.fixed}\n${form}` },
    ...turns(exchanges),
    { role: "user", content: listing.varying },
  ];
  return { messages, shared: { messages: messages.length - 1, characters: listing.lead }, grammar: oneLine };
}

function listingOf(task: Task<"classification">, label: string, steer: Steer): Listing {
  const slots = { domain: task.domain, className: labelOf(task, label).name };
  return steer.topic === undefined && steer.style === undefined ? listing10(slots) : listing4({ ...slots, ...steer });
}
