import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { readDataset } from "../../../src/formats/dataset.ts";
import type { Tree } from "../../../src/formats/format.ts";
import { tasks } from "../../../src/tasks/catalogue.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { labelsOf, textsOf } from "../../../src/tasks/shapes.ts";

const root = join(import.meta.dirname, "../../..");
const samples = join(root, "public/samples");
const shared = join(root, "../shared/data");

function folderOf(path: string): Tree {
  return new Map(readdirSync(path).map((name) => [name, new Blob([readFileSync(join(path, name))])]));
}

/** Tasks whose sample is there. */
const sampled = tasks.filter((task) => existsSync(join(samples, task.id)));
const datasets = new Map(
  await Promise.all(
    sampled.map(async (task) => [task.id, await readDataset(task, folderOf(join(samples, task.id)), rng("sample"))] as const),
  ),
);

/** Letters and digits alone, so that spacing and case hide no copy. */
const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
describe.each(sampled.map((task) => [task.id, task] as const))("the sample of %s", (id, task) => {
  const dataset = datasets.get(id)!;
  const all: Example[] = [...dataset.train, ...dataset.validation, ...dataset.test];
  const perLabel = (examples: readonly Example[]) =>
    task.labels.map((label) => examples.filter((e) => labelsOf(e).includes(label.id)).length);

  it("has five examples a label to train on, five to validate on and sixty to test on, as they are in the files", () => {
    expect(dataset.remarks).toEqual([]);
    for (const part of [dataset.train, dataset.validation]) {
      expect(part).toHaveLength(task.shots.per === "label" ? 5 * task.labels.length : 5);
      // An example with several labels counts for each.
      for (const count of perLabel(part)) expect(count).toBeGreaterThanOrEqual(task.shots.per === "label" ? 5 : 1);
    }
    expect(dataset.test).toHaveLength(60);
    if (task.shape === "pair") expect(perLabel(dataset.test)).toEqual([30, 30]);
  });

  it("repeats no example, and shares none between the three parts", () => {
    const keys = all.map((e) => textsOf(e).map(bare).join("|"));
    expect(new Set(keys).size).toBe(keys.length);
    const first = (part: readonly Example[]) => new Set(part.map((e) => bare(textsOf(e)[0] as string)));
    const [train, validation, test] = [first(dataset.train), first(dataset.validation), first(dataset.test)];
    expect([...train].filter((t) => validation.has(t) || test.has(t))).toEqual([]);
    expect([...validation].filter((t) => test.has(t))).toEqual([]);
  });

  it.skipIf(!existsSync(join(shared, id)))(
    "holds no text of the real corpus (skipped where ../shared/data is absent)",
    async () => {
      const folder = folderOf(join(shared, id));
      const real = new Set<string>();
      for (const [name, file] of folder) {
        if (!name.endsWith(".jsonl")) continue;
        for (const line of (await file.text()).split("\n").filter((l) => l.trim() !== "")) {
          const row = JSON.parse(line) as { tokens?: string[]; text?: string; text_a?: string; text_b?: string };
          for (const t of [row.tokens?.join(" "), row.text, row.text_a, row.text_b]) if (t) real.add(bare(t));
        }
      }
      expect(real.size).toBeGreaterThan(1000);
      expect(all.flatMap(textsOf).filter((t) => real.has(bare(t)))).toEqual([]);
    },
  );
});

describe("the sample of named entities", () => {
  const { train, validation, test } = datasets.get("bc5cdr-disease")!;
  const all = [...train, ...validation, ...test].filter((e) => e.kind === "token");
  const marked = (e: (typeof all)[number]) => e.spans.map((s) => e.text.slice(s.start, s.end).toLowerCase());

  it("has sentences with none to four mentions, and some of each", () => {
    const counts = test.map((e) => (e.kind === "token" ? e.spans.length : 0));
    for (const n of [0, 1, 2, 3]) expect(counts.filter((c) => c === n).length).toBeGreaterThanOrEqual(5);
    expect(Math.max(...counts)).toBeLessThanOrEqual(4);
  });

  it("marks a name wherever it stands: what is a mention in one sentence is nowhere left unmarked", () => {
    const names = new Set(all.flatMap(marked));
    const left = all.flatMap((e) => {
      const spans = marked(e);
      return [...names].filter((name) => {
        const inText = e.text.toLowerCase().match(new RegExp(`(?<![\\p{L}])${name}(?![\\p{L}])`, "gu"))?.length ?? 0;
        const inSpans = spans.filter((s) => new RegExp(`(?<![\\p{L}])${name}(?![\\p{L}])`, "u").test(s)).length;
        return inText > inSpans;
      });
    });
    expect(left).toEqual([]);
  });

  it("begins and ends each mention at a word, without an article or punctuation", () => {
    for (const name of all.flatMap(marked))
      expect(name).toMatch(/^(?!(a|an|the|of|and|severe|mild) )[\p{L}\p{N}].*[\p{L}\p{N}]$/u);
  });
});
