// Spans with tokens that no encoder sees, from rows to scores, against seqeval over the tokens that BERT sees (test/fixtures/spans/golden.py).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inputOf, predictedExample } from "../../../src/classifier/task-head.ts";
import { score } from "../../../src/evaluate/score.ts";
import { readJsonl, writeJsonl } from "../../../src/formats/clingen.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";

interface Case {
  readonly rows: readonly { readonly tokens: string[]; readonly gold: unknown[]; readonly predicted: unknown[] }[];
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly perLabel: Readonly<Record<string, [precision: number, recall: number, f1: number, support: number]>>;
}
const fixtures = join(import.meta.dirname, "../../fixtures");
const golden = JSON.parse(readFileSync(join(fixtures, "spans/golden.json"), "utf8")) as Case[];
const { tokenizer } = readTokenizer(
  new Map([["vocab.txt", readFileSync(join(fixtures, "wordpiece/vocab-uncased.txt"), "utf8")]]),
);
const task = {
  ...bc5cdrDisease,
  labels: ["Disease", "Drug"].map((id) => ({ id, name: id, description: `a ${id}` })),
};

const read = (c: Case, field: "gold" | "predicted"): TokenExample[] =>
  c.rows.flatMap(({ tokens, [field]: spans }) => readJsonl(task, JSON.stringify({ tokens, spans }), { file: "rows.jsonl" }));

/** Answer of a model that tags every word right. */
const perfect = (example: TokenExample): TokenExample => {
  const input = inputOf(task, tokenizer, example, 256);
  const outputs = input.targets.map((target) => Math.max(0, target));
  return predictedExample(task, { ...example, spans: [] }, [input], [outputs]) as TokenExample;
};

describe.each(golden.map((c, i) => [i, c] as const))("case %i", (_, c) => {
  it("scores as seqeval does over the tokens", () => {
    const { values, perLabel } = score(task, read(c, "gold"), read(c, "predicted"));
    expect(values.precision).toBeCloseTo(c.precision, 12);
    expect(values.recall).toBeCloseTo(c.recall, 12);
    expect(values.f1).toBeCloseTo(c.f1, 12);
    for (const [label, [precision, recall, f1, support]] of Object.entries(c.perLabel)) {
      expect(perLabel[label]!.precision).toBeCloseTo(precision, 12);
      expect(perLabel[label]!.recall).toBeCloseTo(recall, 12);
      expect(perLabel[label]!.f1).toBeCloseTo(f1, 12);
      expect(perLabel[label]!.support).toBe(support);
    }
  });

  it("gives a perfect model F1 1, also after the rows were written and read again", () => {
    const gold = read(c, "gold");
    const again = readJsonl(task, writeJsonl(task, gold), { file: "again.jsonl" });
    expect(again.map((e) => e.spans.length)).toEqual(gold.map((e) => e.spans.length));
    for (const examples of [gold, again]) expect(score(task, examples, examples.map(perfect)).values.f1).toBe(1);
  });
});
