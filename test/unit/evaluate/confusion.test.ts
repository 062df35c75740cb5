// Confusion matrices against scikit-learn's (test/fixtures/scores/confusion.py), and by hand for spans.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { confusion } from "../../../src/evaluate/confusion.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { PairExample, SentenceExample, TokenExample } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { LearnableTask, Task } from "../../../src/tasks/task.ts";

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/scores", name), "utf8"));
const golden = read("golden.json") as {
  single: { labels: string[]; gold: string[]; predicted: string[] }[];
  multi: { labels: string[]; gold: string[][]; predicted: string[][] }[];
};
const expected = read("confusion.json") as { single: number[][][]; multi: [right: number, missed: number, made: number][][] };
const label = (id: string) => ({ id, name: id, description: id });

describe("the confusion matrix", () => {
  const pair = (id: string): PairExample => ({ kind: "pair", first: "a", second: "b", label: id });
  const sentence = (labels: readonly string[]): SentenceExample => ({ kind: "sentence", text: "a", labels });
  const sentences = (labels: readonly string[], carries: "one" | "any"): LearnableTask<"sentence"> => ({
    id: "s",
    name: "S",
    shape: "sentence",
    carries,
    labels: labels.map(label),
    metrics: [{ name: "f1" }],
  });

  it.each(golden.single.map((c, i) => [i, c] as const))(
    "is scikit-learn's for one label, case %i",
    (i, { labels, gold, predicted }) => {
      const task: Task<"pair"> = { ...mqp, labels: labels.map(label) };
      expect(confusion(task, gold.map(pair), predicted.map(pair))).toEqual({ names: labels, counts: expected.single[i] });
      const one = (id: string) => sentence([id]);
      expect(confusion(sentences(labels, "one"), gold.map(one), predicted.map(one)).counts).toEqual(expected.single[i]);
    },
  );

  it.each(golden.multi.map((c, i) => [i, c] as const))(
    "has what scikit-learn counts for each of several labels, case %i",
    (i, { labels, gold, predicted }) => {
      const { names, counts } = confusion(sentences(labels, "any"), gold.map(sentence), predicted.map(sentence));
      expect(names).toEqual([...labels, ""]);
      const last = labels.length;
      expect(labels.map((_, k) => [counts[k]?.[k], counts[k]?.[last], counts[last]?.[k]])).toEqual(expected.multi[i]);
    },
  );

  it("tells which types spans were taken for, what was missed and what was made up", () => {
    const task: Task<"ner"> = { ...bc5cdrDisease, labels: ["Disease", "Drug"].map(label) };
    const text = "severe renal failure after lithium and aspirin in winter";
    const at = (words: string, of: string) => ({
      start: text.indexOf(words),
      end: text.indexOf(words) + words.length,
      label: of,
    });
    const example = (...spans: TokenExample["spans"]): TokenExample => ({ kind: "token", text, spans });
    const gold = example(at("renal failure", "Disease"), at("lithium", "Drug"), at("aspirin", "Drug"));
    const predicted = example(at("severe renal failure", "Disease"), at("lithium", "Disease"), at("winter", "Disease"));
    expect(confusion(task, [gold], [predicted])).toEqual({
      names: ["Disease", "Drug", ""],
      counts: [
        [1, 0, 0],
        [1, 0, 1],
        [1, 0, 0],
      ],
    });
  });
});
