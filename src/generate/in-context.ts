// In-context inference (Table 2): the language model labels the test items itself, from few-shot examples. Nothing is trained on its answers.

import { ClinfuseError } from "../base/errors.ts";
import { rng, seedOf } from "../base/rng.ts";
import type { Completion } from "../engines/language-model.ts";
import { ofEachLabel } from "../prompts/demonstrations.ts";
import { type Question, questionOf, readAnswered } from "../prompts/in-context.ts";
import { rejected } from "../prompts/rejections.ts";
import type { Example } from "../tasks/example.ts";
import type { Task } from "../tasks/task.ts";
import type { ConfigOf, Source, Turn } from "./source.ts";

/** Examples of each label that are tried, from all of them down to none, until the prompt fits the model. */
const perLabel = [Number.POSITIVE_INFINITY, 5, 3, 1, 0] as const;

export const inContext: Source<ConfigOf<"in-context">> = {
  name: "In-context inference",
  group: "inference",
  summary: "The language model labels the test set itself, from a few real examples in its prompt. No classifier is trained.",
  title: () => "In-context inference",
  needs: () => ["writer", "test"],
  rounds: () => [],
  extent: (_, __, test) => test,
  verbatim: true,
  answers: true,
  async attempt(i, { config, task, demonstrations, items = [] }, { model }, stream, signal) {
    const item = items[i];
    if (!item) return undefined;
    if (!model) throw new Error("a prompted source was given no language model");
    const { sampling, grammar: held } = config.writer;
    const seed = seedOf(stream.fork("turn", 0));
    const { question, completion } = await firstThatFits(task, item, demonstrations, ({ content, shared, grammar }) =>
      model.complete(
        {
          messages: [{ role: "user", content }],
          shared: { messages: 0, characters: shared },
          sampling,
          seed,
          ...(held ? { grammar } : {}),
        },
        signal,
      ),
    );
    const { text, finish, promptTokens, completionTokens } = completion;
    const turns: Turn[] = [{ messages: [{ role: "user", content: question.content }], text, promptTokens, completionTokens }];
    const parsed = finish === "length" ? rejected("truncated") : readAnswered(task, item as never, text);
    return { label: "", origin: { kind: "prompted", turns }, parsed };
  },
};

/** Errors: those of `ask`; `context-overflow` where the item alone is too long. */
async function firstThatFits(
  task: Task,
  item: Example,
  demonstrations: readonly Example[],
  ask: (question: Question) => Promise<Completion>,
): Promise<{ question: Question; completion: Completion }> {
  const all = rng("in-context", task.id).sample(demonstrations, demonstrations.length);
  for (const [place, count] of perLabel.entries()) {
    const chosen = new Set(ofEachLabel(task, all, count));
    const question = questionOf(task, item as never, all.filter((example) => chosen.has(example)) as never);
    try {
      return { question, completion: await ask(question) };
    } catch (error) {
      const last = place === perLabel.length - 1;
      if (last || !(error instanceof ClinfuseError) || error.code !== "context-overflow") throw error;
    }
  }
  throw new Error("unreachable: the last try returns or throws");
}
