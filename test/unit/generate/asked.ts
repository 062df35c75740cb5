// Attempts of a prompted source against a model that answers by a function, for tests: what it asked, and what came of it.

import { rng } from "../../../src/base/rng.ts";
import type { CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import type { Feedback, SourceConfig, Writer } from "../../../src/generate/source.ts";
import { sourceOf } from "../../../src/generate/sources.ts";
import { type KnowledgeData, knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import type { Example } from "../../../src/tasks/example.ts";
import type { Task } from "../../../src/tasks/task.ts";

export const sampling = { temperature: 1, topP: 1, maxTokens: 40 } as const;
export const writerOf = (demonstrations: Writer["demonstrations"]): Writer => ({
  model: "m",
  sampling,
  demonstrations,
  grammar: true,
});

/** Five rows of each label, no two alike, and none that holds a topic or a style of the tests. */
export function fewShot(task: Task): Example[] {
  return task.labels.flatMap((label, of) =>
    Array.from({ length: 5 }, (_, i): Example => {
      const name = `row ${of} ${i}`;
      const text = `The text of ${name} tells of fever after heparin`;
      const at = (word: string, type: string) => ({
        start: text.indexOf(word),
        end: text.indexOf(word) + word.length,
        label: type,
      });
      switch (task.shape) {
        case "token":
          return { kind: "token", text, spans: [at("fever", label.id)] };
        case "sentence":
          return { kind: "sentence", text, labels: [label.id] };
        case "relation":
          return {
            kind: "relation",
            text,
            head: at("heparin", task.head.type),
            tail: at("fever", task.tail.type),
            label: label.id,
          };
        case "pair":
          return {
            kind: "pair",
            first: `Is this the question of ${name}?`,
            second: `Is that the reply to ${name}?`,
            label: label.id,
          };
        default:
          return task satisfies never;
      }
    }),
  );
}

/** A model that answers each request by the function, and keeps what it was asked. */
export function answering(answer: (request: CompletionRequest) => string) {
  const asked: CompletionRequest[] = [];
  const model: LanguageModel = {
    id: "m",
    contextTokens: 4096,
    slots: 1,
    deterministic: true,
    async complete(request) {
      asked.push(request);
      return { text: answer(request), finish: "stop", promptTokens: 5, completionTokens: 4 };
    },
    close: async () => undefined,
  };
  return { model, asked };
}

/** A sentence that every family's reader takes, whatever the form that is asked for. */
export const anySentence = ({ seed }: CompletionRequest): string =>
  `Patient ${seed} had [chemical: aspirin] and then [disease: stroke] at noon`;

export interface Attempted {
  readonly task: Task;
  readonly config: SourceConfig;
  readonly demonstrations?: readonly Example[];
  readonly knowledge?: KnowledgeData;
  readonly feedback?: readonly Feedback[];
  readonly answer?: (request: CompletionRequest) => string;
}

/** Attempt `i`, and the contents of its prompts. */
export async function attempted(i: number, { task, config, ...given }: Attempted) {
  const { demonstrations = fewShot(task), knowledge = noKnowledge, feedback = [], answer = anySentence } = given;
  const { model, asked } = answering(answer);
  const context = { config, task, demonstrations, gold: [], knowledge: knowledgeOf(knowledge), feedback };
  const made = await sourceOf(config).attempt(i, context, { model }, rng("generate", 1, i), new AbortController().signal);
  return { made, asked, prompts: asked.map(({ messages }) => messages.map((m) => m.content).join("\n")) };
}
