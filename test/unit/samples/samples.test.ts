// The sample datasets that the app ships: well formed, balanced, and with no text in two splits.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import { readDataset } from "../../../src/tasks/dataset.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { labelsOf } from "../../../src/tasks/task.ts";

const samples = join(import.meta.dirname, "../../../public/samples");

const folderOf = (id: string) =>
  new Map(readdirSync(join(samples, id)).map((name) => [name, readFileSync(join(samples, id, name), "utf8")]));

const textsOf = (example: Example) => (example.kind === "pair" ? [example.first, example.second] : [example.text]);
const normal = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
const countOf = (examples: readonly Example[], label: string) => examples.filter((e) => labelsOf(e).includes(label)).length;

it("every sample folder belongs to a task of the catalogue", () => {
  const ids = tasks.map((t) => t.id);
  expect(readdirSync(samples).filter((name) => !ids.includes(name))).toEqual([]);
});

describe.each(tasks.map((task) => ({ task, id: task.id })))("sample of $id", ({ task, id }) => {
  const data = readDataset(task, folderOf(id), rng("samples"));
  const splits: Readonly<Record<string, readonly Example[]>> = {
    train: data.train,
    validation: data.validation,
    test: data.test,
  };
  const all = Object.values(splits).flat();

  it("is complete as it stands: nothing had to be drawn", () => {
    expect(data.remarks).toEqual([]);
  });

  it("holds 5 examples per label to learn from and to validate on, and 60 to test", () => {
    for (const split of [data.train, data.validation]) {
      expect(split).toHaveLength(5 * task.labels.length);
      expect(task.labels.map((l) => countOf(split, l.id))).toEqual(task.labels.map(() => 5));
    }
    expect(data.test).toHaveLength(60);
  });

  it("tests each label: pairs in equal shares, spans in most but not all sentences", () => {
    for (const label of task.labels) {
      const count = countOf(data.test, label.id);
      if (task.kind === "pair") expect(count).toBe(60 / task.labels.length);
      else {
        expect(count).toBeGreaterThan(30);
        expect(count).toBeLessThan(60);
      }
    }
  });

  it("shares no text between two splits, letter case and punctuation aside", () => {
    const home = new Map<string, string>();
    const shared: string[] = [];
    for (const [name, examples] of Object.entries(splits)) {
      for (const text of examples.flatMap(textsOf).map(normal)) {
        if ((home.get(text) ?? name) !== name) shared.push(text);
        home.set(text, name);
      }
    }
    expect(shared).toEqual([]);
  });

  it("repeats no example and compares no text with itself", () => {
    const keys = all.map((e) => textsOf(e).map(normal).join("\n"));
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    expect(all.filter((e) => e.kind === "pair" && normal(e.first) === normal(e.second))).toEqual([]);
  });

  it("marks whole words: each span's text is not empty and begins and ends with a letter or digit", () => {
    const marked = all.flatMap((e) => (e.kind === "token" ? e.spans.map((s) => e.text.slice(s.start, s.end)) : []));
    expect(marked.filter((text) => !/^[\p{L}\p{N}](?:.*[\p{L}\p{N}])?$/u.test(text))).toEqual([]);
    expect(marked.length > 0).toBe(task.kind === "token");
  });
});
