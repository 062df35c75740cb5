// A trained model's folder as one HTML page, written by the command line part by part. Knows no argument.

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import type { ModelFiles } from "../src/classifier/encoder-files.ts";
import { loadModel, readCard } from "../src/classifier/saved-model.ts";
import { type Note, questionsOf } from "../src/formats/note.ts";
import { noteFields, noteFiles } from "../src/formats/note-fields.ts";
import { pageModel } from "../src/procedures/page-model.ts";
import { readCardMarkdown } from "../src/report/model-card-text.ts";
import { inlineScript, modelPageParts, type Rounding } from "../src/report/model-page.ts";
import { taskOf } from "../src/tasks/catalogue.ts";
import { modelPageCode } from "./model-page-script.ts";
import { nodeOrt, wasmFile } from "./node-ort.ts";
import { writeWholeFrom } from "./whole-file.ts";

const cardFile = "README.md";
/** Files of a folder that the page needs; others, as ONNX's, would only make it larger. */
const needed = /^(model\.safetensors|pytorch_model\.bin|.*\.json|.*\.txt)$/;

/** The card's text is that of the folder's README.md. Errors: those of `loadModel` and of the disk. */
export async function writePage(path: string, files: ModelFiles, notes: readonly Note[]): Promise<Rounding & { bytes: number }> {
  await nodeOrt();
  const task = taskOf((await readCard(files)).task);
  const examples = notes.flatMap((note) => questionsOf(task.shape, note).map(({ example }) => example));
  const own = new Map([...files].filter(([name]) => needed.test(name)));
  const model = await pageModel(own, examples, (of) => loadModel(of, "wasm"), new AbortController().signal);
  const card = readCardMarkdown((await files.get(cardFile)?.text()) ?? "");
  const sections =
    card.sections.length > 0
      ? card.sections
      : [{ title: "What it does", blocks: [{ kind: "text", text: summaryOf(task) }] } as const];
  const script = inlineScript(await modelPageCode());
  const scriptHash = createHash("sha256").update(script).digest("base64");
  const content = {
    title: card.title || task.name,
    sections,
    files: model.files,
    rounding: model.rounding,
    fields: noteFields(task),
    notes: noteFiles(task),
  };
  const parts = modelPageParts(content, { script, scriptHash, wasm: new Blob([readFileSync(wasmFile)]) });
  await writeWholeFrom(path, Readable.from(parts));
  return { bytes: statSync(path).size, ...model.rounding };
}

const summaryOf = (task: ReturnType<typeof taskOf>): string =>
  `${task.name}. Labels: ${task.labels.map(({ id }) => id).join(", ")}. Its folder has no README.md that says more.`;
