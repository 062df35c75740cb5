// Every layout that a table may have, and the choice of the one whose columns it has. A new one is one file and one entry here.

import type { Task } from "../../tasks/task.ts";
import type { Collection } from "../reading/collection.ts";
import { listed } from "../reading/paths.ts";
import { malformed } from "../reading/text-file.ts";
import { documents } from "./documents.ts";
import type { LabelledTable, Layout } from "./layout.ts";
import { pairs } from "./pairs.ts";
import { relations } from "./relations.ts";
import { snippets } from "./snippets.ts";
import { tagged } from "./tagged.ts";
import { texts } from "./texts.ts";
import { verdicts } from "./verdicts.ts";
import { wordRows } from "./word-rows.ts";

/** Where the columns fit several, the first is taken. */
export const layouts: readonly Layout[] = [snippets, tagged, wordRows, documents, relations, verdicts, pairs, texts];

/** Adds the examples of all tables. Throws `file-malformed` for a table whose columns make no examples of the task. */
export function addTables(rows: Collection, tables: readonly LabelledTable[]): void {
  const able = layouts.filter((layout) => layout.serves(rows.task));
  const of = new Map<Layout, LabelledTable[]>();
  for (const table of tables) {
    rows.open(table.split, table.file);
    const layout = able.find((one) => one.fits(table)) ?? unfit(table, able, rows.task);
    of.set(layout, [...(of.get(layout) ?? []), table]);
  }
  for (const [layout, own] of of) layout.add(rows, own);
}

function unfit({ file, columns }: LabelledTable, able: readonly Layout[], task: Task): never {
  const wanted = able.map((layout) => layout.columns).join("; or ");
  return malformed(file, undefined, `it has the columns ${listed(columns)}; ${task.name} takes ${wanted}`);
}
