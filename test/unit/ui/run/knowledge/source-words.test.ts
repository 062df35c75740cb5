// Words for a graph that lacks topics: which labels, where the task asks for each one's own.

import { expect, it } from "vitest";
import { bc5cdrDisease } from "../../../../../src/tasks/bc5cdr-disease.ts";
import { chemprot } from "../../../../../src/tasks/chemprot.ts";
import { bareWords } from "../../../../../src/ui/run/knowledge/source-words.ts";

const ways = "Choose or import another graph, or take topics from the language model.";

it("names the labels without a topic where others have some", () => {
  const lacks = "This graph has no topic for 1 label of this task (agonist), and each label needs one.";
  expect(bareWords(chemprot, ["agonist"])).toBe(`${lacks} ${ways}`);
});

it("names the task where no label has any", () => {
  const lacks = "This graph has no topic for this task.";
  expect(
    bareWords(
      chemprot,
      chemprot.labels.map(({ name }) => name),
    ),
  ).toBe(`${lacks} ${ways}`);
  expect(bareWords(bc5cdrDisease, ["disease"])).toBe(`${lacks} ${ways}`);
});
