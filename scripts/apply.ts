// npm run apply: a trained model on files, rows of a table and notes, in Node. Prints what it found and, last, one line of JSON.

import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { ClinfuseError } from "../src/base/errors.ts";
import { loadModel, readCard } from "../src/classifier/saved-model.ts";
import { cutRemarks, type Note, questionsOf, type ReadNote } from "../src/formats/note.ts";
import { type NoteFormatId, noteFormatIds, noteFormats } from "../src/formats/note-format.ts";
import { type ReadNotes, readNotes } from "../src/formats/notes-read.ts";
import { applyTo } from "../src/procedures/apply.ts";
import { taskIdOf, taskOf } from "../src/tasks/catalogue.ts";
import type { Task } from "../src/tasks/task.ts";
import { writePage } from "./apply-page.ts";
import { faultOf, runAsCommand } from "./command.ts";
import { nodeOrt } from "./node-ort.ts";
import { readOptions } from "./options.ts";
import { requireFile, requireFolder } from "./out-places.ts";
import { pathsUnder, pickedFiles } from "./picked-files.ts";
import { writeWhole } from "./whole-file.ts";

const usage = `npm run apply -- MODEL PATH... [--task ID] [--column NAME] [--format ${noteFormatIds.join("|")}] [--out DIR]
npm run apply -- MODEL [PATH...] --page FILE

  MODEL     folder of a trained model: "model" of what npm run demo leaves, or the unpacked download of the app
  PATH      notes: text files, folders of them, tables (CSV, TSV, JSON Lines) with a note in each row; "-" takes one from the pipe
  --task    refuses a model of another task than this
  --column  the column of the notes (text, note and the like are found by themselves); FIRST,SECOND where two texts are compared,
            TEXT,HEAD,TAIL where two names in a text are related (columns called head and tail, or by the names' types, are found)
  --format  csv, tsv: a row for each find, or for each labelled sentence; jsonl: a line for each note; brat: a .txt and an .ann for each note; xmi: a file for each note, as
            INCEpTION takes it; pubtator, bioc, bioc-json, conll, doccano, label-studio: one file; text: the notes with [Type] in place of
            each find. Offsets count code points (doccano, xmi: UTF-16 units). Absent: jsonl into --out, else lines to read
  --out     folder for the files; absent, they are printed, where the format is one file
  --page    writes the model as one HTML page, which runs it alone and offline. Notes that are named choose its weights: half
            precision where every label of the first 100 sentences stays the same, else (and without notes) float32

Long notes are read sentence by sentence, and long sentences in windows; offsets are those of the whole note. What a label is given to
has no windows: a part of a long one is not read, and "cut" counts those.
The last line is one JSON object: {"ok", "task", "notes", "empty", "pieces", "cut", "found", "byLabel", "format", "out", "files"};
for a page {"ok", "task", "page", "bytes", "precision", "compared", "changed", "largest"}.
Exit code: 0, or 1 for files that cannot be read or used, or 2 for wrong arguments.
`;

interface Asked {
  readonly model: string;
  readonly paths: readonly string[];
  readonly task?: string;
  readonly column?: string;
  readonly format?: NoteFormatId;
  readonly out?: string;
  readonly page?: string;
}

function asked(args: readonly string[]): Asked | "help" {
  const { values, positionals } = readOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      task: { type: "string" },
      column: { type: "string" },
      format: { type: "string" },
      out: { type: "string" },
      page: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const [model, ...paths] = positionals;
  if (model === undefined) throw new Error("MODEL is missing: the folder of a trained model");
  const { task, column, out, page, format: name } = values;
  if (page !== undefined && (out ?? name) !== undefined)
    throw new Error("--page writes one file: it takes neither --out nor --format");
  if (paths.length === 0 && page === undefined) throw new Error('PATH is missing: files of notes, or "-" for the pipe');
  const format = noteFormatIds.find((id) => id === name);
  if (name !== undefined && format === undefined)
    throw new Error(`--format is one of ${noteFormatIds.join(", ")}, not ${JSON.stringify(name)}`);
  if (out === undefined && (format === "brat" || format === "text" || format === "xmi"))
    throw new Error(`--format ${format} writes a file for each note: name a folder with --out`);
  if (out !== undefined) requireFolder("out", out);
  if (page !== undefined) requireFile("page", page);
  return {
    model,
    paths,
    ...(task === undefined ? {} : { task }),
    ...(column === undefined ? {} : { column }),
    ...(out === undefined ? {} : { out }),
    ...(page === undefined ? {} : { page }),
    ...(format === undefined ? {} : { format }),
  };
}

