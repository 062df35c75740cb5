// From a completion to an example or a reason. Trusts no engine: grammar or not, every completion comes through here.

import { mentions } from "../knowledge/lexicon.ts";
import { readAnswer } from "../prompts/answer.ts";
import { readMarked } from "../prompts/marked.ts";
import { type Parsed, rejected } from "../prompts/rejections.ts";
import type { PairExample, TokenExample } from "../tasks/example.ts";

/** Fewer words than this are no sentence to learn from. */
const fewestWords = 4;

/**
 * A marked sentence of the NER tasks. With a topic it must be mentioned, as whole words and whatever its case (released code); where the
 * model wrote it without brackets it is marked, for the prompt named it an entity.
 */
export function parseMarkedSentence(completion: string, label: string, topic?: string): Parsed<TokenExample> {
  const answer = readAnswer(completion, { marks: true });
  if (!answer.ok) return answer;
  const example = readMarked(answer.value, label);
  if (!example) return rejected("unbalanced-marks");
  if (words(example.text) < fewestWords) return rejected("too-short");
  if (isRepetitive(example.text)) return rejected("repetitive");
  if (topic === undefined) return example.spans.length > 0 ? { ok: true, value: example } : rejected("no-entity");
  const places = mentions(example.text, topic);
  if (places.length === 0) return rejected("topic-absent");
  const free = places.filter((m) => example.spans.every((s) => m.end <= s.start || s.end <= m.start));
  const spans = [...example.spans, ...free.map((m) => ({ ...m, label }))].sort((a, b) => a.start - b.start);
  return { ok: true, value: { ...example, spans } };
}

/** One sentence of a pair. */
export function parseSentence(completion: string): Parsed<string> {
  const answer = readAnswer(completion);
  if (!answer.ok) return answer;
  if (words(answer.value) < fewestWords) return rejected("too-short");
  return isRepetitive(answer.value) ? rejected("repetitive") : answer;
}

export function parsePair(first: string, completion: string, label: string): Parsed<PairExample> {
  const second = parseSentence(completion);
  if (!second.ok) return second;
  if (plain(first) === plain(second.value)) return rejected("identical-pair");
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
