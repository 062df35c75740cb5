// A trained model on its way out: a folder in one archive, or one page. Knows no component.

import { appFile } from "../../../base/app-file.ts";
import { sha256 } from "../../../base/hash.ts";
import { noteFields, noteFiles } from "../../../formats/note-fields.ts";
import { writeZip } from "../../../formats/zip.ts";
import type { ModelCard } from "../../../report/model-card.ts";
import { cardMarkdown } from "../../../report/model-card-text.ts";
import { inlineScript, modelPageParts } from "../../../report/model-page.ts";
import type { Device } from "../../../runtime/device.ts";
import type { Example } from "../../../tasks/example.ts";
import type { Task } from "../../../tasks/task.ts";
import type { Download } from "../../parts/save.ts";
import type { Services } from "../../services.ts";

export interface Leaving {
  /** Name of the file, without its extension. */
  readonly name: string;
  readonly model: string;
  readonly card: ModelCard;
  readonly task: Task;
  readonly device: Device | "auto";
  /** Examples that decide whether half precision is enough. */
  readonly compared: readonly Example[];
  readonly trained: Pick<Services["train"], "trainedFiles" | "onnxFiles" | "pageModel">;
  readonly tell: (now: string, done: number, total: number) => void;
}

export async function modelFolder({ name, model, card, trained, tell }: Leaving, signal: AbortSignal): Promise<Download> {
  tell("Writing the trained model as ONNX", 0, 3);
  const onnx = await trained.onnxFiles({ model }, signal);
  tell("Reading the trained model's files", 1, 3);
  const own = await trained.trainedFiles({ model }, signal);
  const readme = new Blob([cardMarkdown(card)], { type: "text/markdown" });
  const files = Object.entries({ "README.md": readme, ...onnx, ...own }).map(([path, content]) => ({
    path: `${name}/${path}`,
    content,
  }));
  const onBytes = (done: number, total: number) => tell("Writing the archive", 2 + done / total, 3);
  return { name: `${name}.zip`, blob: await writeZip(`${name}.zip`, files, signal, onBytes) };
}

/** Blobs of a part each: the browser keeps large ones on the disk. */
export async function modelPageFile(leaving: Leaving, signal: AbortSignal): Promise<Download> {
  const { name, model, card, task, device, compared, trained, tell } = leaving;
  tell("Comparing the model in half precision with the whole", 0, 2);
  const { files, rounding } = await trained.pageModel({ model, device, examples: compared }, signal);
  tell("Writing the page", 1, 2);
  const [program, wasm] = await Promise.all([appFile("vendor/model-page.js"), appFile("vendor/ort/ort-wasm-simd-threaded.wasm")]);
  const script = inlineScript(await program.text());
  const content = {
    title: card.title,
    sections: card.sections,
    files: new Map(Object.entries(files)),
    rounding,
    fields: noteFields(task),
    notes: noteFiles(task),
  };
  const parts: Blob[] = [];
  for await (const part of modelPageParts(content, { script, scriptHash: base64OfHex(await sha256(script)), wasm })) {
    signal.throwIfAborted();
    parts.push(new Blob([part]));
  }
  return { name: `${name}.html`, blob: new Blob(parts, { type: "text/html" }) };
}

const base64OfHex = (hex: string): string => btoa(hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))));