/** Files of a model's folder, or of the folder "model" in it. Throws `model-missing`. */
function modelFiles(folder: string): ReadonlyMap<string, Blob> {
  const place = [folder, join(folder, "model")].find((path) => existsSync(join(path, "clinfuse.json")));
  if (place !== undefined) return pickedFiles([place]);
  if (!existsSync(folder)) throw new ClinfuseError("model-missing", `there is no folder ${folder}`, { file: folder });
  const why = /\.zip$/i.test(folder)
    ? "is an archive: unpack it and name the folder"
    : "holds no clinfuse.json, which every model trained by Clinfuse has";
  throw new ClinfuseError("model-missing", `${folder} ${why}`, { file: folder });
}

/** Exit code of the command. The last line that it prints is JSON, but for --help. Throws Error for a wrong argument. */
export async function main(
  args: readonly string[],
  print: (line: string) => void,
  tell: (line: string) => void,
): Promise<number> {
  const request = asked(args);
  if (request === "help") {
    print(usage.trimEnd());
    return 0;
  }
  try {
    await run(request, print, tell);
    return 0;
  } catch (error) {
    if (!(error instanceof ClinfuseError)) throw error;
    tell(error.message);
    if (error.code === "format-unknown")
      tell(
        "--column NAME names the column of the notes; FIRST,SECOND those of two texts; TEXT,HEAD,TAIL a text's and its names'.",
      );
    print(JSON.stringify({ ok: false, error: faultOf(error) }));
    return 1;
  }
}

async function run(request: Asked, print: (line: string) => void, tell: (line: string) => void): Promise<void> {
  const files = modelFiles(request.model);
  const task = taskOf((await readCard(files)).task);
  const unfit = (what: string) => new ClinfuseError("model-unsupported", what, { file: request.model, what: task.name });
  if (request.task !== undefined && request.task !== task.id)
    throw unfit(`the model was trained for ${task.id} (${task.name}), not for ${request.task}`);
  if (request.page !== undefined) {
    const read = request.paths.length === 0 ? { notes: [], remarks: [] } : await notesOf(request.paths, task, request.column);
    for (const remark of read.remarks) tell(remark);
    requireNoNote(request, undefined, read.notes);
    print(
      JSON.stringify({
        ok: true,
        task: taskIdOf(task),
        page: request.page,
        ...(await writePage(request.page, files, read.notes)),
      }),
    );
    return;
  }
  const format = request.format ?? (request.out === undefined ? undefined : "jsonl");
  if (format && task.shape !== "token" && !noteFormats[format].labels)
    throw unfit(
      `${noteFormats[format].name} carries spans, and ${task.name} labels whole texts: take csv, tsv, jsonl, doccano or label-studio`,
    );
  const { notes, remarks } = await notesOf(request.paths, task, request.column);
  for (const remark of remarks) tell(remark);
  requireNoNote(request, format, notes);
  await nodeOrt();
  const classifier = await loadModel(files, "wasm");
  try {
    let told = Date.now();
    for await (const event of applyTo(classifier, notes, new AbortController().signal)) {
      if (event.type === "progress" && Date.now() - told > 2000) {
        told = Date.now();
        tell(`read ${event.done} of ${event.total} pieces`);
      }
      if (event.type !== "applied") continue;
      for (const remark of cutRemarks(event.cut, event.pieces)) tell(remark);
      const written = writeOut(request, format, event.notes, print, tell);
      print(
        JSON.stringify({
          ok: true,
          task: taskIdOf(task),
          ...counts(event.notes, task),
          pieces: event.pieces,
          cut: event.cut,
          format: format ?? null,
          out: request.out ?? null,
          files: written,
        }),
      );
    }
  } finally {
    await classifier.close();
  }
}

