// Forms in which notes leave with what a model found in them, a row each: tables, lines of JSON, what annotation tools take, texts with replaced spans. Knows no disk.

import type { Span } from "../tasks/example.ts";
import type { Extent } from "../tasks/words.ts";
import { piecesOf, type ReadNote } from "./note.ts";
import { biocJson, biocXml, noXml, xmlText } from "./note-bioc.ts";
import { doccanoLines, labelStudioTasks } from "./note-json.ts";
import { brokenCells, csv, lostInTable, tsv } from "./note-table.ts";
import { xmiOf } from "./note-xmi.ts";
import { pointsOf } from "./points.ts";
import { tokenize } from "./words.ts";

export interface NoteFormat {
  /** As users call it. */
  readonly name: string;
  /** Takes labels of pieces too, and not spans alone. */
  readonly labels: boolean;
  /** Contents of the files by path. */
  write(notes: readonly ReadNote[]): ReadonlyMap<string, string>;
  /** Losses of these notes in this format, a sentence each. */
  lost(notes: readonly ReadNote[]): readonly string[];
}

export const noteFormatIds = [
  "csv",
  "jsonl",
  "tsv",
  "brat",
  "pubtator",
  "bioc",
  "bioc-json",
  "conll",
  "doccano",
  "label-studio",
  "xmi",
  "text",
] as const;
export type NoteFormatId = (typeof noteFormatIds)[number];

/** Offsets in the files count code points, as Python and these formats do; in doccano's, UTF-16 units. */
export const noteFormats: Readonly<Record<NoteFormatId, NoteFormat>> = {
  csv: { name: "CSV", labels: true, write: (notes) => new Map([["notes.csv", csv(notes)]]), lost: (notes) => lostInTable(notes) },
  tsv: {
    name: "TSV",
    labels: true,
    write: (notes) => new Map([["notes.tsv", tsv(notes)]]),
    lost: (notes) => [...lostInTable(notes), ...brokenCells(notes)],
  },
  jsonl: { name: "JSON Lines", labels: true, write: (notes) => new Map([["notes.jsonl", jsonl(notes)]]), lost: () => [] },
  brat: { name: "BRAT", labels: false, write: brat, lost: (notes) => blankTypes(notes, /\s/, "BRAT's types hold no blanks") },
  pubtator: {
    name: "PubTator",
    labels: false,
    write: (notes) => new Map([["notes.pubtator", notes.map(pubtatorBlock).join("\n")]]),
    lost: (notes) => [...breaks(notes), ...blankTypes(notes, /[\t\n\r]/, "PubTator's columns are apart by tabs")],
  },
  bioc: { name: "BioC's xml", labels: false, write: (notes) => new Map([["notes.xml", biocXml(notes)]]), lost: unwritable },
  "bioc-json": {
    name: "BioC's JSON",
    labels: false,
    write: (notes) => new Map([["notes.json", biocJson(notes)]]),
    lost: () => [],
  },
  conll: {
    name: "CoNLL",
    labels: false,
    write: (notes) => new Map([["notes.conll", conll(notes)]]),
    lost: (notes) => [
      "CoNLL holds words, not the text between them: blanks and line breaks are not kept.",
      ...overlapping(notes, "CoNLL gives each word one tag"),
      ...blankTypes(notes, /\s/, "CoNLL's tags hold no blanks"),
    ],
  },
  doccano: {
    name: "doccano's JSONL",
    labels: true,
    write: (notes) => new Map([["notes.jsonl", doccanoLines(notes)]]),
    lost: (notes) => [
      ...asByHand(notes, "doccano"),
      ...(notes.some(({ note }) => note.second !== undefined)
        ? ["doccano shows one text: the second of a pair stands on the line below the first."]
        : []),
    ],
  },
  "label-studio": {
    name: "Label Studio's JSON",
    labels: true,
    write: (notes) => new Map([["notes.json", labelStudioTasks(notes, pointsOf)]]),
    lost: (notes) => asByHand(notes, "Label Studio"),
  },
  xmi: {
    name: "INCEpTION's XMI",
    labels: false,
    write: (notes) => new Map(named(notes, ".xmi").map(([path, note]) => [path, xmiOf(note, xmlText)])),
    lost: unwritable,
  },
  text: {
    name: "text with replaced spans",
    labels: false,
    write: (notes) => new Map(named(notes, ".txt").map(([path, note]) => [path, replaced(note)])),
    lost: () => ["What stood in the spans is gone from these texts, and nothing else is: check them before they leave."],
  },
};

