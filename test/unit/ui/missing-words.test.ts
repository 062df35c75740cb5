// What a task of one's own lacks, in words of its page, from the faults that the reader of task files finds.

import { expect, it } from "vitest";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { noExamples } from "../../../src/tasks/example-rows.ts";
import { type HalfTask, wholeTask } from "../../../src/tasks/own-store.ts";
import { missingWords } from "../../../src/ui/tasks/missing-words.ts";

const half: HalfTask = { name: "Wards", family: "ner", labels: [{ id: "ward", name: "ward", description: "" }] };

function lacking(patch: Partial<HalfTask>): string {
  try {
    wholeTask({ id: "own-1", updatedAt: 1, half: { ...half, ...patch }, examples: noExamples });
  } catch (error) {
    if (error instanceof ClinfuseError) return missingWords(error.place.what ?? error.message);
    throw error;
  }
  return "";
}

it.each<[Partial<HalfTask>, string]>([
  [{}, ""],
  [{ name: "" }, "give the task a name."],
  [{ name: "W".repeat(81) }, "shorten the name of the task: it takes at most 80 characters, and has 81."],
  [{ summary: "s".repeat(501) }, "shorten what the model learns: it takes at most 500 characters, and has 501."],
  [{ domain: "d".repeat(501) }, "shorten the subject of the texts: it takes at most 500 characters, and has 501."],
  [
    { labels: [{ id: "w", name: "w".repeat(81), description: "" }] },
    "shorten the name of label 1: it takes at most 80 characters, and has 81.",
  ],
  [
    { labels: [...half.labels, { id: "bed", name: "bed", description: "b".repeat(501) }] },
    "shorten what label 2 means: it takes at most 500 characters, and has 501.",
  ],
  [{ labels: [{ id: "", name: "", description: "" }] }, "name label 1."],
  [
    {
      family: "relation",
      head: { word: "h".repeat(90), type: "h" },
      tail: { word: "dose", type: "dose" },
      labels: ["one", "two"].map((name) => ({ id: name, name, description: "so" })),
    },
    "shorten the first kind of entity: it takes at most 80 characters, and has 90.",
  ],
])("says what to do about %j", (patch, words) => {
  expect(lacking(patch)).toBe(words);
});
