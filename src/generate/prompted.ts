// The conversation runner that all prompted sources share: they differ in what they put into the slots. Knows no engine and no family.

import { type Rng, seedOf } from "../base/rng.ts";
import { around, takesOver } from "../base/word-runs.ts";
import type { CompletionRequest, LanguageModel } from "../engines/language-model.ts";
import type { Topic } from "../knowledge/topic.ts";
import { isUnfinishedThought } from "../prompts/answer.ts";
import type { Conversation, Prompt } from "../prompts/conversation.ts";
import { converse } from "../prompts/families.ts";
import { type Parsed, rejected } from "../prompts/rejections.ts";
import type { Example } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import { likeliest, type Rival, rivalsOf } from "./ranking.ts";
import type { Attempt, Context, SourceConfig, Tools, Turn, Writer } from "./source.ts";

export type Prompted = Extract<SourceConfig, { readonly writer: Writer }>;

/** Choices of a source for one prompt (section 4.2). A baseline draws nothing. */
export interface Asked {
  readonly label: string;
  readonly demonstrations: Writer["demonstrations"];
  readonly marks: "model" | "graph";
  readonly topic?: Topic;
  readonly style?: string;
}

/** The labels in turn. */
export function labelAt({ labels }: Task, i: number): string {
  return (labels[i % labels.length] as Task["labels"][number]).id;
}

/** One conversation: prompts out, completions back in. Errors: the model's. */
export async function prompted(
  asked: Asked,
  context: Context<Prompted>,
  tools: Tools,
  stream: Rng,
  signal: AbortSignal,
): Promise<Attempt> {
  const { label, topic, style } = asked;
  const { writer } = context.config;
  const model = modelOf(tools);
  const drawn = { ...(topic ? { topic } : {}), ...(style === undefined ? {} : { style }) };
  const { fidelity, shown, candidates = 1 } = writer;
  const config = { ...asked, annotation: asked.marks, ...(fidelity ? { fidelity } : {}), ...(shown ? { shown } : {}) };
  /** The conversation of a label. Equal answers bring it to equal prompts. */
  const begin = (of: string) => converse(context.task, { ...context, label: of, config }, drawn, stream);
  const turns: Turn[] = [];
  const origin = { kind: "prompted", turns, ...drawn } as const;
  const answers: string[] = [];
  for (let step = begin(label).next(""); ; ) {
    if (step.done) return { label, origin, parsed: step.value };
    const prompt = withoutTopic(step.value, topic);
    const rivals = candidates > 1 ? rivalsOf(prompt, context.task, label, (of) => after(begin(of), answers)) : [];
    const count = rivals.length > 0 ? candidates : 1;
    const written = await drawAll(count, { prompt, writer, model, stream: stream.fork("turn", turns.length) }, signal);
    const read = written.map((draft): Draft => {
      const fault = faultOf(draft, prompt, writer);
      const next = fault ? undefined : after(begin(label), [...answers, draft.text]);
      return { ...draft, next, rejected: fault ?? (next?.done && !next.value.ok ? next.value : undefined) };
    });
    const kept = await chosen(read, prompt, rivals, model, signal);
    turns.push(turnOf(prompt, kept.text, read));
    if (!kept.next) return { label, origin, parsed: kept.rejected as Parsed<Example> };
    answers.push(kept.text);
    step = kept.next;
  }
}

type Step = ReturnType<Conversation<Example>["next"]>;
type Written = Awaited<ReturnType<LanguageModel["complete"]>>;

interface Asking extends Omit<Prompt, "about"> {
  /** Texts that the answer must not take over. */
  readonly uncopied?: readonly string[];
}

interface Draft extends Written {
  /** Where it leads; undefined for one that is thrown away before it is read. */
  readonly next: Step | undefined;
  readonly rejected: Parsed<Example> | undefined;
}

/** The name of the topic may be written again, however long it is. */
function withoutTopic({ about, ...prompt }: Prompt, topic: Topic | undefined): Asking {
  if (about === undefined) return prompt;
  const names = topic?.entities.map(({ name }) => name) ?? [];
  return {
    ...prompt,
    uncopied: names.reduce<readonly string[]>((texts, name) => texts.flatMap((text) => around(text, name)), [about]),
  };
}

function after(conversation: Conversation<Example>, answers: readonly string[]): Step {
  return answers.reduce<Step>((_, answer) => conversation.next(answer), conversation.next(""));
}

interface Drawing {
  readonly prompt: Asking;
  readonly writer: Writer;
  readonly model: LanguageModel;
  readonly stream: Rng;
}

/** The first has the seed of a prompt with one candidate. */
function drawAll(count: number, { prompt, writer, model, stream }: Drawing, signal: AbortSignal): Promise<Written[]> {
  const seeds = Array.from({ length: count }, (_, i) => seedOf(i === 0 ? stream : stream.fork("candidate", i)));
  return Promise.all(seeds.map((seed) => model.complete(requestOf(prompt, writer, seed), signal)));
}

/** Why a completion is thrown away before it is read. */
function faultOf(
  { finish, text }: Written,
  { uncopied }: Asking,
  { uncopied: words }: Writer,
): ReturnType<typeof rejected> | undefined {
  if (finish === "length") return rejected(isUnfinishedThought(text) ? "thought-only" : "truncated");
  return uncopied && words && takesOver(text, uncopied, words) ? rejected("copies-first") : undefined;
}

/** The readable one that speaks most for the label; the first where none can. */
async function chosen(
  drafts: readonly Draft[],
  prompt: Prompt,
  rivals: readonly Rival[],
  model: LanguageModel,
  signal: AbortSignal,
): Promise<Draft> {
  const readable = drafts.filter((draft) => !draft.rejected);
  const [only] = readable;
  if (!only || readable.length === 1) return only ?? (drafts[0] as Draft);
  const texts = readable.map(({ text }) => text);
  return readable[await likeliest(texts, prompt, rivals, model, signal)] as Draft;
}

/** Tokens of all candidates: what the text cost. */
function turnOf({ messages, shared }: Prompt, text: string, drafts: readonly Written[]): Turn {
  const sum = (of: (written: Written) => number) => drafts.reduce((all, written) => all + of(written), 0);
  return {
    messages,
    ...(shared?.messages ? { shared: shared.messages } : {}),
    text,
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    ...(drafts.length > 1 ? { candidates: drafts.length } : {}),
  };
}

function requestOf({ messages, shared, grammar, uncopied: texts }: Asking, writer: Writer, seed: number): CompletionRequest {
  const { sampling, grammar: held, uncopied: words } = writer;
  return {
    messages,
    ...(shared ? { shared } : {}),
    sampling,
    seed,
    ...(grammar !== undefined && held ? { grammar } : {}),
    ...(texts && words ? { uncopied: { texts, words } } : {}),
  };
}

function modelOf({ model }: Tools): LanguageModel {
  if (!model) throw new Error("a prompted source was given no language model");
  return model;
}