const asByHand = (notes: readonly ReadNote[], tool: string): string[] =>
  notes.some(({ spans, pieces }) => spans.length + pieces.length > 0)
    ? [`${tool} takes what the model found for annotations of a person: have them checked there before they are called gold.`]
    : [];

const counted = (n: number) => `${n} note${n === 1 ? "" : "s"}`;

function jsonl(notes: readonly ReadNote[]): string {
  const line = ({ note: { id, file, line, text, second, ends }, spans, pieces }: ReadNote) => {
    const at = pointsOf(text);
    const placed = ({ start, end }: Extent) => ({ start: at(start), end: at(end), text: text.slice(start, end) });
    return {
      id,
      file,
      ...(line === undefined ? {} : { line }),
      text,
      ...(second === undefined ? {} : { second }),
      ...(ends
        ? { head: { ...placed(ends.head), type: ends.head.label }, tail: { ...placed(ends.tail), type: ends.tail.label } }
        : {}),
      ...(pieces.length > 0
        ? { pieces: pieces.map((piece) => ({ ...placed(piece), labels: piece.labels })) }
        : { spans: spans.map((span) => ({ ...placed(span), label: span.label })) }),
    };
  };
  return notes.map((note) => `${JSON.stringify(line(note))}\n`).join("");
}

