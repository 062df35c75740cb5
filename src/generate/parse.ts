// From a completion to an example or a reason. Trusts no engine: grammar or not, every completion comes through here.

import { answerField } from "../prompts/demonstrations.ts";
import { readMarked } from "../prompts/marked.ts";
import type { PairExample, TokenExample } from "../tasks/example.ts";
import type { Parsed, RejectReason } from "./source.ts";

const reject = (reason: RejectReason) => ({ ok: false, reason }) as const;

/** Fewer words than this are no sentence to learn from. */
const fewestWords = 4;

/** The answer's text: out of its JSON object where it is one (shuffled demonstrations), on one line, without quotes around it. */
export function readAnswer(completion: string): Parsed<string> {
  let text = completion.trim();
  if (text === "") return reject("empty");
  if (text.startsWith("{")) {
    const field = jsonField(text.split("\n")[0] as string);
    if (field === undefined) return reject("malformed");
    text = field.trim();
  }
  text = (text.split(/\n/)[0] as string).trim().replace(/^"(.*)"$/, "$1");
  text = text.replace(/\s+/g, " ").trim();
  return text === "" ? reject("empty") : { ok: true, value: text };
}

function jsonField(line: string): string | undefined {
  try {
    const object: unknown = JSON.parse(line);
    if (object === null || typeof object !== "object" || !Object.hasOwn(object, answerField)) return undefined;
    const value = (object as Record<string, unknown>)[answerField];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A marked sentence of the NER tasks. With a topic it must be mentioned, as whole words and whatever its case (released code); where the
 * model wrote it without brackets it is marked, for the prompt named it an entity.
 */
export function parseMarkedSentence(completion: string, label: string, topic?: string): Parsed<TokenExample> {
  const answer = readAnswer(completion);
  if (!answer.ok) return answer;
  const example = readMarked(answer.value, label);
  if (!example) return reject("unbalanced-marks");
  if (words(example.text) < fewestWords) return reject("too-short");
  if (isRepetitive(example.text)) return reject("repetitive");
  if (topic === undefined) return example.spans.length > 0 ? { ok: true, value: example } : reject("no-entity");
  const mentions = occurrences(example.text, topic);
  if (mentions.length === 0) return reject("topic-absent");
  const free = mentions.filter((m) => example.spans.every((s) => m.end <= s.start || s.end <= m.start));
  const spans = [...example.spans, ...free.map((m) => ({ ...m, label }))].sort((a, b) => a.start - b.start);
  return { ok: true, value: { ...example, spans } };
}

/** One sentence of a pair. */
export function parseSentence(completion: string): Parsed<string> {
  const answer = readAnswer(completion);
  if (!answer.ok) return answer;
  if (words(answer.value) < fewestWords) return reject("too-short");
  return isRepetitive(answer.value) ? reject("repetitive") : answer;
}

export function parsePair(first: string, completion: string, label: string): Parsed<PairExample> {
  const second = parseSentence(completion);
  if (!second.ok) return second;
  if (plain(first) === plain(second.value)) return reject("identical-pair");
  return { ok: true, value: { kind: "pair", first, second: second.value, label } };
}

function words(text: string): number {
  return text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
}

function plain(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(" ");
}

/** A loop, into which small models fall: a word three times in a row, or the same three words in a row three times. */
function isRepetitive(text: string): boolean {
  const list = plain(text).split(" ");
  const seen = new Map<string, number>();
  return list.some((word, i) => {
    if (i >= 2 && word === list[i - 1] && word === list[i - 2]) return true;
    const triple = list.slice(i, i + 3).join(" ");
    const times = i + 3 > list.length ? 0 : (seen.get(triple) ?? 0) + 1;
    seen.set(triple, times);
    return times >= 3;
  });
}

/** Where `name` stands as whole words, whatever the case, in the singular or with an s. */
function occurrences(text: string, name: string): { start: number; end: number }[] {
  const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${pattern}s?(?![\\p{L}\\p{N}])`, "giu");
  return [...text.matchAll(whole)].map((m) => ({ start: m.index, end: m.index + m[0].length }));
}
