// The best constant answer against scikit-learn's DummyClassifier (test/fixtures/scores/constant.py).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { alike, bestConstant } from "../../../src/evaluate/constant.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import type { Example } from "../../../src/tasks/example.ts";
import type { LearnableTask } from "../../../src/tasks/task.ts";

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/scores", name), "utf8"));
const golden = read("golden.json") as Record<"single" | "multi", { labels: string[]; gold: (string | string[])[] }[]>;
const constant = read("constant.json") as Record<"single" | "multi", ({ labels: string[]; f1: number } | null)[]>;

const task = (labels: string[], carries: "one" | "any"): LearnableTask<"sentence"> => ({
  id: "s",
  name: "S",
  shape: "sentence",
  carries,
  labels: labels.map((id) => ({ id, name: id, description: id })),
  metrics: [{ name: "f1" }],
});
const text = (labels: string | string[]): Example => ({ kind: "sentence", text: "a", labels: [labels].flat() });
const relation = (label: string): Example => ({
  kind: "relation",
  text: "a b",
  head: { start: 0, end: 1, label: "Chemical" },
  tail: { start: 2, end: 3, label: "Disease" },
  label,
});

const cases = (["single", "multi"] as const).flatMap((kind) =>
  golden[kind].flatMap((of, i) => {
    const wanted = constant[kind][i];
    return wanted ? [{ kind, ...of, wanted }] : [];
  }),
);

it.each(cases)("is scikit-learn's, $kind $labels", ({ kind, labels, gold, wanted }) => {
  const found = bestConstant(task(labels, kind === "single" ? "one" : "any"), [gold.map(text)]);
  expect(found?.labels).toEqual([wanted.labels].flat());
  expect(found?.values.f1).toBeCloseTo(wanted.f1, 12);
});

it("takes the label with the best mean over several test sets", () => {
  const [a, b] = [text("a"), text("b")];
  // "b" is best in the second set alone, "a" in both together: accuracy 3/4 and 1/3 against 1/4 and 2/3.
  const found = bestConstant({ ...task(["a", "b"], "one"), metrics: [{ name: "accuracy" }] }, [
    [a, a, a, b],
    [a, b, b],
  ]);
  expect(found).toEqual({ labels: ["a"], values: { accuracy: (3 / 4 + 1 / 3) / 2 } });
});

it("finds every relation where that is best, and answers each example with it", () => {
  const gold = ["induce", "not_induce", "induce", "not_induce"].map(relation);
  const found = bestConstant(cdr, [gold]);
  expect(found?.labels).toEqual(["induce"]);
  expect(found?.values).toMatchObject({ precision: 0.5, recall: 1 });
  expect(alike(gold, ["induce"])).toEqual(["induce", "induce", "induce", "induce"].map(relation));
});

it("is not there for spans, nor without an example", () => {
  const marked: Example = { kind: "token", text: "a", spans: [{ start: 0, end: 1, label: "Disease" }] };
  expect(bestConstant(bc5cdrDisease, [[marked]])).toBeUndefined();
  expect(alike([marked], ["Disease"])).toBeUndefined();
  expect(bestConstant(cdr, [[]])).toBeUndefined();
});
