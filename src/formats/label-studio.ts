// Label Studio's exports: tasks with annotations as JSON, or its smaller forms with marks beside the text, JSON_MIN and CSV. Offsets count code points, UTF-16 units in old files. Knows no disk.

import type { Format, Tree } from "./format.ts";
import { labelControls } from "./label-studio/controls.ts";
import { textsIn } from "./label-studio/fields.ts";
import { firstOfEach, isSmall, labelColumns, smallIn, smallRows } from "./label-studio/small.ts";
import { type StudioTask, taskIn, textEntries } from "./label-studio/task.ts";
import { addAnnotated } from "./reading/annotated.ts";
import { Collection } from "./reading/collection.ts";
import { type JsonRow, jsonRows } from "./reading/json.ts";
import { pairKeys } from "./reading/pair-columns.ts";
import { extensionOf, splitOf } from "./reading/paths.ts";
import { delimiterOf, headerOf } from "./reading/table.ts";
import { malformed, readText } from "./reading/text-file.ts";

const begins = /^\uFEFF?\s*[[{]/;
const isTable = (path: string): boolean => ["csv", "tsv"].includes(extensionOf(path));

/** Tasks with their data and annotations, or rows of the smaller form with who annotated them. */
function looksExported(head: string): boolean {
  if (!begins.test(head)) return false;
  const whole =
    /"data"\s*:\s*\{/.test(head) ||
    /"(?:annotations|completions|predictions)"\s*:\s*\[\s*(?:\{[^}]*"(?:result|was_cancelled|completed_by)")/.test(head);
  return whole || (/"(?:annotation_id|lead_time|annotator)"\s*:/.test(head) && /"id"\s*:/.test(head));
}

/** A header with the tool's own columns. */
function looksTabled(path: string, head: string): boolean {
  const columns = headerOf(head, delimiterOf(path, head));
  return columns.includes("id") && ["annotation_id", "lead_time", "annotator"].some((name) => columns.includes(name));
}

export const labelStudio: Format = {
  id: "label-studio",
  name: "Label Studio's export",
  files: 'JSON with a list of tasks ("data", "annotations"), or its exports JSON_MIN and CSV',
  extensions: [],
  serves: () => true,
  fits: (heads) =>
    [...heads]
      .filter(([path, head]) =>
        isTable(path) ? looksTabled(path, head) : /^jsonl?$/.test(extensionOf(path)) && looksExported(head),
      )
      .map(([path]) => path),
  claims: (path) => /label.?studio|project-\d+-at-/i.test(path) && ["json", "csv"].includes(extensionOf(path)),
  async read(tree, task) {
    const rows = new Collection(task);
    for (const file of tree.keys()) {
      const split = splitOf(file);
      rows.open(split, file);
      const all = firstOfEach(rows, await rowsOf(tree, file));
      const columns = labelColumns(task, all);
      const read = all.flatMap(
        ({ value, line }) => (isSmall(value) ? smallIn(rows, value, columns, file, line) : taskIn(rows, value, file, line)) ?? [],
      );
      const controls = labelControls(rows, read, file);
      const marked = read.some(({ marks }) => marks.length > 0); // no choices then say nothing about the text
      const labelsOf = ({ choices }: StudioTask): readonly string[] | undefined => {
        const carried = choices.flatMap(({ control, value }) => (controls.has(control) ? [value] : []));
        return marked && carried.length === 0 ? undefined : carried;
      };
      if (task.shape === "pair") for (const one of read) addAnnotated(rows, split, { ...pairIn(one), labels: labelsOf(one) });
      else
        for (const { one, text, mentions, relations } of textsIn(rows, read, controls))
          addAnnotated(rows, split, { file, line: one.line, text, mentions, relations, labels: labelsOf(one) });
    }
    return rows.finish();
  },
};

async function rowsOf(tree: Tree, file: string): Promise<JsonRow[]> {
  const text = await readText(tree, file);
  if (isTable(file)) return smallRows(tree, file, text);
  const one = text.trimStart().startsWith("{") && !/^\{[^\n]*\}$/m.test(text.trimStart().split("\n")[0] ?? "");
  return jsonRows(one ? `[${text.trimEnd()}]` : text, file);
}

/** The two texts under names of a pair. */
function pairIn({ file, line, data, marks, relations }: StudioTask) {
  const keys = pairKeys(textEntries(data).map(([key]) => key));
  const [text, second] = (keys ?? []).map((key) => data[key] as string);
  if (text === undefined || second === undefined)
    return malformed(
      file,
      line,
      `the data has no two texts (text_1 and text_2, premise and hypothesis, and the like) among ${Object.keys(data).join(", ")}`,
    );
  return { file, line, text, second, mentions: marks.map((mark) => ({ file, line, ...mark })), relations };
}
