// Notes from tables and from what is typed, for tasks of pairs and of relations.

import { describe, expect, it } from "vitest";
import { questionsOf } from "../../../src/formats/note.ts";
import { noteFields, typedNote } from "../../../src/formats/note-fields.ts";
import { readNotes } from "../../../src/formats/notes-read.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";
import type { Task } from "../../../src/tasks/task.ts";

const [cdr, gad, mqp] = [taskById("cdr"), taskById("gad"), taskById("mqp")];
const read = (task: Task, text: string, column?: string) => readNotes(new Map([["t.csv", new Blob([text])]]), task, column);

describe("a table for a relation's model", () => {
  it.each([
    ["the names' types", "id,text,Chemical,Disease\n7,Zolmine gave him gout.,Zolmine,gout\n"],
    ["head and tail", "tail,head,note,id\ngout,Zolmine,Zolmine gave him gout.,7\n"],
  ])("has its three columns by %s", async (_, table) => {
    const { notes } = await read(cdr, table);
    expect(notes.flatMap((note) => questionsOf("relation", note)).map(({ example }) => example)).toEqual([
      {
        kind: "relation",
        text: "Zolmine gave him gout.",
        head: { start: 0, end: 7, label: "Chemical" },
        tail: { start: 17, end: 21, label: "Disease" },
        label: "",
      },
    ]);
    expect(notes[0]?.id).toBe("7");
  });

  it("has them as the user names them, and a row without a name is kept, asks nothing and is told with its line", async () => {
    const table = "a,b,c\nZolmine and gout.,Zolmine,gout\n\nNothing here.,Zolmine,gout\nGout alone.,Gout,\n";
    const { notes, remarks } = await read(cdr, table, "a, b, c");
    expect(notes.map((note) => questionsOf("relation", note).length)).toEqual([1, 0, 0]);
    expect(remarks).toEqual([
      't.csv: 3 rows, the column "a" beside "b" and "c"; 2 of them ask nothing, the first in line 4: the text does not hold the Chemical "Zolmine"',
    ]);
  });

  it("needs no columns for the names that its corpus hides behind signs", async () => {
    const { notes } = await read(gad, "text\n@GENE$ is high in @DISEASE$.\n");
    expect(notes[0]?.ends).toEqual({
      head: { start: 18, end: 27, label: "Disease" },
      tail: { start: 0, end: 6, label: "Gene" },
    });
    await expect(read(cdr, "text\nZolmine and gout.\n")).rejects.toThrow(
      't.csv has no columns for the text, the Chemical and the Disease among "text"',
    );
  });

  it("is asked for where a plain text comes", async () => {
    await expect(readNotes(new Map([["a.txt", new Blob(["Zolmine and gout."])]]), cdr)).rejects.toThrow(
      "relates two names in it",
    );
  });
});

it("a pair with one empty text asks nothing", async () => {
  const { notes } = await read(mqp, "text_1,text_2\nIs it gout?,\n,Is it gout?\nIs it gout?,Have I gout?\n");
  expect(notes.map((note) => questionsOf("pair", note).length)).toEqual([0, 0, 1]);
});

describe("a typed note", () => {
  const typed = (task: Task, of: Record<string, string>) => typedNote(task, (id) => of[id] ?? "");

  it("has the fields of its task, each once", () => {
    for (const task of [cdr, gad, mqp, taskById("hoc"), taskById("casi")]) {
      const ids = noteFields(task).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids[0]).toBe("text");
    }
  });

  it("of two names takes for the second a place apart from the first's", () => {
    const of = { text: "Iron is low; iron overload is not.", head: "iron", tail: " iron overload " };
    expect(() => typed(cdr, of)).toThrow('the text does not hold the Disease "iron overload"');
    expect(typed(cdr, { ...of, head: "Iron" }).ends).toEqual({
      head: { start: 0, end: 4, label: "Chemical" },
      tail: { start: 13, end: 26, label: "Disease" },
    });
  });

  it("of a name takes the place as it is written, and in other case only where there is none", () => {
    const endsOf = (text: string, head: string) => typed(cdr, { text, head, tail: "gout" }).ends?.head;
    expect(endsOf("Zolmine, then zolmine, gave him gout.", "zolmine")).toEqual({ start: 14, end: 21, label: "Chemical" });
    expect(endsOf("Zolmine gave him gout.", "zolmine")).toEqual({ start: 0, end: 7, label: "Chemical" });
    // A capital that is two characters in lower case would move every place behind it.
    expect(() => endsOf("\u0130: Zolmine gave him gout.", "zolmine")).toThrow('the text does not hold the Chemical "zolmine"');
  });

  it.each([
    [cdr, { text: "Zolmine gave him gout.", head: "", tail: "gout" }, "no Chemical is named"],
    [cdr, { text: "Zolmine gave him gout.", head: "Zolmine", tail: "cough" }, 'the text does not hold the Disease "cough"'],
    [mqp, { text: "Is it gout?", second: " " }, "the second text is empty"],
  ] as const)("says what is missing: %#", (task, of, why) => {
    expect(() => typed(task, of)).toThrow(why);
  });
});

describe("a note in Windows-1252", () => {
  it("is read so and told, a byte that is no character of it refused by its line", async () => {
    const note = (byte: number) =>
      new Map([["a.txt", new Blob([Uint8Array.from([71, 111, 117, 116, 10, 0x63, 0x66, byte, 46])])]]);
    const { notes, remarks } = await readNotes(note(0xe9), taskById("bc5cdr-disease"));
    expect(notes).toEqual([{ id: "a", file: "a.txt", text: "Gout\ncfé." }]);
    expect(remarks).toEqual(["1 line of a.txt is no UTF-8 and was read as Windows-1252 (line 2)"]);
    await expect(readNotes(note(0x81), taskById("bc5cdr-disease"))).rejects.toThrow("a.txt, line 2: not UTF-8");
  });
});
