// BRAT's standoff: a text and beside it an .ann of mentions, relations and more, a row each. Knows no disk.

import { readUtf8 } from "../base/utf8.ts";
import type { At, Format, Tree } from "./format.ts";
import { labelled, type NamedRelation, pairsRemark } from "./reading/annotated.ts";
import { Collection } from "./reading/collection.ts";
import { addDocument, documentShapes, type Mention, type Relation } from "./reading/documents.ts";
import { bestText } from "./reading/offsets.ts";
import { extensionOf, setsOfDocuments } from "./reading/paths.ts";
import { fileOf, malformed, readText, refuse } from "./reading/text-file.ts";

const stemOf = (path: string): string => path.replace(/\.[^./]+$/, "");
/** Path of the text beside an .ann, whatever the case of its extension. */
const textOf = (files: ReadonlyMap<string, unknown>, ann: string): string =>
  ["txt", "TXT", "Txt"].map((extension) => `${stemOf(ann)}.${extension}`).find((path) => files.has(path)) ?? `${stemOf(ann)}.txt`;
const row = /^(?:[TREAMN#][^\t\s]*|\*)\t/;

/** Rows that are read over, by their first letter, as a reader knows them. */
const passedOver: Readonly<Record<string, string>> = {
  E: "events",
  A: "attributes",
  M: "attributes",
  N: "links to other sources",
  "#": "notes of annotators",
  "*": "equivalences",
};

export const brat: Format = {
  id: "brat",
  name: "BRAT",
  files: "a .txt for each document and beside it an .ann with its mentions and relations",
  extensions: ["ann"],
  serves: (task) => documentShapes.includes(task.shape),
  fits(heads) {
    const own = [...heads].filter(
      ([path, head]) =>
        extensionOf(path) === "ann" && (row.test(head.replace(/^\uFEFF?\s*/, "")) || heads.has(textOf(heads, path))),
    );
    const stems = new Set(own.map(([path]) => stemOf(path)));
    return [...heads.keys()].filter((path) => stems.has(stemOf(path)) && ["ann", "txt"].includes(extensionOf(path)));
  },
  claims: (path) => extensionOf(path) === "ann",
  async read(tree, task) {
    const rows = new Collection(task);
    const files = [...tree.keys()].filter((path) => extensionOf(path) === "ann");
    const setOf = setsOfDocuments(files.map(stemOf));
    for (const file of files) {
      const txt = textOf(tree, file);
      if (!tree.has(txt))
        refuse("file-missing", file, undefined, `there is no ${txt} beside it, the text that it marks`, { file: txt });
      const split = setOf(stemOf(file));
      rows.open(split, file);
      const document = await documentIn(rows, tree, file, txt);
      const sections = [{ start: 0, end: document.text.length }];
      const relations = [...labelled(rows, document.relations), ...document.ofEvents];
      addDocument(rows, split, { ...document, sections, relations, closed: true });
    }
    rows.remark(
      task.shape === "relation"
        ? `Documents were cut into sentences. ${pairsRemark.replace("one text", "one sentence")}`
        : "Documents were cut into sentences; each sentence is an example.",
    );
    return rows.finish();
  },
};

async function documentIn(rows: Collection, tree: Tree, file: string, txt: string) {
  const plain = await readText(tree, txt); // refuses what is no text
  const whole = await readUtf8(fileOf(tree, txt), txt);
  const blob = tree.get(file);
  const ann = !blob || blob.size === 0 ? "" : (await readUtf8(blob, file)).replace(/\r\n?/g, "\n");
  if (/^version https:\/\/git-lfs\.github\.com/.test(ann))
    malformed(file, 1, "it is a pointer of Git LFS in place of the data: fetch the file itself");
  if (/^\s*(?:<!doctype\s+html|<html[\s>])/i.test(ann))
    malformed(file, 1, "it is a web page in place of the data: download the file itself");
  const stated = statedIn(rows, ann, file);
  const text =
    whole === plain
      ? plain
      : bestText(
          [whole, plain],
          stated.mentions.map(({ start, end, said, file: own, line }) => ({
            file: own,
            line,
            start,
            end,
            ...(said === undefined ? {} : { said }),
          })),
        );
  return { file, line: 1, text, ...joinedFragments(rows, text, stated) };
}

interface Stated {
  readonly mentions: readonly (Mention & { readonly parts: readonly (readonly [number, number])[] })[];
  readonly relations: readonly NamedRelation[];
  /** Relations between the mentions of an event and another end: the task's examples have no events. */
  readonly ofEvents: readonly Relation[];
}

function statedIn(rows: Collection, ann: string, file: string): Stated {
  const mentions: Stated["mentions"][number][] = [];
  const relations: NamedRelation[] = [];
  const events: Events = new Map();
  const lineOf = new Map<string, number>();
  for (const [i, content] of ann.split("\n").entries()) {
    if (content.trim() === "") continue;
    const at = { file, line: i + 1 };
    const cells = content.split("\t");
    const [id = ""] = cells;
    if (!row.test(content))
      malformed(
        file,
        at.line,
        `the row ${JSON.stringify(content.slice(0, 40))} begins with no id and a tab (T1, R1, E1, A1, N1, #1 or *)`,
      );
    if (id !== "*" && !id.startsWith("#")) {
      if (lineOf.has(id)) malformed(file, at.line, `the id ${id} stands on line ${lineOf.get(id)} already`);
      lineOf.set(id, at.line);
    }
    const letter = id[0] as string;
    if (letter === "T") mentions.push(mentionIn(cells, at));
    else if (letter === "R") relations.push(relationIn(cells, at));
    else if (letter === "E") events.set(id, namesIn(cells[1] ?? ""));
    if (!"TR#".includes(letter)) rows.count("not-carried", passedOver[letter] ?? "rows");
  }
  for (const { ends, line } of relations) {
    const missing = ends.flat().find((end) => !lineOf.has(end));
    if (missing !== undefined) malformed(file, line, `the relation names ${missing}, and no row of the file has this id`);
  }
  if (rows.task.shape !== "relation") return { mentions, relations, ofEvents: [] };
  const ofEvents = relations.filter(({ ends }) => ends.flat().some((end) => events.has(end)));
  return {
    mentions,
    relations: relations.filter((relation) => !ofEvents.includes(relation)),
    ofEvents: ofEvents.map((relation) => ofEvent(rows, relation, events)),
  };
}

/** What an event names, its trigger first, by the event's id. */
type Events = Map<string, readonly string[]>;
const namesIn = (cell: string): string[] => cell.split(" ").flatMap((part) => part.split(":").slice(1, 2));

function ofEvent(rows: Collection, { ends: [a, b], file, line }: NamedRelation, events: Events): Relation {
  rows.countAt("of-event", { file, line });
  return { file, line, label: undefined, ends: [mentionsOf(a, events), mentionsOf(b, events)] };
}

/** Ids of mentions; an event stands for all that it names, and for what an event inside of it names. */
function mentionsOf(ids: readonly string[], events: Events): string[] {
  const all = new Set(ids);
  for (const id of all) for (const named of events.get(id) ?? []) all.add(named);
  return [...all].filter((id) => !events.has(id));
}

function mentionIn(cells: readonly string[], at: At): Stated["mentions"][number] {
  const [id = "", places = "", said] = cells;
  const found = /^(\S+) (\d+ \d+(?:;\d+ \d+)*)\s*$/.exec(places);
  if (!found || said === undefined)
    return malformed(
      at.file,
      at.line,
      `a mention has three columns, ID, "TYPE START END" and its text; got ${JSON.stringify(cells.join("\t").slice(0, 60))}`,
    );
  const parts = (found[2] as string).split(";").map((part) => part.split(" ").map(Number) as [number, number]);
  const [start, end] = [parts[0]?.[0] ?? 0, parts.at(-1)?.[1] ?? 0];
  // The text of fragments holds a blank between them, whatever lies there.
  return { ...at, start, end, ...(parts.length === 1 ? { said } : {}), type: found[1] as string, keys: [id], parts };
}

function relationIn(cells: readonly string[], at: At): NamedRelation {
  const found = /^(\S+) [^\s:]+:(\S+) [^\s:]+:(\S+)\s*$/.exec(cells[1] ?? "");
  if (!found)
    return malformed(
      at.file,
      at.line,
      `a relation has two columns, ID and "TYPE Arg1:T1 Arg2:T2"; got ${JSON.stringify(cells.join("\t").slice(0, 60))}`,
    );
  return { ...at, name: found[1] as string, ends: [[found[2] as string], [found[3] as string]] };
}

/** Fragments with blanks alone between them are one mention: BRAT cuts a mention at a line break. The others are counted. */
function joinedFragments(rows: Collection, text: string, { mentions, ...others }: Stated): Stated {
  const points = [...text];
  const between = (from: number, to: number) => points.slice(from, to).join("");
  const kept = mentions.filter(({ parts, file, line }) => {
    const one = parts.every(([start], i) => i === 0 || between((parts[i - 1] as [number, number])[1], start).trim() === "");
    if (!one) rows.countAt("fragments", { file, line });
    return one;
  });
  return { mentions: kept, ...others };
}
