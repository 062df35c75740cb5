// Every task's way round: row of a file -> example -> demonstration in a prompt -> read back -> encoded -> decoded -> the same scored items.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { inputOf, predictedExample, surenessOf, windowsOf } from "../../../src/classifier/task-head.ts";
import { score } from "../../../src/evaluate/score.ts";
import { readJsonl, writeJsonl } from "../../../src/formats/clingen.ts";
import { readDataset } from "../../../src/formats/dataset.ts";
import { promptsOf } from "../../../src/prompts/families.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Example, Shape, Shapes } from "../../../src/tasks/example.ts";
import { families } from "../../../src/tasks/families.ts";
import { metricId } from "../../../src/tasks/metric.ts";
import { blankOf, itemsOf, labelsOf, sameItems, shapeNames, textsOf } from "../../../src/tasks/shapes.ts";
import type { ExampleOf, Task } from "../../../src/tasks/task.ts";
import { ignoredLabel } from "../../../src/text/bio.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";
import { tokenizerFiles } from "../train/toy.ts";

const { tokenizer } = readTokenizer(tokenizerFiles);

const samples = join(import.meta.dirname, "../../../public/samples");
const sampleOf = (task: Task) => {
  const names = ["train_few.jsonl", "dev_few.jsonl", "test.jsonl", "label.txt"];
  const files = names.map((name): [string, Blob] => [name, new Blob([readFileSync(join(samples, task.id, name))])]);
  return readDataset(task, new Map(files), rng("sample"));
};
const datasets = new Map(await Promise.all(tasks.map(async (task) => [task, await sampleOf(task)] as const)));

const bare = (text: string) => (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join("");
const surface = (text: string, spans: readonly { start: number; end: number }[]) =>
  spans.map((s) => bare(text.slice(s.start, s.end)));

/** Content of a demonstration that must survive being read back, whatever became of spaces and punctuation. */
const told: { readonly [S in Shape]: (example: Shapes[S]) => unknown } = {
  token: (e) => [bare(e.text), surface(e.text, e.spans)],
  sentence: (e) => bare(e.text),
  relation: (e) => [bare(e.text), surface(e.text, [e.head, e.tail])],
  pair: (e) => [bare(e.first), bare(e.second)],
};
const toldBy = (example: Example) => (told[example.kind] as (e: Example) => unknown)(example);

/** Outputs of a model that is never wrong. */
const perfect = (targets: readonly number[]) => targets.map((target) => (target === ignoredLabel ? 0 : target));

it("there is a task of every family and of every shape", () => {
  expect(new Set(tasks.map((task) => task.family))).toEqual(new Set(Object.keys(families)));
  expect(new Set(tasks.map((task) => task.shape))).toEqual(new Set(shapeNames));
});

describe.each(tasks.map((task) => [task.id, task] as const))("%s", (_, task) => {
  const { train, test } = datasets.get(task)!;
  const all = [...train, ...test] as readonly ExampleOf<Task>[];

  it("writes rows that read back as the same examples", () => {
    const written = writeJsonl(task, all);
    expect(readJsonl(task, written, { file: "written" })).toEqual(all);
  });

  it("reads each demonstration back as the example that it shows", () => {
    const prompts = promptsOf(task);
    const shown = (train as readonly ExampleOf<Task>[]).filter((e) => labelsOf(e).length > 0);
    expect(shown.length).toBeGreaterThan(0);
    for (const example of shown) {
      for (const label of labelsOf(example)) {
        const read = prompts.read(task, label, prompts.answers(task, example), []);
        expect(read).toMatchObject({ ok: true });
        if (!read.ok) continue;
        expect(toldBy(read.value)).toEqual(toldBy(example));
        expect(labelsOf(read.value)).toContain(label);
      }
    }
  });

  it("asks of a text that nobody labelled what it asks of the same with its label", () => {
    for (const example of all.slice(0, 5)) {
      const read = (of: Example) => windowsOf(task, tokenizer, of, 128).map(({ encoding }) => encoding.ids);
      expect(read(blankOf(example))).toEqual(read(example));
    }
  });

  it("encodes and decodes every example to its own scored items, and scores 1", () => {
    const predicted = all.map((example) => {
      const maxTokens = 128;
      const inputs = windowsOf(task, tokenizer, example, maxTokens);
      expect(inputs[0]?.targets).toEqual(inputOf(task, tokenizer, example, maxTokens).targets);
      const outputs = inputs.map((input) => perfect(input.targets));
      return predictedExample(task, blankOf(example), inputs, outputs);
    });
    // A probability for each item, and a span's is that of its words together, in whichever window they are read.
    for (const example of predicted) {
      const inputs = windowsOf(task, tokenizer, example, 24);
      const sures = inputs.map(({ targets }) => targets.map(() => 0.9));
      const sure = surenessOf(task, example, inputs, sures);
      if (example.kind !== "token") expect([sure].flat()).toEqual(itemsOf(example).map(() => 0.9));
      else {
        const words = example.spans.map(({ start, end }) => inputs[0]?.words.filter((w) => w.start < end && w.end > start) ?? []);
        expect(sure).toEqual(words.map((of) => expect.closeTo(0.9 ** of.length, 9)));
      }
    }
    for (const [i, example] of all.entries()) {
      expect(itemsOf(predicted[i] as Example)).toEqual(itemsOf(example));
      expect(textsOf(predicted[i] as Example)).toEqual(textsOf(example));
    }
    const scores = score(task, all, predicted as readonly ExampleOf<Task>[]);
    for (const metric of task.metrics) expect(scores.values[metricId(task.metrics, metric)]).toBe(1);
  });
});

describe("scored items", () => {
  it("are the same in another order, and not with one more, one less or one moved", () => {
    const of = (...labels: string[]): Example => ({ kind: "sentence", text: "a", labels });
    expect(sameItems(of("x", "y"), of("y", "x", "x"))).toBe(true);
    expect(sameItems(of("x", "y"), of("x"))).toBe(false);
    expect(sameItems(of("x"), of("x", "y"))).toBe(false);
    const span = (start: number): Example => ({ kind: "token", text: "a b", spans: [{ start, end: start + 1, label: "x" }] });
    expect(sameItems(span(0), span(0))).toBe(true);
    expect(sameItems(span(0), span(2))).toBe(false);
  });
});
