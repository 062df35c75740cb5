// Documents with entities and relations in columns: BigBio's kb schema, and texts with a list of entities. Knows no file format.

import type { Split } from "../format.ts";
import { labelled, longText } from "../reading/annotated.ts";
import { servesChemprot } from "../reading/chemprot-groups.ts";
import type { Collection } from "../reading/collection.ts";
import {
  addDocument,
  type CorpusDocument,
  cutRemark,
  DocumentIds,
  documentShapes,
  type Mention,
  type Relation,
} from "../reading/documents.ts";
import { markedPlaces } from "../reading/offsets.ts";
import { layoutOf, type Passage } from "../reading/passages.ts";
import { malformed } from "../reading/text-file.ts";
import { isNcbiClass } from "../reading/types.ts";
import { type LabelledTable, type Layout, objectsIn, textIn, type Values, wholeNumber } from "./layout.ts";

const has = (table: LabelledTable, name: string): boolean => table.columns.includes(name);

export const documents: Layout = {
  columns: "passages (or text), entities and, for pairs of them, relations, as BigBio has them",
  serves: (task) => documentShapes.includes(task.shape),
  fits: (table) => (has(table, "passages") || has(table, "text")) && has(table, "entities"),
  add(rows, tables) {
    const ids = new DocumentIds(rows);
    for (const table of tables) for (const { line, value } of table.rows) addRow(rows, ids, table.split, value, table.file, line);
  },
};

function addRow(rows: Collection, ids: DocumentIds, split: Split, row: Values, file: string, line: number): void {
  const passages = row.passages === undefined ? [] : listIn(row, "passages", file, line).map((one) => passageIn(one, file, line));
  const text = textIn(row.text);
  if (passages.length === 0 && text === undefined) malformed(file, line, "the row has neither passages nor a text");
  if (row.entities === null || row.entities === undefined) return rows.count("no-label", file);
  const stretches = listIn(row, "entities", file, line).flatMap((one) => mentionIn(rows, one, file, line));
  const mentions = passages.length > 0 ? stretches : inUnits(text as string, stretches);
  if (mentions.some(({ type }) => isNcbiClass(type))) rows.corpora.add("ncbi-disease");
  if (rows.task.shape === "relation" && (row.relations === null || row.relations === undefined))
    malformed(file, line, 'the row has no "relations", and the task is about them: write [] where none is stated');
  const stated = listIn(row, "relations", file, line).map((one) => relationIn(one, file, line));
  const name = row.document_id ?? row.pmid;
  const whole = passages.length === 0 && name === undefined && (text as string).length <= longText;
  if (!whole) rows.remark(cutRemark(rows.task));
  const laid = passages.length > 0 ? layoutOf(passages, mentions) : oneSection(text as string);
  const relations: Relation[] = labelled(rows, stated);
  // ChemProt does not say of a pair without a relation that it has none.
  const closed = !servesChemprot(rows.task);
  const document: CorpusDocument = { file, line, ...laid, whole, mentions, relations, closed };
  const id = String(name ?? row.id ?? "");
  if (id === "" || ids.add(id, document, split)) addDocument(rows, split, document);
}

const listIn = (row: Values, name: string, file: string, line: number): readonly Values[] =>
  objectsIn(row[name]) ?? malformed(file, line, `"${name}" must be a list of objects`);

/** Mentions some of which may state no text, in UTF-16 units, each with its text. */
const inUnits = (text: string, mentions: readonly Mention[]): readonly Mention[] =>
  mentions.every(({ said }) => said !== undefined)
    ? mentions
    : markedPlaces(text, mentions, "points").map((mention) => ({ said: text.slice(mention.start, mention.end), ...mention }));

const oneSection = (text: string) => ({ text, sections: [{ start: 0, end: text.length }] });

/** Texts in several parts stand a blank apart. */
function passageIn({ text, offsets, offset }: Values, file: string, line: number): Passage {
  const own = textIn(text) ?? malformed(file, line, "a passage holds no text");
  const [first] = Array.isArray(offsets) ? (offsets as unknown[]) : [];
  const from = offset ?? (Array.isArray(first) ? first[0] : undefined);
  return { text: own, offset: wholeNumber(from) ?? malformed(file, line, "a passage has no whole number as its offset") };
}

/** A mention of one stretch; those in several pieces are counted. */
function mentionIn(rows: Collection, one: Values, file: string, line: number): Mention[] {
  const { id, type = one.label, text, start, end } = one;
  if (typeof type !== "string" || type.trim() === "") malformed(file, line, "an entity has no type");
  const stretches = stretchesIn(one.offsets ?? [[start, end]], file, line);
  if (stretches.length !== 1) {
    rows.countAt("fragments", { file, line });
    return [];
  }
  const [from, to] = stretches[0] as readonly [number, number];
  const said = textIn(text);
  const keys = id === undefined || id === null ? [] : [String(id)];
  return [{ file, line, start: from, end: to, ...(said ? { said } : {}), type: (type as string).trim(), keys }];
}

/** [[0, 4]], or [0, 4] for one stretch. */
function stretchesIn(offsets: unknown, file: string, line: number): (readonly [number, number])[] {
  const list = Array.isArray(offsets) ? (offsets as unknown[]) : [];
  const stretches = list.length === 2 && list.every((one) => wholeNumber(one) !== undefined) ? [list] : list;
  return stretches.map((one) => {
    const [from, to] = Array.isArray(one) ? (one as unknown[]) : [];
    const [start, end] = [wholeNumber(from), wholeNumber(to)];
    if (start === undefined || end === undefined)
      return malformed(file, line, "an entity's offsets must be pairs of whole numbers");
    return [start, end] as const;
  });
}

function relationIn(one: Values, file: string, line: number) {
  const [from, to] = [one.arg1_id ?? one.arg1, one.arg2_id ?? one.arg2].map((id) => String(id ?? "")) as [string, string];
  if (from === "" || to === "") malformed(file, line, "a relation names two entities, arg1_id and arg2_id");
  return { file, line, name: typeof one.type === "string" ? one.type : undefined, ends: [[from], [to]] as const };
}
