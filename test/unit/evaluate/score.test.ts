// Scores against recorded seqeval and scikit-learn results (test/fixtures/scores/golden.py).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mainScore, score } from "../../../src/evaluate/score.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { Example, PairExample, SentenceExample, Span, TokenExample } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { LearnableTask, Task } from "../../../src/tasks/task.ts";
import { readTaskJson } from "../../../src/tasks/task-file.ts";
import { spansOfTags } from "../../../src/text/bio.ts";

type Rows = Record<string, [number, number, number, number]>;
interface Case<G> {
  labels: string[];
  gold: G[];
  predicted: G[];
  accuracy: number;
  precision: number;
  recall: number;
  f1: number;
  perLabel: Rows;
}
const golden = JSON.parse(readFileSync(join(import.meta.dirname, "../../fixtures/scores/golden.json"), "utf8")) as {
  token: Case<string[]>[];
  single: Case<string>[];
  multi: Case<string[]>[];
  averages: (Case<string[]> & Record<"macro" | "micro" | "withoutFirst" | "example", [number, number, number]>)[];
  positive: (Case<string> & { positive: [number, number, number] })[];
};

const label = (id: string) => ({ id, name: id, description: id });

function expectRows(perLabel: ReturnType<typeof score>["perLabel"], rows: Rows): void {
  for (const [id, [precision, recall, f1, support]] of Object.entries(rows)) {
    const got = perLabel[id]!;
    expect(got.precision).toBeCloseTo(precision, 12);
    expect(got.recall).toBeCloseTo(recall, 12);
    expect(got.f1).toBeCloseTo(f1, 12);
    expect(got.support).toBe(support);
  }
}

const metrics = [{ name: "accuracy" }, { name: "precision" }, { name: "recall" }, { name: "f1" }] as const;

describe("token tasks", () => {
  const example = (tags: string[]): TokenExample => {
    const words = tags.map((_, i) => ({ start: 2 * i, end: 2 * i + 1 }));
    return { kind: "token", text: tags.map(() => "w").join(" "), spans: spansOfTags(words, tags) };
  };

  it.each(golden.token.map((c, i) => [i, c] as const))("counts spans as seqeval does, case %i", (_, c) => {
    const task: Task<"ner"> = { ...bc5cdrDisease, labels: c.labels.map(label) };
    const scores = score(task, c.gold.map(example), c.predicted.map(example));
    expect(scores.values.precision).toBeCloseTo(c.precision, 12);
    expect(scores.values.recall).toBeCloseTo(c.recall, 12);
    expect(scores.values.f1).toBeCloseTo(c.f1, 12);
    expect(scores.examples).toBe(c.gold.length);
    expectRows(scores.perLabel, c.perLabel);
  });

  const one = (...spans: Span[]): TokenExample[] => [{ kind: "token", text: "renal failure", spans }];
  const span = (start: number, end: number): Span => ({ start, end, label: "Disease" });

  it("counts a span once, however often it is named", () => {
    expect(score(bc5cdrDisease, one(span(0, 5)), one(span(0, 5), span(0, 5))).values.precision).toBe(1);
  });

  it("gives nothing for a span that is off by one character of a word", () => {
    expect(score(bc5cdrDisease, one(span(0, 5)), one(span(0, 7))).values).toEqual({ precision: 0, recall: 0, f1: 0 });
  });

  it("compares words, as seqeval does: a blank at an edge is no other span", () => {
    expect(score(bc5cdrDisease, one(span(0, 6)), one(span(0, 5))).values).toEqual({ precision: 1, recall: 1, f1: 1 });
  });
});

describe("single-label tasks", () => {
  const example = (id: string): PairExample => ({ kind: "pair", first: "a", second: "b", label: id });

  it.each(golden.single.map((c, i) => [i, c] as const))("scores as scikit-learn does, case %i", (_, c) => {
    const task: Task<"pair"> = { ...mqp, labels: c.labels.map(label), metrics };

    const scores = score(task, c.gold.map(example), c.predicted.map(example));
    for (const { name: metric } of metrics) expect(scores.values[metric]).toBeCloseTo(c[metric], 12);
    expectRows(scores.perLabel, c.perLabel);
  });

  it("gives the task's own metrics alone, the first of them the main one", () => {
    const scores = score(mqp, [example("equivalent"), example("equivalent")], [example("equivalent"), example("not_equivalent")]);
    expect(scores.values).toEqual({ accuracy: 0.5 });
    expect(mainScore(mqp, scores)).toBe(0.5);
  });

  it("refuses lists of different length, a foreign label and another kind of example", () => {
    expect(() => score(mqp, [example("equivalent")], [])).toThrow("expected 1 predictions");
    expect(() => score(mqp, [example("equivalent")], [example("maybe")])).toThrow('got label "maybe"');
    const token = { kind: "token", text: "x", spans: [] } as unknown as PairExample;
    expect(() => score(mqp, [token], [token])).toThrow("expected pair examples, got a token example");
  });
});

