// ClinGen (section 4.2): one topic and one style drawn at random for each prompt. Knows no family of tasks.

import { ClinfuseError } from "../base/errors.ts";
import { converse } from "../prompts/families.ts";
import type { Task } from "../tasks/task.ts";
import type { Method } from "./method.ts";

export const clingen: Method<Task> = {
  id: "clingen",
  converse(task, context, stream) {
    const { knowledge, label } = context;
    const topics = knowledge.topicsFor(label);
    if (topics.length === 0 || knowledge.styles.length === 0) {
      const what = topics.length === 0 ? "topics" : "styles";
      throw new ClinfuseError("no-topics", `ClinGen needs ${what} for "${label}" and has none`, { what: label });
    }
    const topic = stream.fork("topic").pick(topics);
    const style = stream.fork("style").pick(knowledge.styles).name;
    return converse(task, context, { topic, style }, stream);
  },
};
