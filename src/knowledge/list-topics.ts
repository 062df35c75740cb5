// Topics from a task's own list: each label's names in random order, by seed. Knows no graph and no model.

import { ClinfuseError } from "../base/errors.ts";
import type { Rng } from "../base/rng.ts";
import { families } from "../tasks/families.ts";
import { forAnyLabel, forLabel, type Task } from "../tasks/task.ts";
import type { Topic } from "./topic.ts";

/** At most `count` topics of each label, sampled uniformly without replacement. Throws `no-topics` for a task without a list. */
export function listTopics(task: Task, count: number, stream: Rng): Record<string, Topic[]> {
  const { topicList: list } = task;
  if (!list) {
    const what = `${task.name} has no list of topics`;
    const remedy = "Take topics from the graph or the language model, or paste a list where the task is edited.";
    throw new ClinfuseError("no-topics", what, { what: task.name, remedy });
  }
  return Object.fromEntries(
    task.labels.map(({ id }) => {
      const types = forLabel(task.entityTypes, id);
      const topics = once(forLabel(list, id)).map((names): Topic => {
        const entities = names.map((name, i) => ({ name, type: types[i] ?? types[0] ?? "" }));
        return { entities, source: "list" };
      });
      return [id, stream.fork("list", id).sample(topics, count)];
    }),
  );
}

/** The list's names, to mark sentences by: of the one label of a task that marks entities. */
export function listLexicon(task: Task): string[] {
  if (!task.topicList || !families[task.family].marks || task.labels.length > 1) return [];
  return [...new Set(forAnyLabel(task.topicList).flat(2))].sort();
}

function once(names: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(names.map((of) => [of.join("\t").toLowerCase(), of])).values()];
}
