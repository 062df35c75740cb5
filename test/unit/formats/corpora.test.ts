// Real corpora, read whole: every row, every span and every mark, against counts taken from the files without our readers.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readLabels } from "../../../src/formats/clingen/labels.ts";
import { readJsonl, writeJsonl } from "../../../src/formats/clingen.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { LearnableTask } from "../../../src/tasks/task.ts";
import { learnable } from "./tasks.ts";

const shared = join(import.meta.dirname, "../../../../shared/data");
const names = ["train_few", "dev_few", "train", "dev", "test", "all"];

/** A task of the corpus's shape with the labels of its label.txt. */
const taskOf = (folder: string, of: LearnableTask): LearnableTask => ({
  ...of,
  labels: readFileSync(join(shared, folder, "label.txt"), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((id) => ({ id: id.trim(), name: id, description: id })),
});

/** A reader's result for a row, and the same taken from the row itself. */
function seen(row: Example): unknown {
  switch (row.kind) {
    case "token":
      return [row.text, ...row.spans.map((s) => row.text.slice(s.start, s.end))];
    case "sentence":
      return [row.text, row.labels.length, ...row.labels];
    case "relation": {
      const { text, head, tail } = row;
      return [text, text.slice(head.start, head.end), head.start, text.slice(tail.start, tail.end), tail.start, row.label];
    }
    case "pair":
      return [row.first, row.second, row.label];
    default:
      return row satisfies never;
  }
}

/** A row of one of the corpora, as its file has it. */
interface CorpusRow {
  readonly _id: number | readonly number[];
  readonly tokens?: readonly string[];
  readonly spans?: readonly (readonly [first: number, last: number])[];
  readonly text?: string;
  readonly original_text?: string;
  readonly Chemical?: string;
  readonly Disease?: string;
  readonly text_a?: string;
  readonly text_b?: string;
}

function stated(row: CorpusRow, labelIds: readonly string[]): unknown {
  const { _id: id, tokens, original_text: original } = row;
  if (tokens) {
    const names = (row.spans ?? []).map(([a, b]) => tokens.slice(a, b + 1).join(" "));
    return [tokens.join(" "), ...names];
  }
  if (typeof id !== "number") {
    const ids = labelIds.filter((_, i) => id[i] === 1);
    return [row.text, ids.length, ...ids];
  }
  if (original) {
    const placeOf = (mark: string) => (original.split(mark)[0] as string).replace(/\[\\?(CHEMICAL|DISEASE)\]/g, "").length;
    return [row.text, row.Chemical, placeOf("[CHEMICAL]"), row.Disease, placeOf("[DISEASE]"), labelIds[id]];
  }
  return [row.text_a, row.text_b, labelIds[id]];
}

const corpora = [
  ["bc5cdr-disease", () => bc5cdrDisease],
  ["hoc", () => taskOf("hoc", learnable.any)],
  ["cdr", () => taskOf("cdr", learnable.relation)],
  ["mqp", () => mqp],
  ["healthver", () => taskOf("healthver", learnable.pair)],
] as const;

describe.each(corpora)("%s (skipped where ../shared/data is absent)", (folder, task) => {
  const path = (name: string) => join(shared, folder, `${name}.jsonl`);

  it.skipIf(!existsSync(join(shared, folder)))(
    "is read row by row without a remark, and what is written is read again",
    { timeout: 120_000 },
    () => {
      const labelIds = readLabels(task(), readFileSync(join(shared, folder, "label.txt"), "utf8"));
      for (const name of names.filter((n) => existsSync(path(n)))) {
        const text = readFileSync(path(name), "utf8");
        const lines = text.split("\n").filter((line) => line.trim() !== "");
        const raw = lines.map((line) => JSON.parse(line));
        const remarks: string[] = [];
        const rows = readJsonl(task(), text, { file: name, labelIds, remark: (remark) => remarks.push(remark) });
        expect(remarks).toEqual([]);
        expect(rows).toHaveLength(raw.length);
        expect(rows.map(seen)).toEqual(raw.map((row) => stated(row, labelIds)));
        expect(readJsonl(task(), writeJsonl(task(), rows), { file: name })).toHaveLength(rows.length);
      }
    },
  );
});
