// ZeroGen (Ye et al. 2022a; App. E): the baseline's listing alone, without knowledge, styles or demonstrations.

import { converse } from "../prompts/families.ts";
import type { Task } from "../tasks/task.ts";
import type { Method } from "./method.ts";

export const zerogen: Method<Task> = {
  id: "zerogen",
  converse(task, context, stream) {
    const bare = { ...context, config: { ...context.config, demonstrations: "none", annotation: "model" } as const };
    return converse(task, bare, {}, stream);
  },
};
