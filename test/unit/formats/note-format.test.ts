import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { bioc } from "../../../src/formats/bioc.ts";
import { brat } from "../../../src/formats/brat.ts";
import { conll } from "../../../src/formats/conll.ts";
import { doccano } from "../../../src/formats/doccano.ts";
import type { Format } from "../../../src/formats/format.ts";
import { labelStudio } from "../../../src/formats/label-studio.ts";
import type { ReadNote } from "../../../src/formats/note.ts";
import { noteFormatIds, noteFormats, replaced } from "../../../src/formats/note-format.ts";
import { neutral } from "../../../src/formats/note-table.ts";
import { pubtator } from "../../../src/formats/pubtator.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";

const task = taskById("bc5cdr-disease");

/** A note in which these words are marked wherever they stand. */
function marked(id: string, text: string, words: RegExp, label = "Disease"): ReadNote {
  const spans = [...text.matchAll(words)].map(({ index, 0: word }) => ({ start: index, end: index + word.length, label }));
  return { note: { id, file: `${id}.txt`, text }, spans, pieces: [] };
}

// An astral character before the spans, markup, a CRLF, quotes, a span over a line break, a leading blank line.
const notes = [
  marked("one", 'Chest "pain" 😊 & <b>fever</b>.\r\nNo gout; the renal\nfailure went on.', /pain|fever|gout|renal\nfailure/g),
  marked("two", "\nSevere gout\tand fever, again gout.", /gout|fever/g),
  marked("three", "Nothing here.", /gout/g),
];

/** Marked words of what a reader of ours gives back, blanks squeezed. */
async function back(format: Format, files: ReadonlyMap<string, string>): Promise<string[][]> {
  const tree = new Map([...files].map(([path, text]) => [path, new Blob([text])]));
  const { rows } = await format.read(tree, task);
  return Object.values(rows).flatMap((set) =>
    (set ?? []).flatMap((example) =>
      example.kind === "token" && example.spans.length > 0
        ? [example.spans.map(({ start, end }) => example.text.slice(start, end).replace(/\s+/g, " "))]
        : [],
    ),
  );
}

