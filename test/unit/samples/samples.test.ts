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

const datasets = new Map(
  await Promise.all(
    tasks.map(async (task) => [task.id, await readDataset(task, folderOf(join(samples, task.id)), rng("sample"))] as const),
  ),
);

/** Letters and digits alone, so that spacing and case hide no copy. */
const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
describe.each(tasks.map((task) => [task.id, task] as const))("the sample of %s", (id, task) => {
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
    for (const count of perLabel(dataset.test)) expect(count).toBeGreaterThanOrEqual(5);
    if (task.shape === "pair") expect(perLabel(dataset.test)).toEqual(task.labels.map(() => 60 / task.labels.length));
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

type Tokens = Extract<Example, { kind: "token" }>;
const tokensOf = (id: string) => {
  const { train, validation, test } = datasets.get(id)!;
  return { all: [...train, ...validation, ...test] as Tokens[], test: test as Tokens[] };
};
const marked = (e: Tokens) => e.spans.map((s) => e.text.slice(s.start, s.end));

/** Names that stand in a text more often than its marks hold them. Case does not count in words, and does in abbreviations: "NO" is no "no". */
function unmarked(examples: readonly Tokens[], names: ReadonlySet<string>): string[] {
  const searched = [...names].map((name) => {
    const escaped = name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    return { name, word: new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, name.length > 3 ? "giu" : "gu") };
  });
  const times = (text: string, word: RegExp) => text.match(word)?.length ?? 0;
  return examples.flatMap((e) => {
    const spans = marked(e).join("\n");
    return searched.filter(({ word }) => times(e.text, word) > times(spans, word)).map(({ name }) => `${name}: ${e.text}`);
  });
}

describe.each(tasks.filter((task) => task.family === "ner"))("the named entities of $id", ({ id }) => {
  const { all, test } = tokensOf(id);

  it("are none to four in a sentence, and some of each", () => {
    const counts = test.map((e) => e.spans.length);
    for (const n of [0, 1, 2, 3]) expect(counts.filter((c) => c === n).length).toBeGreaterThanOrEqual(5);
    expect(Math.max(...counts)).toBeLessThanOrEqual(4);
  });

  it("are marked wherever they stand: what is a mention in one sentence is nowhere left unmarked", () => {
    expect(unmarked(all, new Set(all.flatMap(marked)))).toEqual([]);
  });

  it("begin and end at a word or a bracket of their own, without an article or punctuation", () => {
    for (const name of all.flatMap(marked)) {
      expect(name).toMatch(/^(?!(a|an|the|of|and|severe|mild) )[\p{L}\p{N}[(].*[\p{L}\p{N}\])+]$/iu);
      for (const [open, close] of ["()", "[]"])
        expect(name.split(open as string)).toHaveLength(name.split(close as string).length);
    }
  });
});

describe.each(tasks.filter((task) => task.family === "attribute"))("the attributes of $id", (task) => {
  const { all, test } = tokensOf(task.id);

  it("are none in some texts, one of a kind in most and several of a kind in some", () => {
    const most = test.map((e) => Math.max(...task.labels.map((l) => e.spans.filter((s) => s.label === l.id).length)));
    for (const n of [0, 1, 2]) expect(most.filter((m) => m === n).length).toBeGreaterThanOrEqual(5);
  });

  it("leave no drug unmarked that is marked elsewhere", () => {
    const drugs = all.flatMap((e) => e.spans.filter((s) => s.label === "Medication").map((s) => e.text.slice(s.start, s.end)));
    expect(unmarked(all, new Set(drugs))).toEqual([]);
  });
});

describe.each(tasks.filter((task) => task.family === "relation"))("the entities of $id", (task) => {
  const { train, validation, test } = datasets.get(task.id)!;
  const all = [...train, ...validation, ...test].filter((e) => e.kind === "relation");

  it("lie apart, and bear the corpus's signs where it has such", () => {
    for (const { text, head, tail } of all) {
      expect(head.end <= tail.start || tail.end <= head.start).toBe(true);
      for (const [{ mask, type }, span] of [[task.head, head] as const, [task.tail, tail] as const]) {
        expect(span.label).toBe(type);
        if (mask === undefined) continue;
        expect(text.slice(span.start, span.end)).toBe(mask);
        expect(text.split(mask)).toHaveLength(2);
      }
    }
  });
});
