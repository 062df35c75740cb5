// Every format on its good and broken samples: the rows that a sidecar states, or the fault with its file and line.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pickedFiles } from "../../../scripts/picked-files.ts";
import { ClinfuseError } from "../../../src/base/errors.ts";
import { formats } from "../../../src/formats/catalogue.ts";
import { readRows } from "../../../src/formats/dataset.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Example, Span } from "../../../src/tasks/example.ts";

const root = join(import.meta.dirname, "../../fixtures/formats");
const words = (text: string, { start, end }: Span): string => text.slice(start, end);

/** An example as the sidecars write it. */
const said = {
  token: ({ text, spans }: Extract<Example, { kind: "token" }>) => [text, ...spans.map((s) => [words(text, s), s.label])],
  sentence: ({ text, labels }: Extract<Example, { kind: "sentence" }>) => [text, ...labels],
  relation: ({ text, head, tail, label }: Extract<Example, { kind: "relation" }>) => [
    text,
    words(text, head),
    words(text, tail),
    label,
  ],
  pair: ({ first, second, label }: Extract<Example, { kind: "pair" }>) => [first, second, label],
};
const sayOf = (example: Example): unknown => (said[example.kind] as (e: Example) => unknown)(example);

interface Good {
  readonly task: string;
  readonly rows: Readonly<Record<string, readonly unknown[]>>;
  readonly remarks: readonly string[];
}

interface Broken {
  readonly task: string;
  readonly code: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly says: string;
}

function casesOf<T>(format: string, kind: "good" | "broken"): (readonly [name: string, folder: string, sidecar: T])[] {
  const folder = join(root, format, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => statSync(join(folder, name)).isDirectory())
    .map((name) => [name, join(folder, name), JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as T] as const);
}

const folders = readdirSync(root);

describe.each(folders)("%s", (format) => {
  const [good, broken] = [casesOf<Good>(format, "good"), casesOf<Broken>(format, "broken")];

  it.each(good)("reads %s", async (_, folder, { task, rows, remarks }) => {
    const read = await readRows(taskById(task), pickedFiles([folder]));
    const found = Object.fromEntries(Object.entries(read.rows.rows).map(([split, examples]) => [split, examples.map(sayOf)]));
    expect(found).toEqual(rows);
    if (format !== "choice") expect(read.format.id).toBe(format);
    for (const remark of remarks) expect(read.rows.remarks.join("\n")).toContain(remark);
  });

  it.each(broken)("refuses %s", async (_, folder, { task, code, file, line, says }) => {
    const fault = await readRows(taskById(task), pickedFiles([folder])).then(
      ({ rows }) => rows,
      (error: unknown) => error,
    );
    expect(fault).toBeInstanceOf(ClinfuseError);
    const { code: got, place, message } = fault as ClinfuseError;
    expect([got, place.file ?? null, place.line ?? null]).toEqual([code, file, line]);
    expect(message).toContain(says);
  });
});

describe("the catalogue", () => {
  it("has good samples and at least ten broken ones of every format that is text", () => {
    const counts = formats.map(({ id }) => [id, casesOf(id, "good").length, casesOf(id, "broken").length] as const);
    const parquet = counts.filter(([id]) => id.endsWith("parquet")).map(([id]) => id);
    expect(parquet).toEqual(["parquet"]); // parquet.test.ts writes theirs
    expect(counts.filter(([id, good, broken]) => !parquet.includes(id) && (good < 1 || broken < 10))).toEqual([]);
  });
});