/** A file name for each note, safe on any disk and unlike the others whatever a disk thinks of capitals. */
function named(notes: readonly ReadNote[], extension: string): readonly (readonly [string, ReadNote])[] {
  const taken = new Set<string>();
  return notes.map((note) => {
    const base =
      note.note.id
        .normalize("NFC")
        .replace(/[^\p{L}\p{N}._-]+/gu, "_")
        .replace(/^[._]+/, "")
        .slice(0, 120) || "note";
    let name = base;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${base}-${i}`;
    taken.add(name.toLowerCase());
    return [`${name}${extension}`, note];
  });
}

const typeName = (label: string) => label.trim().replace(/\s+/g, "_");

function blankTypes(notes: readonly ReadNote[], blank: RegExp, why: string): string[] {
  const renamed = [...new Set(notes.flatMap(({ spans }) => spans.map(({ label }) => label)))].filter((label) =>
    blank.test(label),
  );
  return renamed.map((label) => `${JSON.stringify(label)} becomes ${JSON.stringify(typeName(label))}: ${why}.`);
}

/** A txt and an ann for each note, and the types. A span over a line break is written in fragments, as BRAT does. */
function brat(notes: readonly ReadNote[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [path, { note, spans }] of named(notes, "")) {
    const at = pointsOf(note.text);
    const lines = spans.map(({ start, end, label }, i) => {
      const parts = fragments(note.text, start, end);
      const places = parts.map((part) => `${at(part.start)} ${at(part.end)}`).join(";");
      const said = parts.map((part) => note.text.slice(part.start, part.end)).join(" ");
      return `T${i + 1}\t${typeName(label)} ${places}\t${said}\n`;
    });
    files.set(`${path}.txt`, note.text);
    files.set(`${path}.ann`, lines.join(""));
  }
  const types = [...new Set(notes.flatMap(({ spans }) => spans.map(({ label }) => typeName(label))))].sort();
  files.set(
    "annotation.conf",
    `[entities]\n${types.map((type) => `${type}\n`).join("")}\n[relations]\n\n[events]\n\n[attributes]\n`,
  );
  return files;
}

/** The parts of a span on each of its lines, without blanks at their ends. */
function fragments(text: string, start: number, end: number): Extent[] {
  return [...text.slice(start, end).matchAll(/[^\r\n]+/g)].flatMap(({ index, 0: line }) => {
    const from = line.length - line.trimStart().length;
    const length = line.trim().length;
    return length === 0 ? [] : [{ start: start + index + from, end: start + index + from + length }];
  });
}

/** Every character that would end a line of the file, as a blank of the same width, so that offsets hold. */
const oneLine = (text: string) => text.replace(/[\n\r\u0085\u2028\u2029\v\f]/g, " ");

function breaks(notes: readonly ReadNote[]): string[] {
  const n = notes.filter(({ note: { text } }) => oneLine(text) !== text).length;
  return n === 0 ? [] : [`Line breaks of ${counted(n)} become blanks: PubTator has one line for a title and one for the rest.`];
}

/** The first line is the title. The blank that PubTator counts between title and rest stands for the note's first line break. */
function pubtatorBlock({ note, spans }: ReadNote, i: number): string {
  const id = note.id.replace(/[|\t\r\n]+/g, "_") || `note-${i + 1}`;
  const at = pointsOf(note.text);
  const text = oneLine(note.text);
  const first = note.text.search(/[\r\n]/);
  const [title, rest] = first < 0 ? [text, ""] : [text.slice(0, first), text.slice(first + 1)];
  const rows = spans.map(({ start, end, label }) =>
    [id, at(start), at(end), text.slice(start, end).replaceAll("\t", " "), typeName(label), "-1"].join("\t"),
  );
  return [`${id}|t|${title}`, `${id}|a|${rest}`, ...rows, ""].join("\n");
}

function unwritable(notes: readonly ReadNote[]): string[] {
  const n = notes.filter(({ note: { text } }) => text.search(noXml) >= 0).length;
  return n === 0 ? [] : [`Control characters of ${counted(n)} become blanks: XML cannot hold them.`];
}

/** A word and its tag a line, a blank line between sentences, a border between notes. */
function conll(notes: readonly ReadNote[]): string {
  return notes
    .map(({ note: { text }, spans: all }) => {
      const spans = apart(all);
      const sentences = joinedOver(piecesOf(text), spans).map(({ start, end }) => {
        const inside = spans.filter((span) => span.start < end && span.end > start);
        const own = inside.map((span) => ({ ...span, start: span.start - start, end: span.end - start }));
        const lines = tokenize(text.slice(start, end), own).map((word) => {
          const span = own.find((one) => one.start < word.end && one.end > word.start);
          const tag = span ? `${word.start <= span.start ? "B" : "I"}-${typeName(span.label)}` : "O";
          return `${text.slice(start + word.start, start + word.end).replace(/\s/gu, "_")}\t${tag}\n`;
        });
        return lines.join("");
      });
      return `-DOCSTART-\tO\n\n${sentences.join("\n")}`;
    })
    .join("\n");
}

/** Spans that do not overlap, in order: the longest first, of two as long the first. */
function apart(spans: readonly Span[]): readonly Span[] {
  const kept: Span[] = [];
  for (const span of [...spans].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start))
    if (!kept.some((k) => k.start < span.end && span.start < k.end)) kept.push(span);
  return kept.sort((a, b) => a.start - b.start);
}

function overlapping(notes: readonly ReadNote[], why: string): string[] {
  const n = notes.reduce((sum, { spans }) => sum + spans.length - apart(spans).length, 0);
  if (n === 0) return [];
  return [
    `${why}: ${n} span${n === 1 ? "" : "s"} that overlap${n === 1 ? "s" : ""} a longer one ${n === 1 ? "is" : "are"} not in it.`,
  ];
}

/** Pieces that a span reaches over are one. */
function joinedOver(pieces: readonly Extent[], spans: readonly Span[]): Extent[] {
  const joined: { start: number; end: number }[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last && spans.some((span) => span.start < last.end && span.end > piece.start)) last.end = piece.end;
    else joined.push({ ...piece });
  }
  return joined;
}

/** The note with the name of its type in place of each span, as in de-identification. No character of a span stays, of overlapping ones neither. */
export function replaced({ note: { text }, spans }: ReadNote): string {
  let [out, at] = ["", 0];
  for (const { start, end, label } of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (end <= at) continue; // it lies in one before
    out += `${text.slice(at, Math.max(at, start))}[${label}]`;
    at = end;
  }
  return out + text.slice(at);
}
