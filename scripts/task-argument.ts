// A task as a command line or a plan's file names it: the id of a task of the paper, or the file of one's own.

import { existsSync, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { ClinfuseError } from "../src/base/errors.ts";
import { canonicalJson } from "../src/base/hash.ts";
import { meantWords } from "../src/base/nearest-name.ts";
import { decodeUtf8 } from "../src/base/utf8.ts";
import { type TaskRef, taskById, taskIdOf, taskOf, tasks } from "../src/tasks/catalogue.ts";
import type { TaskExamples } from "../src/tasks/example-rows.ts";
import type { Task } from "../src/tasks/task.ts";
import { readTaskFile } from "../src/tasks/task-file.ts";

export interface NamedTask {
  readonly ref: TaskRef;
  /** Examples that its file carries. */
  readonly own?: TaskExamples;
}

/** Examples are text: a file of this size is something else. */
const mostBytes = 200_000_000;

/** `path` is where the file lies if the name is no id. `field` is named in faults. Throws an Error in words. */
export function namedTask(field: string, name: string, path: string): NamedTask {
  if (tasks.some((task) => task.id === name)) return { ref: taskById(name).id };
  if (!existsSync(path) || !statSync(path).isFile()) {
    if (name.endsWith(".json")) throw new Error(`${field}: there is no file ${path}`);
    const ids = tasks.map((task) => task.id);
    throw new Error(
      `${field} takes ${ids.join(", ")}, or the file of a task of your own; it is "${name}"${meantWords(name, ids)}`,
    );
  }
  if (statSync(path).size > mostBytes) throw new Error(`${field}: ${path} is too large for a task`);
  const file = basename(path);
  const { task, examples } = readTaskFile(decodeUtf8(readFileSync(path), file), file);
  const has = Object.values(examples).some((set) => set.length > 0);
  return { ref: task, ...(has ? { own: examples } : {}) };
}

/** The task of a file of one's own, else a task of the paper. Throws `not-found`, and what is wrong with the file. */
export function taskAsked(name: string): Task {
  const isFile = statSync(name, { throwIfNoEntry: false })?.isFile() === true;
  if (!isFile && name.endsWith(".json")) throw new ClinfuseError("file-missing", `there is no file ${name}`, { file: name });
  return isFile ? taskOf(namedTask("TASK", name, name).ref) : taskById(name);
}

/** Refuses two different tasks of one id: results stand under it. `field` names the field. Throws an Error that names both. */
export function requireOwnIds(named: readonly { readonly field: string; readonly task: TaskRef }[]): void {
  for (const [i, { field, task }] of named.entries()) {
    const id = taskIdOf(task);
    const before = named
      .slice(0, i)
      .find((other) => taskIdOf(other.task) === id && canonicalJson(other.task) !== canonicalJson(task));
    if (!before) continue;
    const [one, other] = [taskOf(before.task).name, taskOf(task).name];
    throw new Error(
      `${field} takes a task of another id than ${before.field}; "${one}" and "${other}" both have ${JSON.stringify(id)}: give one an "id"`,
    );
  }
}

/** Refuses a task of one's own that nothing brings examples for, before anything is built. `data` is the option that would. */
export function requireExamples(field: string, { ref, own }: NamedTask, folder: boolean, data: string): void {
  if (typeof ref === "string" || folder || own) return;
  throw new Error(`${field}: the file has no "examples", and no sample of ${ref.name} ships; give a folder of them with ${data}`);
}