/** "-" is what comes in by the pipe. */
async function notesOf(paths: readonly string[], task: Task, column: string | undefined): Promise<ReadNotes> {
  const named = paths.filter((path) => path !== "-");
  const files = named.length === 0 ? new Map<string, Blob>() : pickedFiles(named);
  const piped = named.length < paths.length ? [["pasted.txt", new Blob([readFileSync(0)])] as const] : [];
  const read = await readNotes(new Map([...piped, ...files]), task, column);
  if (read.notes.length > 0) return read;
  throw new ClinfuseError("file-empty", `${paths.join(", ")} holds no note`, { file: paths[0] ?? "" });
}

function counts(
  notes: readonly ReadNote[],
  { shape }: Task,
): {
  readonly notes: number;
  readonly empty: number;
  readonly found: number;
  readonly byLabel: Readonly<Record<string, number>>;
} {
  const byLabel: Record<string, number> = {};
  const labels = notes.flatMap(({ spans, pieces }) => [
    ...spans.map(({ label }) => label),
    ...pieces.flatMap((piece) => piece.labels),
  ]);
  for (const label of [...labels].sort()) byLabel[label] = (byLabel[label] ?? 0) + 1;
  return {
    notes: notes.length,
    empty: notes.filter(({ note }) => questionsOf(shape, note).length === 0).length,
    found: labels.length,
    byLabel,
  };
}

/** Throws an Error where a file of the results would be written over a note. The files' names follow from the notes alone. */
function requireNoNote({ out, page, paths }: Asked, format: NoteFormatId | undefined, notes: readonly Note[]): void {
  const real = (path: string) => (existsSync(path) ? realpathSync(path) : resolve(path));
  const inputs = new Set(paths.filter((path) => path !== "-").flatMap((path) => [...pathsUnder(path).values()].map(real)));
  const [option, files] =
    page !== undefined
      ? ["--page", [page]]
      : ["--out", out === undefined || format === undefined ? [] : filesOf(format, notes).map((path) => join(out, path))];
  const over = files.find((path) => inputs.has(real(path)));
  if (over !== undefined)
    throw new Error(`${option}: ${over} is one of the notes; name another ${page === undefined ? "folder" : "file"}`);
}

/** Paths of the files of these notes, whatever is found in them. */
const filesOf = (format: NoteFormatId, notes: readonly Note[]): readonly string[] => [
  ...noteFormats[format].write(notes.map((note) => ({ note, spans: [], pieces: [] }))).keys(),
];

/** Paths of the files that were written; none where they were printed. */
function writeOut(
  { out }: Asked,
  format: NoteFormatId | undefined,
  notes: readonly ReadNote[],
  print: (line: string) => void,
  tell: (line: string) => void,
): readonly string[] {
  if (format === undefined) {
    for (const note of notes) for (const line of lines(note)) print(line);
    return [];
  }
  for (const sentence of noteFormats[format].lost(notes)) tell(sentence);
  const contents = noteFormats[format].write(notes);
  if (out === undefined) {
    for (const content of contents.values()) print(content.replace(/\r?\n$/, ""));
    return [];
  }
  for (const [path, content] of contents) writeWhole(join(out, path), content);
  return [...contents.keys()];
}

/** Finds of a note, a line each, to read. */
function lines({ note, spans, pieces }: ReadNote): string[] {
  const said = ({ start, end }: { readonly start: number; readonly end: number }) =>
    note.text.slice(start, end).replace(/\s+/g, " ");
  const beside = [
    ...(note.second === undefined ? [] : [note.second.replace(/\s+/g, " ")]),
    ...(note.ends ? [said(note.ends.head), said(note.ends.tail)] : []),
  ];
  return [
    ...spans.map((span) => `${note.id}\t${span.start}-${span.end}\t${span.label}\t${said(span)}`),
    ...pieces.map(
      (piece) =>
        `${note.id}\t${piece.start}-${piece.end}\t${[piece.labels.join("; ") || "none", said(piece), ...beside].join("\t")}`,
    ),
  ];
}

await runAsCommand(import.meta.url, main, { usage, beside: { ok: false }, exitCode: 2 });
