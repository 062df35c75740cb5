// A trained model on notes that nobody labelled, for a task of each family and each number of labels that a text carries.

import { expect, it } from "vitest";
import { cutRemarks, type Note } from "../../../src/formats/note.ts";
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

async function read(task: Task, notes: readonly Note[]) {
  for await (const event of applyTo(linearClassifier(task), notes, never)) if (event.type === "applied") return event;
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
  const { notes, cut } = await read(readTaskJson(file, "task.json").task, [note]);
  const [answer] = notes;
  expect(cut).toBe(0);
  expect(answer?.pieces.map((piece) => piece.labels)).toEqual(expected[file.name]);
  expect(answer?.spans).toEqual([]);
});

// The model reads 64 pieces, special ones and a relation's markers counted. Each word is a piece.
const words = (n: number) => Array.from({ length: n }, () => "today").join(" ");
const ofLength = (n: number): Note => ({ ...note, text: `the patient fever ${words(n - 3)}`, second: words(n) });

it.each([
  ["Finds", 62, 0],
  ["Finds", 200, 0], // in windows
  ["Kinds", 62, 0],
  ["Kinds", 63, 1],
  ["Topics", 63, 1],
  ["Pairs", 30, 0], // [CLS] 30 [SEP] 30 [SEP]
  ["Pairs", 31, 1],
  ["Links", 62, 1], // the vocabulary lacks the markers: each is three pieces and more
] as const)("counts the notes of which a part was not read, for the task %s with %i words", async (name, length, expected) => {
  const file = files.find((one) => one.name === name);
  const { cut, pieces } = await read(readTaskJson(file, "task.json").task, [ofLength(length), note]);
  expect({ cut, pieces }).toEqual({ cut: expected, pieces: 2 });
});

it("says of how many texts a part was not read", () => {
  expect(cutRemarks(0, 3)).toEqual([]);
  expect(cutRemarks(1, 3)).toEqual(["1 of 3 texts is longer than the model reads: a part of it was not read"]);
  expect(cutRemarks(1, 1)).toEqual(["1 of 1 text is longer than the model reads: a part of it was not read"]);
  expect(cutRemarks(2, 3)).toEqual(["2 of 3 texts are longer than the model reads: a part of each was not read"]);
});
