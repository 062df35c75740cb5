// The program of a model's own page: unpacks the files that stand in it, reads what is typed or picked, draws what was found. Sends nothing.

import type { Classifier } from "./classifier/classifier.ts";
import { predict } from "./classifier/predict.ts";
import { loadModel } from "./classifier/saved-model.ts";
import type { Sure } from "./classifier/task-head.ts";
import { cutRemarks, type Note, type Question, questionsOf, type ReadNote, readNote } from "./formats/note.ts";
import { type NoteField, typedNote } from "./formats/note-fields.ts";
import { noteFormats } from "./formats/note-format.ts";
import { type ReadNotes, readNotes } from "./formats/notes-read.ts";
import { segmentsOf } from "./report/marked-text.ts";
import { wasmName } from "./report/model-page.ts";
import { giveWasm } from "./runtime/ort.ts";
import type { Example, Span } from "./tasks/example.ts";
import { textsOf } from "./tasks/shapes.ts";

/** Notes that are drawn at most; the files that are saved hold all. */
const drawnAtMost = 200;

const found = element("found", HTMLElement);
const state = element("state", HTMLElement);
const button = element("read", HTMLButtonElement);
const stop = element("stop", HTMLButtonElement);
const files = element("files", HTMLInputElement);
const taken = element("taken", HTMLElement);

function element<E extends HTMLElement>(id: string, kind: abstract new () => E): E {
  const one = document.getElementById(id);
  if (one instanceof kind) return one;
  throw new Error(`the page has no ${id}`);
}

