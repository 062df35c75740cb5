// Named entity recognition: Listings 2 and 8, demonstrations, the grammar of the answer and its reader. Pure.

import type { Message } from "../engines/language-model.ts";
import { annotate, type Lexicon, lexiconOf, mentions } from "../knowledge/lexicon.ts";
import type { TokenExample } from "../tasks/example.ts";
import { labelWords, type Task } from "../tasks/task.ts";
import { type Asked, readAnswer } from "./answer.ts";
import type { FamilyPrompts, FilledPrompt, Mode } from "./conversation.ts";
import { answerField, demonstrationsFor, turns, withJsonLines } from "./demonstrations.ts";
import { asJson, markedSentence, markedSentenceWithMark } from "./grammar.ts";
import { isSteered, type Listing, listing2, listing8, type Steer, steerOf, whole } from "./listings.ts";
import { detokenised, markedText, readMarked } from "./marked.ts";
import { listedEntities } from "./reading/entity-list.ts";
import { type Parsed, rejected } from "./rejections.ts";
import { checked } from "./sentence.ts";
import { withoutKinds } from "./typed-marks.ts";

/** In a shared prefix, for each label. */
const fixedPerLabel = 5;

export const ner: FamilyPrompts<"ner"> = {
  *converse(task, context, drawn, stream) {
    const topic = drawn.topic?.entities[0]?.name;
    const { label, config, knowledge } = context;
    const fixed = (sorted: readonly TokenExample[]) => sorted.slice(0, fixedPerLabel * task.labels.length);
    const demonstrations = demonstrationsFor(context, { sameLabel: false, fixed }, stream);
    const style = drawn.style === undefined ? {} : { style: drawn.style };
    const prompt = nerPrompt(task, { mode: config.demonstrations, demonstrations, ...style, ...(topic ? { topic } : {}) });
    const parsed = readMarkedSentence(yield { ...prompt, ...drawn }, label, topic, { kinds: kindsOf(task) });
    if (!parsed.ok || config.annotation === "model" || knowledge.lexicon.length === 0) return parsed;
    const lexicons = [lexiconFor(knowledge.lexicon), lexiconOf(topic ? [topic] : [])];
    const value = annotate(parsed.value.text, lexicons, label);
    return value.spans.length > 0 ? { ok: true, value } : rejected("no-entity");
  },
  listings(task, ask) {
    const steer = steerOf(ask);
    return [{ number: isSteered(steer) ? 2 : 8, text: whole(listingOf(task, steer)) }];
  },
  answers: (_, example) => [detokenised(markedText(example))],
  read: (task, label, [answer = ""], [topic]) => readMarkedSentence(answer, label, topic, { kinds: kindsOf(task) }),
};

/** Words by which a model may name the kind of each entity that it marks. */
const kindsOf = (task: Task<"ner">): readonly string[] => [...labelWords(task), task.domain, "entity"];

/**
 * A marked sentence, or one without marks whose entities are listed behind it. With a topic it must be mentioned, as whole words and whatever its case, which the
 * released code does not ask; where the model wrote it without brackets it is marked, for the prompt named it an entity.
 */
export function readMarkedSentence(completion: string, label: string, topic?: string, asked: Asked = {}): Parsed<TokenExample> {
  const answer = readAnswer(completion, { ...asked, marks: true });
  if (!answer.ok) return answer;
  const marked = readMarked(withoutKinds(answer.value, asked.kinds ?? []), label);
  if (!marked) return rejected("unbalanced-marks");
  const listed = marked.spans.length > 0 ? [] : listedEntities(completion, asked.kinds ?? []);
  const example = listed.length > 0 ? annotate(marked.text, [lexiconOf(listed)], label) : marked;
  const text = checked("ner", example.text);
  if (!text.ok) return text;
  if (topic === undefined) return example.spans.length > 0 ? { ok: true, value: example } : rejected("no-entity");
  const places = mentions(example.text, topic);
  if (places.length === 0) return rejected("topic-absent");
  const free = places.filter((m) => example.spans.every((s) => m.end <= s.start || s.end <= m.start));
  const spans = [...example.spans, ...free.map((m) => ({ ...m, label }))].sort((a, b) => a.start - b.start);
  return { ok: true, value: { ...example, spans } };
}

/** The index over a run's lexicon is made once, not for each prompt. */
const indexed = new WeakMap<readonly string[], Lexicon>();

function lexiconFor(names: readonly string[]): Lexicon {
  const lexicon = indexed.get(names) ?? lexiconOf(names);
  indexed.set(names, lexicon);
  return lexicon;
}

/** Topic and style are ClinGen's; a baseline has neither. */
interface NerSlots extends Steer {
  readonly demonstrations: readonly TokenExample[];
  readonly mode: Mode;
}

/** Item 2 of the listing in our answer form: the list of entities is the brackets. */
const answerForm = (domain: string) => `Write the sentence alone, with each ${domain} in square brackets.`;

function nerPrompt(task: Task<"ner">, slots: NerSlots): FilledPrompt {
  const { mode, demonstrations, topic } = slots;
  const listing = listingOf(task, slots);
  const grammar = topic === undefined ? markedSentenceWithMark : markedSentence;
  const answers = demonstrations.map((d) => detokenised(markedText(d)));
  if (mode === "shuffled") {
    const content = withJsonLines(`${whole(listing)}\n${answerForm(task.domain)}`, answers);
    return { messages: [{ role: "user", content }], grammar: asJson(grammar, answerField) };
  }
  if (mode === "none") {
    return { messages: [{ role: "user", content: `${whole(listing)}\n${answerForm(task.domain)}` }], grammar };
  }
  const asked = (d: TokenExample) => demonstratedItems(task, d, slots) || listing.fixed; // a baseline's listing has no items
  const exchanges = demonstrations.map((d, i) => [asked(d), answers[i] as string] as const);
  const messages: Message[] = [
    { role: "system", content: `${listing.fixed}\n${answerForm(task.domain)}` },
    ...turns(exchanges),
    { role: "user", content: listing.varying || listing.fixed },
  ];
  return { messages, shared: { messages: messages.length - 1, characters: listing.lead }, grammar };
}

function listingOf(task: Task<"ner">, { topic, style }: Steer): Listing {
  const { domain } = task;
  if (topic === undefined && style === undefined) return listing8({ domain });
  return listing2({ domain, ...(topic === undefined ? {} : { topic }), ...(style === undefined ? {} : { style }) });
}

/** The varying items as they would have asked for this demonstration. Its style is not known: the task's first one stands for all. */
function demonstratedItems(task: Task<"ner">, example: TokenExample, steer: Steer): string {
  const span = example.spans[0];
  const topic = span ? example.text.slice(span.start, span.end).toLowerCase() : task.domain;
  const own = {
    ...(steer.style === undefined ? {} : { style: task.styles[0] ?? "medical literature" }),
    ...(steer.topic === undefined ? {} : { topic }),
  };
  return listingOf(task, own).varying;
}
