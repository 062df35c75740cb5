// Demonstrations in a prompt: JSON lines after the listing (released code), or turns in a prefix that all requests share.

import type { Rng } from "../base/rng.ts";
import { bareWords } from "../base/word-runs.ts";
import type { Message } from "../engines/language-model.ts";
import type { Example } from "../tasks/example.ts";
import { labelsOf, textsOf } from "../tasks/shapes.ts";
import { labelOf, type Task } from "../tasks/task.ts";
import type { Context } from "./conversation.ts";

/** `{"sentence":"..."}`, the released code's form: demonstrations as JSON lines between dashed separators, and the answer as one more. */
export const answerField = "sentence";

export function jsonLine(text: string): string {
  return JSON.stringify({ [answerField]: text });
}

/** The listing, then the demonstrations between dashed lines, each after its note where it has one. Without any, the listing alone. */
export function withJsonLines(listing: string, demonstrations: readonly string[], notes: readonly string[] = []): string {
  if (demonstrations.length === 0) return listing;
  const line = "-".repeat(20);
  const lines = demonstrations.map((text, i) => `${notes[i] ?? ""}${jsonLine(text)}`);
  return [listing, "Here are some examples:", line, ...lines, line, "Answer with one such line."].join("\n");
}

/** Turns of a conversation that went well. */
export function turns(exchanges: readonly (readonly [user: string, assistant: string])[]): Message[] {
  return exchanges.flatMap(([user, assistant]): Message[] => [
    { role: "user", content: user },
    { role: "assistant", content: assistant },
  ]);
}

/** Released code: three demonstrations a prompt. */
const shuffledDemonstrations = 3;

export interface DemonstrationChoice<E extends Example> {
  /** Shuffles demonstrations of the prompt's label alone. */
  readonly sameLabel: boolean;
  /** Chooses those of the shared prefix from all, shortest first. */
  fixed(shortestFirst: readonly E[]): readonly E[];
}

/** Demonstrations of one prompt. `shuffled`: three, drawn anew. `fixed`: the same for each prompt, the shortest, which cost least to read. */
export function demonstrationsFor<E extends Example>(
  context: Context<E>,
  { sameLabel, fixed }: DemonstrationChoice<E>,
  stream: Rng,
): readonly E[] {
  const { label, config, demonstrations } = context;
  switch (config.demonstrations) {
    case "none":
      return [];
    case "shuffled": {
      const pool = sameLabel ? demonstrations.filter((e) => labelsOf(e).includes(label)) : demonstrations;
      return shownOf(context, (of) => stream.fork("demonstrations").sample(of, shuffledDemonstrations), pool);
    }
    case "fixed": {
      const length = (e: E) => textsOf(e).join("").length;
      const sorted = [...demonstrations].sort((a, b) => length(a) - length(b));
      const all = fixed(sorted);
      return shownOf(context, (of) => (of === sorted ? all : of.slice(0, numberOf(context, all.length))), sorted);
    }
    default:
      return config.demonstrations satisfies never;
  }
}

/** A pair of demonstrations takes the room of two. */
const numberOf = <E extends Example>({ config }: Context<E>, room: number): number =>
  config.shown === "contrast" ? Math.max(1, Math.floor(room / 2)) : room;

/** The writer's choice among the demonstrations: those that `draw` takes of the label, alone or each after its contrast. */
function shownOf<E extends Example>(
  { label, config, demonstrations }: Context<E>,
  draw: (pool: readonly E[]) => readonly E[],
  pool: readonly E[],
): readonly E[] {
  const own = pool.filter((e) => labelsOf(e).includes(label));
  if (config.shown === undefined || own.length === 0) return draw(pool);
  const drawn = draw(own);
  if (config.shown === "label") return drawn;
  const others = demonstrations.filter((e) => !labelsOf(e).includes(label));
  return drawn.flatMap((e) => {
    const other = nearest(e, others);
    if (other) others.splice(others.indexOf(other), 1);
    return other ? [other, e] : [e];
  });
}

/** The one that shares most of its words with the example: the same topic, as far as the few-shot set has it. The first of equal ones. */
function nearest<E extends Example>(example: E, others: readonly E[]): E | undefined {
  const words = (e: E) => new Set(bareWords(textsOf(e).join(" ")).filter((word) => word.length >= 4));
  const own = words(example);
  const overlap = (e: E) => {
    const theirs = words(e);
    const common = [...theirs].filter((word) => own.has(word)).length;
    return common / Math.max(1, own.size + theirs.size - common);
  };
  return others.reduce<E | undefined>((best, e) => (!best || overlap(e) > overlap(best) ? e : best), undefined);
}

/** Words before each demonstration that tell a contrast from what is asked for; none without contrasts. */
export function contrastNotes<E extends Example>(
  task: Task,
  { label, config }: Pick<Context<E>, "label" | "config">,
  demonstrations: readonly E[],
): readonly string[] {
  if (config.shown !== "contrast") return [];
  const nameOf = (id: string) => labelOf(task, id).name;
  return demonstrations.map((e, i) => {
    const [first] = labelsOf(e);
    if (first !== undefined && !labelsOf(e).includes(label)) return `Not what is asked for, but "${nameOf(first)}":\n`;
    const after = demonstrations[i - 1];
    const contrasts = after !== undefined && !labelsOf(after).includes(label);
    return contrasts ? `In contrast, what is asked for, "${nameOf(label)}":\n` : "";
  });
}

/** So many of each label: of those that carry it, the ones that carry no other come first. No example twice. */
export function ofEachLabel<E extends Example>(task: Task, examples: readonly E[], count: number): readonly E[] {
  const taken = new Set<E>();
  for (const { id } of task.labels) {
    const having = examples.filter((e) => labelsOf(e).includes(id) && !taken.has(e));
    const alone = having.filter((e) => labelsOf(e).length === 1);
    for (const e of [...alone, ...having.filter((other) => !alone.includes(other))].slice(0, count)) taken.add(e);
  }
  return [...taken];
}

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** So many at most, without the white space between them. The rest of the text is not read. */
export function firstSentences(text: string, most: number): readonly string[] {
  const found: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    if (segment.trim() !== "") found.push(segment.trim());
    if (found.length === most) break;
  }
  return found;
}

/** Released code: so many sentences of a document are shown. */
export const shownSentences = 3;

/** The text as it is, or the beginning of one that is longer. */
export function beginningOf(text: string): string {
  const sentences = firstSentences(text, shownSentences + 1);
  return sentences.length > shownSentences ? sentences.slice(0, shownSentences).join(" ") : text;
}
