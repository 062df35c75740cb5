// A run that begins with a task of the user's own and its examples. Knows no component.

import { presetConfig, presetSource, withTopicsOf } from "../../experiment/presets.ts";
import { ownDataset } from "../../formats/own-dataset.ts";
import type { TaskExamples } from "../../tasks/example-rows.ts";
import type { Task } from "../../tasks/task.ts";
import type { Lab } from "../lab.svelte.ts";
import { newNotebook, titleOf } from "../run/run.svelte.ts";

/** Opens a new run of the task; its rows are there where they suffice, and its first step says what is missing where they do not. */
export async function beginRun(
  lab: Lab,
  { examples, save }: { readonly examples: TaskExamples; save(): Promise<void> },
  task: Task,
): Promise<void> {
  await save();
  const now = Date.now();
  const config = presetConfig("small", { task, source: withTopicsOf(task, presetSource("small", "clingen")) });
  const notebook = { ...newNotebook(crypto.randomUUID().slice(0, 8), now), config, title: titleOf(config) };
  await lab.create({ ...notebook, ...dataOf(task, examples) });
}

function dataOf(task: Task, examples: TaskExamples) {
  try {
    return { data: { source: "own", ...ownDataset(task, examples) } };
  } catch {
    return {}; // the page says why when the examples are taken there
  }
}
