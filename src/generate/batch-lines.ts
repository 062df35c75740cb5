// OpenAI's batch format: a request as a line of JSON, and lines of answers back. Knows no file and no run.

import type { CompletionRequest, Sampling, Uncopied } from "../engines/language-model.ts";
import type { Answer, NamedRequest } from "./recorded-model.ts";

/** How a server is told a rule of the sampler. One that knows none is told none; the reader then rejects what does not fit. */
interface ServerForm {
  grammar(grammar: string): object;
  uncopied(rule: Uncopied): object;
}

export const serverForms = {
  none: { grammar: () => ({}), uncopied: () => ({}) },
  /** vLLM from 0.12 on. Its own sampler knows no such rule as `uncopied`: docs/vllm_uncopied.py adds it. */
  vllm: {
    grammar: (grammar) => ({ structured_outputs: { grammar } }),
    uncopied: ({ texts, words }) => ({ vllm_xargs: { uncopied_texts: texts, uncopied_words: words } }),
  },
  /** vLLM before 0.12. */
  "vllm-guided": { grammar: (grammar) => ({ guided_grammar: grammar }), uncopied: () => ({}) },
} as const satisfies Readonly<Record<string, ServerForm>>;

export type GrammarForm = keyof typeof serverForms;

/** Fields of a sampling by OpenAI's names, or vLLM's for what OpenAI lacks; undefined ones are left out of the JSON. */
const samplingFields = (sampling: Sampling) => ({
  temperature: sampling.temperature,
  top_p: sampling.topP,
  max_tokens: sampling.maxTokens,
  top_k: sampling.topK,
  min_p: sampling.minP,
  repetition_penalty: sampling.repetitionPenalty,
  stop: sampling.stop,
});

/** `body` of the line: what `/v1/chat/completions` takes. */
export function requestBody(request: CompletionRequest, model: string, form: GrammarForm): object {
  const { messages, sampling, seed, grammar, uncopied } = request;
  const server: ServerForm = serverForms[form];
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...samplingFields(sampling),
    seed,
    ...(grammar === undefined ? {} : server.grammar(grammar)),
    ...(uncopied === undefined ? {} : server.uncopied(uncopied)),
  };
}

/** One line of the file that a server's batch runner reads, without its line feed. */
export function requestLine({ id, request }: NamedRequest, model: string, form: GrammarForm): string {
  const body = requestBody(request, model, form);
  return JSON.stringify({ custom_id: id, method: "POST", url: "/v1/chat/completions", body });
}

/** Faults of lines of answers. */
export const lineFaults = {
  malformed: "is no answer",
  foreign: "answers nothing that this batch asked",
  duplicate: "answers what was answered before",
  late: "answers a round that is over",
  failed: "is a failure",
} as const;

export type LineFault = keyof typeof lineFaults;

export interface FaultyLine {
  readonly fault: LineFault;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Name of the request, where the line has one. */
  readonly id: string | null;
  readonly why: string;
}

/** Faults told by line at most; the counts tell the rest. */
export const mostTold = 50;

export const faultWords = ({ file, line, id, why }: FaultyLine): string => `${file}, line ${line}: ${id ?? "the line"} ${why}`;

export interface AnswersRead {
  /** New ones by name: answers, and failures of requests that have no answer. */
  readonly fresh: ReadonlyMap<string, Answer>;
  readonly faults: readonly FaultyLine[];
  /** Lines that were not blank. */
  readonly lines: number;
}

export interface AnswersContext {
  readonly asked: { has(id: string): boolean };
  readonly known: ReadonlyMap<string, Answer>;
  readonly isLate: (id: string) => boolean;
}

interface Candidate {
  readonly answer: Answer;
  readonly file: string;
  readonly line: number;
}

/**
 * Answers of files, whatever the order of files and lines. An answer goes before a failure, and what is known before what comes again. Of several
 * different answers to one request the first in order of text is taken, so that the choice does not depend on the order of lines.
 */
export function readAnswers(files: ReadonlyMap<string, string>, { asked, known, isLate }: AnswersContext): AnswersRead {
  const faults: FaultyLine[] = [];
  const candidates = new Map<string, Candidate[]>();
  let lines = 0;
  for (const [file, text] of files) {
    for (const [i, content] of text
      .replace(/^\uFEFF/, "")
      .split(/\r\n|\n|\r/)
      .entries()) {
      if (content.trim() === "") continue;
      lines++;
      const fault = (kind: LineFault, id: string | null, why: string = lineFaults[kind]) =>
        faults.push({ fault: kind, file, line: i + 1, id, why });
      const read = readAnswer(content);
      if ("malformed" in read) fault("malformed", read.id, read.malformed);
      else if (!asked.has(read.id)) fault("foreign", read.id);
      else if (known.get(read.id)?.kind === "answered") fault("duplicate", read.id);
      else if (isLate(read.id)) fault("late", read.id);
      else candidates.set(read.id, [...(candidates.get(read.id) ?? []), { answer: read.answer, file, line: i + 1 }]);
    }
  }
  const fresh = new Map<string, Answer>();
  for (const [id, several] of candidates) {
    const [best, ...rest] = several.toSorted((a, b) =>
      rank(a.answer) < rank(b.answer) ? -1 : rank(a.answer) > rank(b.answer) ? 1 : 0,
    );
    if (!best) continue;
    fresh.set(id, best.answer);
    const { answer, ...place } = best;
    if (answer.kind === "failed") faults.push({ fault: "failed", ...place, id, why: answer.why });
    for (const { file, line } of rest) faults.push({ fault: "duplicate", file, line, id, why: lineFaults.duplicate });
  }
  faults.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  return { fresh, faults, lines };
}