/** Blocks leave the document as they are read, so that a file is held once. */
async function unpacked(): Promise<Map<string, Blob>> {
  const parts = new Map<string, Blob[]>();
  for (const block of [...document.querySelectorAll<HTMLElement>("script.block")]) {
    const name = block.dataset.file ?? "";
    parts.set(name, [...(parts.get(name) ?? []), new Blob([bytesOf(block.textContent ?? "")])]);
    block.remove();
    await new Promise((resolve) => setTimeout(resolve)); // the page stays alive
  }
  return new Map([...parts].map(([name, blobs]) => [name, new Blob(blobs)]));
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

async function open() {
  const files = await unpacked();
  const packed = (files.get(wasmName) as Blob).stream();
  await giveWasm(await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
  files.delete(wasmName);
  return loadModel(files, "wasm");
}

const percent = (p: number): string => `${(100 * p).toFixed(p > 0.995 && p < 1 ? 1 : 0)} %`;

function drawnAs(tag: string, text: string, name = ""): HTMLElement {
  const one = document.createElement(tag);
  one.textContent = text;
  if (name) one.className = name;
  return one;
}

/** A paragraph of a note, in the direction of its writing. */
function paragraph(...nodes: readonly (Node | string)[]): HTMLElement {
  const one = document.createElement("p");
  one.dir = "auto";
  one.append(...nodes);
  return one;
}

/** A sentence with its spans marked, or with its labels below; the probability beside each. */
function drawn(example: Example, sure: Sure, between: string): readonly Node[] {
  const sures = [sure].flat();
  if (example.kind !== "token") {
    const labels = example.kind === "sentence" ? example.labels : [example.label];
    const said = labels.map((label, i) => `${label.replaceAll("_", " ")}, ${percent(sures[i] ?? 0)}`);
    const label = drawnAs("p", said.join("; ") || "no label", "label");
    if (example.kind !== "relation") return [...textsOf(example).map((text) => paragraph(text)), label];
    const ends = [example.head, example.tail].sort((a, b) => a.start - b.start);
    return [paragraph(...markedText(example.text, ends)), label];
  }
  return [document.createTextNode(between), ...markedText(example.text, example.spans, sures)];
}

/** The text with each span under its name, and its probability where it has one. */
function markedText(text: string, spans: readonly Span[], sures: readonly number[] = []): Node[] {
  let next = 0;
  return segmentsOf(text, spans).map((segment): Node => {
    if (segment.label === undefined) return document.createTextNode(segment.text);
    const ruby = drawnAs("ruby", "", "entity");
    const name = drawnAs("rt", ` ${segment.label.toLowerCase()} `);
    const sure = sures[next++];
    if (sure !== undefined) name.append(drawnAs("span", percent(sure), "sure"));
    ruby.append(drawnAs("mark", segment.text), name);
    return ruby;
  });
}

const typedIn = (id: NoteField["id"]): string => element(id, HTMLTextAreaElement).value;

/** A note with its questions, and their answers in the same order. */
interface Answered {
  readonly note: Note;
  readonly questions: readonly Question[];
  readonly examples: readonly Example[];
  readonly sure: readonly Sure[];
  /** Questions of which a part was not read. */
  readonly cut: number;
}

async function answered(classifier: Classifier, notes: readonly Note[], signal: AbortSignal): Promise<readonly Answered[]> {
  const asked = notes.map((note) => questionsOf(classifier.task.shape, note));
  const all = asked.flat().map(({ example }) => example);
  if (all.length === 0) throw new Error("there is no text to read");
  for await (const event of predict(classifier, all, signal)) {
    if (event.type === "progress") state.textContent = `Read ${event.done} of ${event.total} parts.`;
    if (event.type !== "predicted") continue;
    let next = 0;
    return notes.map((note, i) => {
      const questions = asked[i] ?? [];
      const from = next;
      next += questions.length;
      const [examples, sure] = [event.examples.slice(from, next), event.sure.slice(from, next)];
      return { note, questions, examples, sure, cut: event.cut.slice(from, next).filter(Boolean).length };
    });
  }
  throw new Error("the model gave no answer");
}

/** A note's parts in order, with the text between them. */
function drawnNote({ note: { text }, questions, examples, sure }: Answered): readonly Node[] {
  const nodes = examples.flatMap((example, i) =>
    drawn(example, sure[i] as Sure, text.slice(questions[i - 1]?.end ?? 0, questions[i]?.start)),
  );
  if (questions.length === 0) return [paragraph(text), drawnAs("p", "not read: nothing is asked here", "label")];
  if (examples.some(({ kind }) => kind !== "token")) return nodes;
  return [paragraph(...nodes, text.slice(questions.at(-1)?.end ?? 0))];
}

function show(all: readonly Answered[], readingRemarks: readonly string[]): void {
  const sum = (of: (one: Answered) => number) => all.reduce((n, one) => n + of(one), 0);
  const remarks = [
    ...readingRemarks,
    ...cutRemarks(
      sum(({ cut }) => cut),
      sum(({ questions }) => questions.length),
    ),
  ];
  const nodes = all
    .slice(0, drawnAtMost)
    .flatMap((one) => (all.length === 1 ? drawnNote(one) : [drawnAs("h3", one.note.id), ...drawnNote(one)]));
  const more = all.length > drawnAtMost ? [`The first ${drawnAtMost} of ${all.length} are shown; a saved file holds all.`] : [];
  found.replaceChildren(...[...remarks.map((remark) => `${remark}.`), ...more].map((line) => drawnAs("p", line)), ...nodes);
  offer(all.map(({ note, questions, examples }) => readNote(note, questions, examples)));
  state.textContent = said(all.flatMap(({ examples }) => examples));
}

/** Addresses of the last result's files: they go with it. */
let offered: readonly string[] = [];

function offer(notes: readonly ReadNote[]): void {
  for (const address of offered) URL.revokeObjectURL(address);
  const links = (["csv", "jsonl"] as const).map((id) => {
    const format = noteFormats[id];
    const [[name, text] = ["", ""]] = format.write(notes);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = name;
    link.textContent = `Save as ${format.name}`;
    return { link, lost: format.lost(notes) };
  });
  offered = links.map(({ link }) => link.href);
  taken.replaceChildren(
    ...links.map(({ link }) => link),
    ...links.flatMap(({ lost }) => lost).map((sentence) => drawnAs("p", sentence)),
  );
}

async function main(): Promise<void> {
  const classifier = await open();
  state.textContent = "Ready.";
  let reading: AbortController | undefined;
  const busy = (now: boolean) => {
    button.disabled = now;
    files.disabled = now;
    stop.hidden = !now;
  };
  busy(false);
  const read = async (notes: () => Promise<ReadNotes> | ReadNotes) => {
    const { signal } = (reading = new AbortController());
    const from = document.activeElement;
    busy(true);
    stop.focus();
    try {
      const given = await notes();
      show(await answered(classifier, given.notes, signal), given.remarks);
    } catch (error) {
      if (signal.aborted) state.textContent = "Stopped. What stands below is the answer before.";
      else failed(error);
    } finally {
      busy(false);
      if (from instanceof HTMLElement) from.focus(); // a hidden button holds it no more
    }
  };
  stop.addEventListener("click", () => reading?.abort());
  element("form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void read(() => ({ notes: [typedNote(classifier.task, typedIn)], remarks: [] }));
  });
  files.addEventListener("change", () => {
    const picked = new Map([...(files.files ?? [])].map((file) => [file.name, file]));
    files.value = ""; // the same file again is another try
    if (picked.size > 0) void read(() => readNotes(picked, classifier.task));
  });
}

function said(examples: readonly Example[]): string {
  const spans = examples.reduce((n, example) => n + (example.kind === "token" ? example.spans.length : 0), 0);
  const parts = `${examples.length} part${examples.length === 1 ? "" : "s"} read`;
  return examples.some(({ kind }) => kind === "token") ? `${parts}, ${spans} marked.` : `${parts}.`;
}

function failed(error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  state.textContent = `It did not work: ${why.replace(/\.$/, "")}.`;
  found.replaceChildren();
  taken.replaceChildren();
}

await main().catch(failed);
