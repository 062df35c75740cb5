// The program of a model's own page: unpacks the files that stand in it, reads the text that is typed, draws what was found. Sends nothing.

import { predict } from "./classifier/predict.ts";
import { loadModel } from "./classifier/saved-model.ts";
import type { Sure } from "./classifier/task-head.ts";
import { type Question, questionsOf } from "./formats/note.ts";
import { segmentsOf } from "./report/marked-text.ts";
import { type PageField, wasmName } from "./report/model-page.ts";
import { giveWasm } from "./runtime/ort.ts";
import type { Example, RelationExample, Span } from "./tasks/example.ts";
import { namedPlace } from "./tasks/named-place.ts";
import { textsOf } from "./tasks/shapes.ts";
import type { LearnableTask } from "./tasks/task.ts";
import type { Extent } from "./tasks/words.ts";

const never = new AbortController().signal;
const found = element("found", HTMLElement);
const state = element("state", HTMLElement);
const button = element("read", HTMLButtonElement);

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

/** A sentence with its spans marked, or with its labels below; the probability beside each. */
function drawn(example: Example, sure: Sure, between: string): readonly Node[] {
  const sures = [sure].flat();
  if (example.kind !== "token") {
    const labels = example.kind === "sentence" ? example.labels : [example.label];
    const said = labels.map((label, i) => `${label.replaceAll("_", " ")}, ${percent(sures[i] ?? 0)}`);
    const label = drawnAs("p", said.join("; ") || "no label", "label");
    if (example.kind !== "relation") return [...textsOf(example).map((text) => drawnAs("p", text)), label];
    const ends = [example.head, example.tail].sort((a, b) => a.start - b.start);
    const text = document.createElement("p");
    text.append(...markedText(example.text, ends));
    return [text, label];
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

const typedIn = (id: PageField["id"]): string => element(id, HTMLTextAreaElement).value;

/** Parts of what was typed. Throws in words for a name that is not in the text. */
function questionsIn(task: LearnableTask, text: string): readonly Question[] {
  if (task.shape === "relation") return [{ start: 0, end: text.length, example: relationIn(task, text) }];
  const second = task.shape === "pair" ? { second: typedIn("second") } : {};
  return questionsOf(task.shape, { id: "text", file: "text", text, ...second });
}

function relationIn({ head, tail }: LearnableTask<"relation">, text: string): RelationExample {
  const place = (id: "head" | "tail", type: string, besides?: Extent): Span => {
    const name = typedIn(id).trim();
    const found = namedPlace(text, name, besides);
    if (!found) throw new Error(name === "" ? `no ${type} is named` : `the sentence does not hold the ${type} "${name}"`);
    return { ...found, label: type };
  };
  const first = place("head", head.type);
  return { kind: "relation", text, head: first, tail: place("tail", tail.type, first), label: "" };
}

async function main(): Promise<void> {
  const classifier = await open();
  const { shape } = classifier.task;
  state.textContent = "Ready.";
  button.disabled = false;
  const read = async () => {
    const text = typedIn("text");
    const questions = questionsIn(classifier.task, text);
    const examples = questions.map(({ example }) => example);
    if (examples.length === 0) throw new Error("there is no text in the box");
    for await (const event of predict(classifier, examples, never)) {
      if (event.type === "progress") state.textContent = `Read ${event.done} of ${event.total} parts.`;
      if (event.type !== "predicted") continue;
      const nodes = event.examples.flatMap((example, i) =>
        drawn(example, event.sure[i] as Sure, text.slice(questions[i - 1]?.end ?? 0, questions[i]?.start)),
      );
      const whole = document.createElement("p");
      whole.append(...nodes, document.createTextNode(shape === "token" ? text.slice(questions.at(-1)?.end) : ""));
      found.replaceChildren(...(shape === "token" ? [whole] : nodes));
      state.textContent = said(event.examples);
    }
  };
  element("form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    read()
      .catch(failed)
      .finally(() => {
        button.disabled = false;
      });
  });
}

function said(examples: readonly Example[]): string {
  const spans = examples.reduce((n, example) => n + (example.kind === "token" ? example.spans.length : 0), 0);
  const parts = `${examples.length} part${examples.length === 1 ? "" : "s"} read`;
  return examples.some(({ kind }) => kind === "token") ? `${parts}, ${spans} marked.` : `${parts}.`;
}

function failed(error: unknown): void {
  state.textContent = `It did not work: ${error instanceof Error ? error.message : String(error)}.`;
}

await main().catch(failed);