describe("tasks on single texts", () => {
  const example = (labels: string[]): SentenceExample => ({ kind: "sentence", text: "a", labels });
  const taskOf = (labels: string[], carries: "one" | "any"): LearnableTask<"sentence"> => ({
    id: "s",
    name: "S",
    shape: "sentence",
    carries,
    labels: labels.map(label),
    metrics,
  });

  it.each(golden.multi.map((c, i) => [i, c] as const))("with any of the labels score as scikit-learn does, case %i", (_, c) => {
    const scores = score(taskOf(c.labels, "any"), c.gold.map(example), c.predicted.map(example));
    for (const { name: metric } of metrics) expect(scores.values[metric]).toBeCloseTo(c[metric], 12);
    expectRows(scores.perLabel, c.perLabel);
  });

  it.each(golden.single.map((c, i) => [i, c] as const))("with one label score as pairs do, case %i", (_, c) => {
    const examples = (ids: string[]) => ids.map((id) => example([id]));
    const scores = score(taskOf(c.labels, "one"), examples(c.gold), examples(c.predicted));
    for (const { name: metric } of metrics) expect(scores.values[metric]).toBeCloseTo(c[metric], 12);
    expectRows(scores.perLabel, c.perLabel);
  });
});

describe("averages", () => {
  const fields = ["precision", "recall", "f1"] as const;
  const scored = (shape: object, labels: readonly object[], how: object, gold: Example[], predicted: Example[]) => {
    const metrics = fields.map((name) => ({ name, ...how }));
    const task = { id: "s", name: "S", labels, metrics, ...shape } as unknown as LearnableTask;
    const { values } = score(task, gold as never, predicted as never);
    return fields.map((name) => values[name] as number);
  };
  const expectAll = (got: readonly number[], expected: readonly number[]) =>
    got.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 12);
    });
  const any = (labels: string[]): Example => ({ kind: "sentence", text: "a", labels });
  const anyShape = { shape: "sentence", carries: "any" };

  it.each(golden.averages.map((c, i) => [i, c] as const))(
    "over any of the labels are scikit-learn's and BLUE's, case %i",
    (_, c) => {
      const of = (how: object) => scored(anyShape, c.labels.map(label), how, c.gold.map(any), c.predicted.map(any));
      for (const average of ["macro", "micro", "example"] as const) expectAll(of({ average }), c[average]);
      expectAll(of({ average: "micro", without: c.labels[0] }), c.withoutFirst);
    },
  );

  it.each(golden.positive.map((c, i) => [i, c] as const))(
    "over the labels that are not negative are scikit-learn's, case %i",
    (_, c) => {
      const one = (id: string): Example => ({ kind: "pair", first: "a", second: "b", label: id });
      const labels = c.labels.map((id, i) => ({ ...label(id), ...(i === 0 ? { negative: true } : {}) }));
      expectAll(scored({ shape: "pair" }, labels, { average: "positive" }, c.gold.map(one), c.predicted.map(one)), c.positive);
    },
  );

  it("by example are those of BLUE's definition, worked by hand", () => {
    const [gold, predicted] = [
      [["a", "b"], ["c"], ["a"]],
      [["a"], ["c", "b"], []],
    ]; // P 1, 1/2, 0; R 1/2, 1, 0
    const of = (how: object) => scored(anyShape, ["a", "b", "c"].map(label), how, gold!.map(any), predicted!.map(any));
    expectAll(of({ average: "example" }), [0.5, 0.5, 0.5]);
    expectAll(of({ average: "micro" }), [2 / 3, 1 / 2, 4 / 7]);
  });
});

it("keeps metrics of one name apart that differ by the label that does not count", () => {
  const metrics = [
    { name: "f1" },
    { name: "f1", without: "other" },
    { name: "f1", average: "micro" },
    { name: "f1", average: "micro", without: "pos" },
  ];
  const labels = ["pos", "neg", "other"].map((name) => ({ name }));
  const task = readTaskJson({ name: "T", family: "classification", labels, metrics }, "task.json").task as LearnableTask;
  const examples = (labels: string[]) => labels.map((id): Example => ({ kind: "sentence", text: id, labels: [id] })) as never;
  const gold = examples(["pos", "neg", "other", "other", "pos", "neg"]);
  const predicted = examples(["pos", "neg", "pos", "neg", "pos", "neg"]);
  // By hand: pos and neg have precision 2/3 and recall 1, other has neither.
  const { values } = score(task, gold, predicted);
  expect(values.f1).toBeCloseTo((0.8 + 0.8 + 0) / 3, 12);
  expect(values["f1-all"]).toBeUndefined();
  expect(values["f1-without-other"]).toBeCloseTo(0.8, 12);
  expect(values["f1-micro"]).toBeCloseTo(4 / 6, 12);
  expect(values["f1-micro-without-pos"]).toBeCloseTo((2 * 2) / (3 + 4), 12);
});
