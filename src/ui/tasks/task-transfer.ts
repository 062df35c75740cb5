// A task as a file of the user's: saved from the browser, and brought into it. Knows no component.

import { ClinfuseError } from "../../base/errors.ts";
import { canonicalJson } from "../../base/hash.ts";
import { readUtf8 } from "../../base/utf8.ts";
import { keptTask } from "../../tasks/own-store.ts";
import { idFor } from "../../tasks/own-task.ts";
import { readTaskFile, type TaskFile, writeTaskFile } from "../../tasks/task-file.ts";
import type { OwnTaskList } from "../own-task-list.svelte.ts";

const mostBytes = 200_000_000;

/** Starts the download of a file that is called by the name of the task. */
export function saveTask(file: TaskFile): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([writeTaskFile(file)], { type: "application/json" }));
  link.download = `${idFor(file.task.name)}.task.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Keeps the file's task; one of the same id that is another stays beside it. Resolves to a sentence for the user. Throws `task-malformed`. */
export async function importTask(list: OwnTaskList, picked: File): Promise<string> {
  if (picked.size > mostBytes) {
    const place = { file: picked.name, got: picked.size, expected: mostBytes };
    throw new ClinfuseError("file-too-large", `${picked.name} is too large`, place);
  }
  const file = readTaskFile(await readUtf8(picked, picked.name), picked.name);
  await list.read();
  // Not by its id: one that stands beside another of that id got its own.
  const content = ({ task, examples }: TaskFile) => canonicalJson({ task: { ...task, id: "" }, examples });
  const same = list.usable.find((other) => content(other) === content(file));
  if (same) return `“${file.task.name}” is here already, as it is in the file.`;
  const id = list.freeId(file.task.id);
  await list.save(keptTask(file, id, Date.now()));
  const beside = id === file.task.id ? "" : " It stands beside the one of the same name that was here.";
  return `“${file.task.name}” was imported.${beside}`;
}