/** Answers before failures, then by text. */
const rank = (answer: Answer): string => (answer.kind === "answered" ? `0${answer.text}\n${answer.finish}` : `1${answer.why}`);

type ReadLine = { readonly id: string; readonly answer: Answer } | { readonly id: string | null; readonly malformed: string };

type Json = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Json | undefined =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Json) : undefined;

function readAnswer(content: string): ReadLine {
  let json: Json | undefined;
  try {
    json = objectOf(JSON.parse(content));
  } catch {
    return { id: null, malformed: "is not JSON: cut off, or another format" };
  }
  if (!json) return { id: null, malformed: "is no JSON object" };
  const id = json.custom_id;
  if (typeof id !== "string") return { id: null, malformed: 'has no text "custom_id"' };
  const response = objectOf(json.response);
  const body = objectOf(response?.body) ?? response; // some runners leave the envelope out
  const status = typeof response?.status_code === "number" ? response.status_code : 200;
  const why = errorWords(json.error) ?? errorWords(body?.error);
  if (why !== undefined || status >= 400) return { id, answer: failed(why ?? `status ${status}`) };
  if (!body) return { id, malformed: 'has no "response"' };
  return completionOf(id, body);
}

function completionOf(id: string, body: Json): ReadLine {
  const choice = objectOf(Array.isArray(body.choices) ? body.choices[0] : undefined);
  if (!choice) return { id, malformed: 'has no "choices" in its response' };
  const message = objectOf(choice.message);
  const text = textOf(message?.content ?? choice.text);
  const reason = choice.finish_reason;
  const refusal = refusalIn(message);
  if (refusal !== undefined) return { id, answer: failed(`the model refused: ${refusal}`) };
  if (text === undefined) return { id, answer: failed(`no text${typeof reason === "string" ? ` (${reason})` : ""}`) };
  if (reason === "content_filter") return { id, answer: failed("content_filter") };
  const usage = objectOf(body.usage);
  const tokens = (name: string): number => {
    const value = usage?.[name];
    return typeof value === "number" && Number.isFinite(value) ? value : 0;
  };
  const counts = { promptTokens: tokens("prompt_tokens"), completionTokens: tokens("completion_tokens") };
  return {
    id,
    answer: { kind: "answered", text: text.toWellFormed(), finish: reason === "length" ? "length" : "stop", ...counts },
  };
}

const partsIn = (content: unknown): readonly Json[] =>
  (Array.isArray(content) ? (content as readonly unknown[]) : []).flatMap((part): Json[] => {
    if (typeof part === "string") return [{ text: part }];
    const own = objectOf(part);
    return own ? [own] : [];
  });

/** A text, or the parts of a list that are text: thoughts, calls and images are none. Undefined where there is none. */
function textOf(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  const texts = partsIn(content).flatMap(({ type = "text", text }) =>
    (type === "text" || type === "output_text") && typeof text === "string" ? [text] : [],
  );
  return texts.length > 0 ? texts.join("") : undefined;
}

/** Words of a refusal, which comes beside the text or as a part in its place. */
function refusalIn(message: Json | undefined): string | undefined {
  const words = [message?.refusal, ...partsIn(message?.content).map(({ refusal }) => refusal)];
  return words.find((one): one is string => typeof one === "string" && one.trim() !== "")?.slice(0, shownRefusal);
}

/** Characters of a refusal that are told. */
const shownRefusal = 120;

function failed(why: string): Answer {
  return { kind: "failed", why, tooLong: /context[ _-]?length|context window|maximum model length|too long/i.test(why) };
}

/** Words of an error field; undefined where there is none. */
function errorWords(error: unknown): string | undefined {
  if (error === null || error === undefined || error === "" || JSON.stringify(error) === "{}") return undefined;
  if (typeof error === "string") return error;
  const { code, message } = objectOf(objectOf(error)?.error) ?? objectOf(error) ?? {}; // vLLM wraps it once more
  const words = [code, message].filter((part) => typeof part === "string" || typeof part === "number").join(": ");
  return words === "" ? JSON.stringify(error) : words;
}
