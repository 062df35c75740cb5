// A batch in words for its reader: its counts, the file to be answered next, and the command that answers it. Pure.

import type { BatchTold } from "../../../experiment/batch-file.ts";
import { missingFile, turnFile } from "../../../experiment/batch-store.ts";
import type { GrammarForm } from "../../../generate/batch-lines.ts";

export const grammarWords: Readonly<Record<GrammarForm, string>> = {
  none: "None",
  vllm: "vLLM 0.12 or later",
  "vllm-guided": "vLLM before 0.12",
};

/** The file to be answered next: a turn of which nothing came yet is answered as it is. Undefined where none waits. */
export function waitingFile({ counts, last, again }: BatchTold): string | undefined {
  if (counts.next === null) return undefined;
  const untouched = last.waiting === last.requests && again <= last.requests;
  return untouched ? turnFile(counts.turn) : counts.next;
}

/** Requests in that file. */
export const waitingRequests = (told: BatchTold): number => (waitingFile(told) === missingFile ? told.again : told.last.requests);

/** Counts of the batch, then those of the last reading. */
export function countRows({ counts }: BatchTold): readonly (readonly [string, number])[] {
  const { asked, answered, failed, duplicate, foreign, late, malformed } = counts;
  return [
    ["Asked", asked],
    ["Answered", answered],
    ["Missing", asked - answered - failed],
    ["Failed", failed],
    ["Duplicate", duplicate],
    ["Foreign", foreign],
    ["Late", late],
    ["Malformed", malformed],
  ];
}

/** A name as a shell takes it for one word. */
const word = (name: string): string => (/^[\w./:@+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`);

export const vllmCommand = (file: string, model: string): string =>
  `vllm run-batch -i ${file} -o ${answersFile(file)} --model ${word(model)} --enable-prefix-caching`;

/** turn-1.jsonl -> answers-1.jsonl */
export const answersFile = (file: string): string =>
  file.startsWith("turn-") ? file.replace("turn-", "answers-") : `answers-${file}`;
