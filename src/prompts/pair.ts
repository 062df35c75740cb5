// Pairs of sentences: Listings 6, 7, 12 and 13 in two turns, demonstrations, the grammar of the answers and their reader. Pure.

import type { Message } from "../engines/language-model.ts";
import type { PairExample } from "../tasks/example.ts";
import { descriptionsOf, type Label, labelOf, labelWords, type Task } from "../tasks/task.ts";
import type { Asked } from "./answer.ts";
import type { FamilyPrompts, FilledPrompt, Mode } from "./conversation.ts";
import { answerField, contrastNotes, demonstrationsFor, ofEachLabel, turns, withJsonLines } from "./demonstrations.ts";
import { asJson, oneLine } from "./grammar.ts";
import { isSteered, type Listing, listing6, listing7, listing12, listing13, type Steer, steerOf, whole } from "./listings.ts";
import { type Parsed, rejected } from "./rejections.ts";
import { plain, readSentence } from "./sentence.ts";

/** In a shared prefix, for each label. */
const fixedPerLabel = 2;

export const pair: FamilyPrompts<"pair"> = {
  *converse(task, context, drawn, stream) {
    const topic = drawn.topic?.entities[0]?.name;
    const { label, config } = context;
    const fixed = (sorted: readonly PairExample[]) => ofEachLabel(task, sorted, fixedPerLabel);
    const demonstrations = demonstrationsFor(context, { sameLabel: false, fixed }, stream);
    const ofLabel = demonstrationsFor(context, { sameLabel: true, fixed }, stream.fork("second"));
    const style = drawn.style === undefined ? {} : { style: drawn.style };
    const steer = { ...style, ...(topic ? { topic } : {}) };
    const notes = contrastNotes(task, context, config.demonstrations === "fixed" ? demonstrations : ofLabel);
    const slots = { mode: config.demonstrations, demonstrations, ofLabel, notes, label, steer };
    const first = readFirst(task, yield { ...firstPrompt(task, slots), ...drawn });
    if (!first.ok) return first;
    const second = yield { ...secondPrompt(task, slots, first.value), about: first.value };
    return readPair(first.value, second, label, { ...secondAsked(task, first.value), descriptions: descriptionsOf(task) });
  },
  listings(task, { label, first = "", ...ask }) {
    const steer = steerOf(ask);
    const one = whole(firstListing(task, steer));
    const two = secondListing(task, labelOf(task, label), first, steer);
    const numbers = isSteered(steer) ? [6, 7] : [12, 13];
    return [one, two].map((text, i) => ({ number: numbers[i] as number, text }));
  },
  answers: (_, { first, second }) => [first, second],
  read(task, label, [answer = "", second = ""]) {
    const first = readFirst(task, answer);
    return first.ok ? readPair(first.value, second, label, secondAsked(task, first.value)) : first;
  },
};

const namesOf = ({ firstContent, secondContent }: Task<"pair">) => [firstContent, secondContent] as const;

const readFirst = (task: Task<"pair">, completion: string): Parsed<string> =>
  readSentence("pair", completion, { labels: labelWords(task), pair: { turn: "first", names: namesOf(task) } });

const secondAsked = (task: Task<"pair">, given: string): Asked => ({
  labels: labelWords(task),
  pair: { turn: "second", names: namesOf(task), given },
});

export function readPair(first: string, completion: string, label: string, asked: Asked = {}): Parsed<PairExample> {
  const second = readSentence("pair", completion, asked);
  if (!second.ok) return second;
  if (plain(first) === plain(second.value)) return rejected("identical-pair");
  return { ok: true, value: { kind: "pair", first, second: second.value, label } };
}

interface PairSlots {
  readonly demonstrations: readonly PairExample[];
  readonly mode: Mode;
  /** Demonstrations of the second sentence where they are shuffled: of the prompt's own label. */
  readonly ofLabel: readonly PairExample[];
  /** Words before the second sentence of each demonstration. */
  readonly notes: readonly string[];
  readonly label: string;
  /** ClinGen's; a baseline has none. */
  readonly steer: Steer;
}

/** First turn. With fixed demonstrations the prefix holds whole conversations of both turns, so that the second turn extends the first. */
function firstPrompt(task: Task<"pair">, slots: PairSlots): FilledPrompt {
  const { mode, demonstrations } = slots;
  const listing = firstListing(task, slots.steer);
  if (mode === "shuffled") {
    const content = withJsonLines(
      whole(listing),
      demonstrations.map((d) => d.first),
    );
    return { messages: [{ role: "user", content }], grammar: asJson(oneLine, answerField) };
  }
  if (mode === "none") return { messages: [{ role: "user", content: whole(listing) }], grammar: oneLine };
  const shared = prefix(task, slots);
  const messages: Message[] = [...shared, { role: "user", content: listing.varying || listing.fixed }];
  return { messages, shared: { messages: shared.length, characters: listing.lead }, grammar: oneLine };
}

/** Second turn, about the first sentence. */
function secondPrompt(task: Task<"pair">, slots: PairSlots, first: string): FilledPrompt {
  const { mode, ofLabel, notes, label } = slots;
  const content = secondListing(task, labelOf(task, label), first, slots.steer);
  if (mode === "shuffled") {
    const same = ofLabel.map((d) => d.second);
    return { messages: [{ role: "user", content: withJsonLines(content, same, notes) }], grammar: asJson(oneLine, answerField) };
  }
  if (mode === "none") return { messages: [{ role: "user", content }], grammar: oneLine };
  const { messages, ...filled } = firstPrompt(task, slots);
  return { ...filled, messages: [...messages, { role: "assistant", content: first }, { role: "user", content }] };
}

function firstListing(task: Task<"pair">, steer: Steer): Listing {
  const content = task.firstContent;
  return isSteered(steer) ? listing6({ content, ...steer }) : listing12({ content });
}

function secondListing(task: Task<"pair">, label: Label, firstSentence: string, steer: Steer): string {
  const slots = {
    domain: task.domain,
    className: label.name,
    content: task.secondContent,
    firstSentence,
    labelDescription: label.description,
  };
  const { style, ...topic } = steer;
  return isSteered(steer) ? listing7({ ...slots, ...topic, styled: style !== undefined }) : listing13(slots);
}

/** Each demonstration as the conversation that would have made it. Its topic and style are not known: "it" and the task's first style stand for them. */
function prefix(task: Task<"pair">, { demonstrations, notes, steer: { topic, style } }: PairSlots): Message[] {
  const known = {
    ...(topic === undefined ? {} : { topic: "a health problem" }),
    ...(style === undefined ? {} : { style: task.styles[0] ?? style }),
  };
  const listing = firstListing(task, known);
  const exchanges = demonstrations.flatMap((d, i) => [
    [listing.varying || listing.fixed, d.first] as const,
    [`${notes[i] ?? ""}${secondListing(task, labelOf(task, d.label), d.first, known)}`, d.second] as const,
  ]);
  return [{ role: "system", content: listing.fixed }, ...turns(exchanges)];
}
