// Every task that there is, in the order of the paper's Table 5. A new one is one line here.

import { ClinfuseError } from "../base/errors.ts";
import { bc5cdrDisease } from "./bc5cdr-disease.ts";
import { cdr } from "./cdr.ts";
import { hoc } from "./hoc.ts";
import { mqp } from "./mqp.ts";
import type { Task } from "./task.ts";

export const tasks: readonly Task[] = [hoc, cdr, mqp, bc5cdrDisease];

/** Throws `not-found` with the ids that exist. */
export function taskById(id: string): Task {
  const task = tasks.find((t) => t.id === id);
  if (!task) {
    const known = tasks.map((t) => t.id).join(", ");
    throw new ClinfuseError("not-found", `there is no task "${id}"; the tasks are: ${known}`, { what: id, expected: known });
  }
  return task;
}
