// The answer's text out of a completion, or the reason why there is none. Trusts no engine and no grammar; knows no family of tasks.

import type { Message } from "../engines/language-model.ts";
import { visible, withoutFence, withoutNextTurn } from "../text/completion.ts";
import { jsonFields, looksLikeJson } from "../text/loose-json.ts";
import { isThought, withoutThoughts } from "../text/thoughts.ts";
import { answerField } from "./demonstrations.ts";
import { holdsOne, isEcho, isInPrompt } from "./reading/echo.ts";
import { type OneOfPair, oneOfPair } from "./reading/one-of-pair.ts";
import { hasPlaceholder } from "./reading/placeholder.ts";
import {
  isBeside,
  isHeading,
  isLabelled,
  isPreamble,
  isRule,
  withoutList,
  withoutPreamble,
  withoutRemarks,
} from "./reading/preamble.ts";
import { isRefusal } from "./reading/refusal.ts";
import { isLabelAlone, withoutLabel } from "./reading/told-label.ts";
import {
  isSignLoop,
  withoutFalseMarks,
  withoutFootnotes,
  withoutLoneTag,
  withoutMarksBehind,
  withoutMarkup,
  withoutQuotes,
  withoutWordCount,
  withPlainMarks,
  withTagsAsMarks,
} from "./reading/wrapping.ts";
import { type Parsed, rejected } from "./rejections.ts";

/** Facts of the question, for the reader of its answer. */
export interface Asked {
  /** The prompt, to tell its echo from an answer. */
  readonly messages?: readonly Message[];
  /** Descriptions of labels: an answer with one in it tells its label in the prompt's words, and a classifier would learn those. */
  readonly descriptions?: readonly string[];
  /** Words of the labels that are the example's alone: said beside the text they are taken off. */
  readonly labels?: readonly string[];
  /** The sentence asked for is one of a pair, and an answer may give both. */
  readonly pair?: OneOfPair;
  /** Square brackets of the answer are marks of entities (NER). */
  readonly marks?: boolean;
  /** Kinds of entities as the task names them: tags of these names are marks as well. */
  readonly kinds?: readonly string[];
  /** Words of the listing for which a sentence has the thing itself: the domain, entity types. In brackets they are placeholders. */
  readonly slots?: readonly string[];
  /** Signs that the corpus itself has for entities: no placeholders. */
  readonly masks?: readonly string[];
}

/** The answer on one line, without what was thought, said or wrapped around it. Its marks are still in brackets. */
export function readAnswer(completion: string, asked: Asked = {}): Parsed<string> {
  const text = visible(completion);
  if (text === "") return rejected("empty");
  const said = withoutThoughts(text);
  if (said === undefined) return rejected("thought-only");
  const line = answerLine(withoutFence(withoutNextTurn(said)), asked);
  if (!line.ok) return line;
  const answer = plainText(line.value, asked);
  if (answer === "") return rejected("empty");
  if (isSignLoop(answer)) return rejected("repetitive");
  if (isRefusal(answer)) return rejected("refusal");
  if (isEcho(answer, asked.messages ?? []) || holdsOne(answer, asked.descriptions ?? [])) return rejected("echoes-prompt");
  const unmasked = (asked.masks ?? []).reduce((rest, mask) => rest.replaceAll(mask, ""), answer);
  if (hasPlaceholder(unmasked, asked.marks ?? false, asked.slots ?? [])) return rejected("placeholder");
  return { ok: true, value: answer };
}

/** Tells whether a completion that the token limit ended had not come to its answer: more tokens help, another prompt does not. */
export function isUnfinishedThought(completion: string): boolean {
  const said = withoutThoughts(visible(completion));
  return said === undefined || isThought(said);
}

/** The line that holds the answer: out of JSON where there is any, else the first that is no preamble. */
function answerLine(said: string, asked: Asked): Parsed<string> {
  if (looksLikeJson(said)) {
    const values = jsonFields(said, answerField);
    const own = values.find((value) => !isInPrompt(value, asked.messages ?? [])) ?? values[0];
    return own === undefined ? rejected("malformed") : { ok: true, value: own };
  }
  const lines = (asked.pair ? oneOfPair(said, asked.pair) : said)
    .split("\n")
    .map((line) => withoutLoneTag(line.trim()))
    .filter((line) => line !== "");
  const parts = lines.filter((line) => !isRule(line));
  if (parts.length === 0) return rejected(isSignLoop(lines.join(" ")) ? "repetitive" : "empty");
  for (const [i, line] of parts.entries()) {
    const last = i === parts.length - 1;
    const rest = withoutPreamble(line);
    const fault = faultOf(line, rest, asked);
    if (fault) {
      const labelled = fault === "refusal" ? undefined : parts.slice(i).find(isLabelled);
      return labelled === undefined ? rejected(fault) : { ok: true, value: withoutPreamble(labelled) };
    }
    if (isPreamble(rest, last) || (!last && (isHeading(line) || isBeside(line) || /[:：]$/.test(rest)))) continue;
    if (!last && isLabelAlone(line, asked.labels ?? [])) continue;
    return { ok: true, value: rest };
  }
  return rejected("preamble-only");
}

function faultOf(line: string, rest: string, asked: Asked): "thought-only" | "refusal" | "echoes-prompt" | undefined {
  if (isThought(line)) return "thought-only";
  if (isRefusal(line)) return "refusal";
  return isEcho(line, asked.messages ?? []) || isEcho(rest, asked.messages ?? []) ? "echoes-prompt" : undefined;
}

function plainText(line: string, { marks = false, labels = [], kinds = [] }: Asked): string {
  const tagged = withTagsAsMarks(line.replace(/\s+/g, " ").trim(), kinds);
  let alone = withoutQuotes(withoutMarkup(withoutQuotes(tagged)));
  for (let before = ""; before !== alone; ) {
    before = alone;
    alone = withoutQuotes(withoutWordCount(withoutPreamble(withoutRemarks(withoutList(withoutLabel(alone, labels))))));
  }
  const noted = withoutFootnotes(marks ? withoutMarksBehind(withPlainMarks(alone)) : alone);
  return (marks ? withoutFalseMarks(noted) : noted).replace(/\s+/g, " ").trim();
}
