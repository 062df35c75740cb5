// The texts of a task, each with the marks that are of it: one field of the data, or several where the page shows several texts. Knows no file format.

import type { AnnotatedText } from "../reading/annotated.ts";
import type { Collection } from "../reading/collection.ts";
import { documentShapes, type Mention } from "../reading/documents.ts";
import { markedPlaces } from "../reading/offsets.ts";
import { type FieldsRow, fieldsOf, holdsAll } from "../reading/text-field.ts";
import { malformed } from "../reading/text-file.ts";
import type { Mark, StudioTask } from "./task.ts";

export interface StudioText extends Pick<AnnotatedText, "text" | "relations"> {
  readonly one: StudioTask;
  readonly mentions: readonly Mention[];
}

/** Examples' texts, in the order of the tasks. `controls`: those whose choices are read. */
export function textsIn(rows: Collection, all: readonly StudioTask[], controls: ReadonlySet<string>): StudioText[] {
  const empty = all.find(({ texts }) => Object.keys(texts).length === 0);
  if (empty) malformed(empty.file, empty.line, `the data holds no text, only ${Object.keys(empty.data).join(", ") || "nothing"}`);
  const isDocument = documentShapes.includes(rows.task.shape);
  const together = all.map((one) => rowOf(one, isDocument ? one.marks : marksLabelled(one, controls), controls));
  const objects = [...new Set(all.flatMap(({ marks }) => marks.map(({ object }) => object)))];
  if (objects.length < 2 || !isDocument || holdsAll(together)) {
    const fieldOf = fieldsOf(rows, together);
    return all.map((one, i) => textOf(one, fieldOf(together[i] as FieldsRow), one.marks));
  }
  const placed = objects.map((object) => fieldsOfObject(rows, all, object));
  const fields = [...new Set(placed.flat().filter((field) => field !== undefined))];
  if (fields.length > 1)
    rows.remark(`The marks are of several texts of each task (${fields.join(", ")}): each text is an example.`);
  return all.flatMap((one, i) => {
    const own = [...new Set(placed.flatMap((of) => of[i] ?? []))];
    const texts = own.map((field) => {
      const there = objects.filter((_, n) => placed[n]?.[i] === field);
      return textOf(
        one,
        field,
        one.marks.filter(({ object }) => there.includes(object)),
      );
    });
    const kept = texts.reduce((sum, { relations }) => sum + relations.length, 0);
    rows.count("apart", "", one.relations.length - kept);
    return texts;
  });
}

/** The marks of the text that is labelled; all where the file does not say which one that is. */
function marksLabelled({ marks, choices }: StudioTask, controls: ReadonlySet<string>): readonly Mark[] {
  const labelled = choices.flatMap(({ control, object }) => (controls.has(control) ? [object] : []));
  return marks.some(({ object }) => labelled.includes(object)) ? marks.filter(({ object }) => labelled.includes(object)) : [];
}

/** Names that the text's field may have: of the objects marked, and of those that the labels are of. */
function rowOf({ file, line, texts, choices }: StudioTask, marks: readonly Mark[], controls: ReadonlySet<string>): FieldsRow {
  const chosen = choices.flatMap(({ control, object }) => (controls.has(control) ? [object] : []));
  return { file, line, texts, marks, likely: [...marks.map(({ object }) => object), ...chosen, "text"] };
}

/** The field of each task that an object of the page shows; undefined for a task without marks there that lacks the field of the others. */
function fieldsOfObject(rows: Collection, all: readonly StudioTask[], object: string): (string | undefined)[] {
  const own = all.map((one) =>
    rowOf(
      one,
      one.marks.filter((mark) => mark.object === object),
      new Set(),
    ),
  );
  const fieldOf = fieldsOf(rows, own);
  const marked = own.map((row) => (row.marks.length > 0 ? fieldOf(row) : undefined));
  const counts = new Map<string, number>();
  for (const field of marked) if (field !== undefined) counts.set(field, (counts.get(field) ?? 0) + 1);
  const [usual] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  return marked.map((field, i) => field ?? (usual !== undefined && own[i]?.texts[usual] !== undefined ? usual : undefined));
}

function textOf(one: StudioTask, field: string, marks: readonly Mark[]): StudioText {
  const text = one.texts[field] as string;
  const [{ file, line }, keys] = [one, new Set(marks.flatMap((mark) => mark.keys))];
  const stated = marks.every(({ said }) => said !== undefined);
  const placed = stated ? marks : markedPlaces(text, marks, "points");
  const mentions = placed.map((mark): Mention => ({ file, line, said: text.slice(mark.start, mark.end), ...mark }));
  return { one, text, mentions, relations: one.relations.filter(({ ends }) => ends.flat().every((end) => keys.has(end))) };
}
