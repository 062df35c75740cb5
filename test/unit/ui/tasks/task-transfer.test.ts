// Files of tasks on their way into the browser: each once, and none in the place of another.

import "fake-indexeddb/auto";
import { expect, it } from "vitest";
import { openDb } from "../../../../src/store/db.ts";
import { ownTasks } from "../../../../src/store/own-tasks.ts";
import { readTaskJson, writeTaskFile } from "../../../../src/tasks/task-file.ts";
import { OwnTaskList } from "../../../../src/ui/own-task-list.svelte.ts";
import { importTask } from "../../../../src/ui/tasks/task-transfer.ts";

const fileOf = (label: string, id: string) =>
  new File([writeTaskFile(readTaskJson({ id, name: "Findings", family: "ner", labels: [{ name: label }] }, "t"))], "t.json");

it("keeps a changed file of the same id beside the first, and each once", async () => {
  const list = new OwnTaskList(ownTasks(await openDb("transfer")));
  for (const id of ["findings", "x".repeat(64)]) {
    expect(await importTask(list, fileOf(`${id[0]} sign`, id))).toBe("“Findings” was imported.");
    expect(await importTask(list, fileOf(`${id[0]} symptom`, id))).toMatch(/stands beside the one of the same name/);
    expect(await importTask(list, fileOf(`${id[0]} symptom`, id))).toMatch(/is here already/);
    expect(await importTask(list, fileOf(`${id[0]} sign`, id))).toMatch(/is here already/);
  }
  await list.read();
  expect(list.all).toHaveLength(4);
  expect(list.usable).toHaveLength(4); // each has an id that a task may have
});