describe("notes that leave", () => {
  for (const [id, format] of [
    ["pubtator", pubtator],
    ["bioc", bioc],
    ["bioc-json", bioc],
    ["conll", conll],
    ["brat", brat],
    ["doccano", doccano],
    ["label-studio", labelStudio],
  ] as const) {
    it(`as ${id} are read back with every mark, in order`, async () => {
      const found = await back(format, noteFormats[id].write(notes));
      expect(found.flat()).toEqual(["pain", "fever", "gout", "renal failure", "gout", "fever", "gout"]);
    });
  }

  it.each([
    ["doccano", doccano],
    ["label-studio", labelStudio],
  ] as const)(
    "as %s are read back equal: the whole text, every mark in its place, a text without any too",
    async (id, format) => {
      const tree = new Map([...noteFormats[id].write(notes)].map(([path, text]) => [path, new Blob([text])]));
      const { rows } = await format.read(tree, task);
      const trimmed = notes.map(({ note: { text }, spans }) => {
        const lead = text.length - text.trimStart().length;
        return {
          kind: "token",
          text: text.trim(),
          spans: spans.map((s) => ({ ...s, start: s.start - lead, end: s.end - lead })),
        };
      });
      expect(rows.pool).toEqual(trimmed);
    },
  );

  it.each([
    ["doccano", doccano],
    ["label-studio", labelStudio],
  ] as const)("with labels of whole texts come back from %s", async (id, format) => {
    const labelled: ReadNote = {
      note: { id: "n", file: "n.txt", text: "We gave zolmine. Masks help." },
      spans: [],
      pieces: [
        { start: 0, end: 16, labels: ["treatment", "prevention"] },
        { start: 17, end: 28, labels: ["prevention"] },
      ],
    };
    const tree = new Map([...noteFormats[id].write([labelled])].map(([path, text]) => [path, new Blob([text])]));
    const { rows } = await format.read(tree, taskById("litcovid"));
    expect(rows.pool).toEqual([
      { kind: "sentence", text: "We gave zolmine.", labels: ["treatment", "prevention"] },
      { kind: "sentence", text: "Masks help.", labels: ["prevention"] },
    ]);
  });

  it("compared two by two come back from Label Studio, and doccano says that it cannot", async () => {
    const pair: ReadNote = {
      note: { id: "n", file: "n.csv", text: "Does it stain?", second: "Will it turn dark?" },
      spans: [],
      pieces: [{ start: 0, end: 14, labels: ["equivalent"] }],
    };
    const tree = new Map([...noteFormats["label-studio"].write([pair])].map(([path, text]) => [path, new Blob([text])]));
    const { rows } = await labelStudio.read(tree, taskById("mqp"));
    expect(rows.pool).toEqual([{ kind: "pair", first: "Does it stain?", second: "Will it turn dark?", label: "equivalent" }]);
    expect(noteFormats.doccano.lost([pair]).join(" ")).toContain("the second of a pair stands on the line below");
  });

  it.each([
    ["doccano", doccano],
    ["label-studio", labelStudio],
  ] as const)("of two related names come back from %s with both places and the relation", async (id, format) => {
    const text = "Behind 😊, lisinopril gave him a cough.";
    const head = { start: 11, end: 21, label: "Chemical" };
    const tail = { start: 33, end: 38, label: "Disease" };
    const piece = { start: 0, end: text.length, labels: ["induce"] };
    const related: ReadNote = { note: { id: "n", file: "n.csv", text, ends: { head, tail } }, spans: [], pieces: [piece] };
    const tree = new Map([...noteFormats[id].write([related])].map(([path, content]) => [path, new Blob([content])]));
    const { rows } = await format.read(tree, taskById("cdr"));
    expect(rows.pool).toEqual([{ kind: "relation", text, head, tail, label: "induce" }]);
  });

  it("of two related names have a column for each, and places in code points in lines of JSON", () => {
    const text = "😊 =aspirin and gout";
    const ends = { head: { start: 3, end: 11, label: "Chemical" }, tail: { start: 16, end: 20, label: "Disease" } };
    const piece = { start: 0, end: text.length, labels: ["not_induce"] };
    const related: ReadNote = { note: { id: "n", file: "n.csv", text, ends }, spans: [], pieces: [piece] };
    const { data } = Papa.parse<string[]>((noteFormats.csv.write([related]).get("notes.csv") as string).trimEnd());
    expect(data).toEqual([
      ["note", "file", "label", "start", "end", "text", "head", "tail"],
      ["n", "n.csv", "not_induce", "0", "19", text, "'=aspirin", "gout"],
    ]);
    expect(JSON.parse(noteFormats.jsonl.write([related]).get("notes.jsonl") as string)).toMatchObject({
      head: { start: 2, end: 10, text: "=aspirin", type: "Chemical" },
      tail: { start: 15, end: 19, text: "gout", type: "Disease" },
    });
  });

  it("as BRAT hold at each place the text that the row says, in code points, and fragments at a line break", () => {
    const files = noteFormats.brat.write(notes);
    expect([...files.keys()]).toEqual(["one.txt", "one.ann", "two.txt", "two.ann", "three.txt", "three.ann", "annotation.conf"]);
    for (const { note } of notes) {
      expect(files.get(`${note.id}.txt`)).toBe(note.text);
      const points = [...note.text];
      for (const line of (files.get(`${note.id}.ann`) ?? "").split("\n").filter(Boolean)) {
        const [, , places = "", said] = /^(T\d+\tDisease) ([\d ;]+)\t(.*)$/.exec(line) ?? [];
        const parts = places
          .split(";")
          .map((place) => points.slice(...(place.split(" ").map(Number) as [number, number])).join(""));
        expect(parts.join(" ")).toBe(said);
      }
    }
    expect(files.get("one.ann")).toContain("renal failure");
    expect(files.get("three.ann")).toBe("");
  });

  it("as lines of JSON hold offsets in code points, as Python slices", () => {
    const [first] = (noteFormats.jsonl.write(notes).get("notes.jsonl") as string).trim().split("\n");
    const { text, spans } = JSON.parse(first as string);
    for (const { start, end, text: said } of spans) expect([...text].slice(start, end).join("")).toBe(said);
    expect(spans).toHaveLength(4);
  });

  it("as CSV are read back cell by cell, and no cell is a formula", () => {
    const cells = '=1+1,@SUM(A1)\n+2,-3,"q"';
    const evil: ReadNote = {
      note: { id: "=cmd|' /C calc'!A0", file: "-x.csv", text: cells },
      spans: [
        { start: 0, end: 4, label: "Disease" },
        { start: 14, end: 16, label: "Disease" },
        { start: 20, end: 23, label: "Disease" },
      ],
      pieces: [],
    };
    const { data } = Papa.parse<string[]>((noteFormats.csv.write([evil, ...notes]).get("notes.csv") as string).trimEnd());
    expect(data[0]).toEqual(["note", "file", "label", "start", "end", "text"]);
    expect(data[1]).toEqual(["'=cmd|' /C calc'!A0", "'-x.csv", "Disease", "0", "4", "'=1+1"]);
    expect(data[3]?.[5]).toBe('"q"');
    expect(data.every((row) => row.length === 6 && row.every((cell) => !/^\s*[=+\-@]/.test(cell)))).toBe(true);
    expect(data.at(-1)).toEqual(["three", "three.txt", "", "", "", ""]); // a note without a find is not missing
    expect(noteFormats.csv.lost([evil])[0]).toContain("the texts of the notes are not in it");
    expect(noteFormats.csv.lost([evil]).slice(1)).toEqual([
      "Cells that begin as a formula does have an apostrophe before them: 4.",
    ]);
    for (const cell of ["=1", " =1", "\t=1", "+1", "-1", "@x", "\r=1", "＝1"]) expect(neutral(cell)).toBe(`'${cell}`);
    for (const cell of ["1", "a=b", "gout", ""]) expect(neutral(cell)).toBe(cell);
  });

  it("as text have the type in place of each span, and nothing else changed", () => {
    expect(replaced(notes[1] as ReadNote)).toBe("\nSevere [Disease]\tand [Disease], again [Disease].");
    const nested = {
      ...(notes[1] as ReadNote),
      spans: [
        { start: 1, end: 12, label: "A" },
        { start: 8, end: 12, label: "B" },
      ],
    };
    expect(replaced(nested)).toBe("\n[A]\tand fever, again gout.");
    const crossed = {
      ...(notes[1] as ReadNote),
      spans: [
        { start: 8, end: 22, label: "B" },
        { start: 1, end: 12, label: "A" },
      ],
    };
    expect(replaced(crossed)).toBe("\n[A][B], again gout."); // nothing of a span stays
  });

  it("have files of their own, whatever their ids", () => {
    const ids = ["../../etc/passwd", "a/b", "a b", "A_B", "", "ü"];
    const files = noteFormats.text.write(ids.map((id) => marked(id, "x", /y/g)));
    expect([...files.keys()]).toEqual(["etc_passwd.txt", "a_b.txt", "a_b-2.txt", "A_B-3.txt", "note.txt", "ü.txt"]);
  });

  const nestedNote: ReadNote = {
    note: { id: "n", file: "n.txt", text: "Acute renal failure and gout." },
    spans: [
      { start: 6, end: 11, label: "Disease" },
      { start: 0, end: 19, label: "Disease" },
      { start: 6, end: 19, label: "Disease" },
      { start: 24, end: 28, label: "Disease" },
    ],
    pieces: [],
  };

  it("with spans that overlap hold every one of them as BRAT, and CoNLL says how many it leaves out", async () => {
    const ann = noteFormats.brat.write([nestedNote]).get("n.ann") as string;
    expect(ann.split("\n").map((row) => row.split("\t")[1])).toEqual([
      "Disease 6 11",
      "Disease 0 19",
      "Disease 6 19",
      "Disease 24 28",
      undefined,
    ]);
    expect(noteFormats.brat.lost([nestedNote])).toEqual([]);
    expect(noteFormats.conll.lost([nestedNote]).join(" ")).toContain("2 spans that overlap a longer one are not in it");
    expect(await back(conll, noteFormats.conll.write([nestedNote]))).toEqual([["Acute renal failure", "gout"]]);
  });

  it("say before what a format cannot carry", () => {
    const blank = [marked("b", "gout\n", /gout/g, "Sign or Symptom")];
    for (const id of noteFormatIds) {
      const told = noteFormats[id].lost(blank).join(" ");
      if (id === "brat" || id === "conll") expect(told).toContain('"Sign or Symptom" becomes "Sign_or_Symptom"');
      if (id === "pubtator") expect(told).toContain("Line breaks of 1 note become blanks");
    }
    expect(noteFormats.bioc.lost([marked("c", "a\u0001b", /b/g)])).toHaveLength(1);
  });
});
