// A trained model on notes that nobody labelled, for a task of each family and each number of labels that a text carries.

import { expect, it } from "vitest";
import type { Note, ReadNote } from "../../../src/formats/note.ts";
import { applyTo } from "../../../src/procedures/apply.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";
import { linearClassifier } from "../train/toy.ts";

const never = new AbortController().signal;
const labels = ["first", "other"].map((name) => ({ name, description: `the ${name} kind` }));
const files = [
  { name: "Finds", family: "ner", labels },
  { name: "Kinds", family: "classification", labels, carries: "one" },
  { name: "Topics", family: "classification", labels, carries: "any" },
  { name: "Themes", family: "classification", labels, carries: "some" },
  { name: "Links", family: "relation", labels, head: { word: "drug" }, tail: { word: "disease" } },
  { name: "Pairs", family: "pair", labels },
] as const;

const ends = { head: { start: 0, end: 3, label: "drug" }, tail: { start: 12, end: 17, label: "disease" } };
const note: Note = { id: "n", file: "n.txt", text: "the patient fever .", second: "the flu", ends };

async function read(task: Task, notes: readonly Note[]): Promise<readonly ReadNote[]> {
  for await (const event of applyTo(linearClassifier(task), notes, never)) if (event.type === "applied") return event.notes;
  throw new Error("nothing was read");
}

// A model that has learnt nothing gives each output the same score: the first of them is the likeliest, and none is likelier than not.
const expected: Readonly<Record<(typeof files)[number]["name"], readonly (readonly string[])[]>> = {
  Finds: [],
  Kinds: [["first"]],
  Topics: [[]],
  Themes: [["first"]],
  Links: [["first"]],
  Pairs: [["first"]],
};

it.each(files)("answers a note for the task $name", async (file) => {
  const [answer] = await read(readTaskJson(file, "task.json").task, [note]);
  expect(answer?.pieces.map((piece) => piece.labels)).toEqual(expected[file.name]);
  expect(answer?.spans).toEqual([]);
});
