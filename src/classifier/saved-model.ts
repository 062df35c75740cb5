// A trained classifier as files that transformers loads too, and back. Knows no storage.

import { ClinfuseError } from "../base/errors.ts";
import { sha256OfBlob } from "../base/hash.ts";
import type { Device } from "../runtime/device.ts";
import { type TaskRef, taskOf, tasks } from "../tasks/catalogue.ts";
import type { LearnableTask, Task } from "../tasks/task.ts";
import { readTaskJson, taskJson } from "../tasks/task-file.ts";
import { halvedSafetensors, writeSafetensors } from "../weights/safetensors.ts";
import { type Classifier, openClassifier } from "./classifier.ts";
import { type ModelFiles, openEncoder } from "./encoder-files.ts";
import { mergedLora } from "./merged-lora.ts";
import { headOf, markersOf, outputNames, type TaskHead } from "./task-head.ts";
import { leavesAs, type Variant, variantRow, variants } from "./variant.ts";

/** Our file beside those of transformers: the model's task, and the hashes of the others. */
const cardName = "clinfuse.json";
const weightsName = "model.safetensors";

export interface Card {
  /** A task of the paper by its id; a task of the user's own whole, as its file has it. */
  readonly task: TaskRef;
  readonly maxTokens: number;
  /** Absent: `plain`. */
  readonly variant?: Variant;
  /** A sentence on what other programs make of the folder. Absent where nothing needs to be said. */
  readonly note?: string;
  /** Hex SHA-256 by file name. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** Class of transformers that holds such a model. */
const architectures: Readonly<Record<TaskHead, string>> = {
  token: "BertForTokenClassification",
  single: "BertForSequenceClassification",
  multi: "BertForSequenceClassification",
};

const problems: Readonly<Record<TaskHead, string | undefined>> = {
  token: undefined,
  single: "single_label_classification",
  multi: "multi_label_classification",
};

/**
 * model.safetensors (float32), config.json with `architectures` and `id2label`, the tokenizer's own files, and clinfuse.json. The
 * classifier stays of use.
 */
export async function saveModel(classifier: Classifier): Promise<Map<string, Blob>> {
  const { task, encoder, names, maxTokens, trainer, trains, variant } = classifier;
  const files = new Map<string, Blob>();
  files.set(weightsName, writeSafetensors(mergedLora(await trainer.read(), trains), { format: "pt" })); // transformers asks for "pt"
  files.set("config.json", jsonBlob(modelConfig(encoder.configJson, task, names, variant)));
  for (const [name, text] of encoder.tokenizerFiles) files.set(name, new Blob([text]));
  const hashes: Record<string, string> = {};
  for (const [name, file] of files) hashes[name] = await sha256OfBlob(file);
  const named = tasks.some(({ id }) => id === task.id) ? task.id : taskJson(task as Task);
  const note = leavesAs(variant, task);
  const own = variant === "plain" ? {} : { variant, ...(note === undefined ? {} : { note }) };
  files.set(cardName, jsonBlob({ task: named, maxTokens, ...markersIn(task), ...own, sha256: hashes }));
  return files;
}

/** For readers other than Clinfuse: the tokens before and behind each entity of a relation. */
function markersIn(task: LearnableTask): object {
  const [opensHead, closesHead, opensTail, closesTail] = markersOf(task);
  return opensHead === undefined ? {} : { markers: { head: [opensHead, closesHead], tail: [opensTail, closesTail] } };
}

function jsonBlob(value: unknown): Blob {
  return new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: "application/json" });
}

function modelConfig(
  base: Readonly<Record<string, unknown>>,
  task: LearnableTask,
  names: readonly string[],
  variant: Variant,
): Record<string, unknown> {
  const head = headOf(task);
  const problem = problems[head];
  const { _name_or_path: _, torch_dtype: __, ...kept } = base;
  return {
    ...kept,
    model_type: "bert",
    architectures: [variantRow(variant).architecture ?? architectures[head]],
    id2label: Object.fromEntries(names.map((name, i) => [String(i), name])),
    label2id: Object.fromEntries(names.map((name, i) => [name, i])),
    dtype: "float32",
    ...(problem === undefined ? {} : { problem_type: problem }),
  };
}

/** The same model in half precision, with the hash that its card then needs. Errors: `model-missing`, `file-malformed` and `openSafetensors`'s. */
export async function inHalves(files: ModelFiles): Promise<Map<string, Blob>> {
  const { sha256: hashes } = await readCard(files);
  const [card, weights] = [files.get(cardName), files.get(weightsName)];
  if (!card || !weights)
    throw new ClinfuseError("model-missing", `the model's folder has no ${weightsName}`, { file: weightsName });
  const halved = await halvedSafetensors(weights, weightsName);
  const sha256 = { ...hashes, [weightsName]: await sha256OfBlob(halved) };
  const kept = JSON.parse(await card.text()) as object;
  return new Map([...files, [weightsName, halved], [cardName, jsonBlob({ ...kept, sha256 })]]);
}

/**
 * Opens a model that `saveModel` wrote, for its own task. Errors: those of `openEncoder` (`model-altered` when any file's hash is
 * not the card's), `not-found` for a task that does not exist, `model-unsupported` for a head that the task does not have, and
 * the device's.
 */
export async function loadModel(files: ModelFiles, device: Device): Promise<Classifier> {
  const card = await readCard(files);
  const task = taskOf(card.task);
  const encoder = await openEncoder(files, new Map(Object.entries(card.sha256)));
  const wanted = outputNames(task);
  const labels = Object.values((encoder.configJson.id2label ?? {}) as object).map(String);
  if (labels.join("\n") !== wanted.join("\n")) {
    throw new ClinfuseError(
      "model-unsupported",
      `the model's labels are ${labels.join(", ")}; ${task.name} has ${wanted.join(", ")}`,
      {
        file: "config.json",
        got: labels.join(", "),
        expected: wanted.join(", "),
      },
    );
  }
  const { maxTokens, variant = "plain" } = card;
  const classifier = await openClassifier(task, encoder, { device, maxTokens, seed: 0, variant });
  if (classifier.initialised.length === 0) return classifier;
  await classifier.close().catch(() => undefined);
  const missing = classifier.initialised.join(", ");
  throw new ClinfuseError("model-unsupported", `model.safetensors lacks ${missing}`, {
    file: "model.safetensors",
    what: missing,
  });
}

/** Content of clinfuse.json. Errors: `model-missing`, `file-malformed`. */
export async function readCard(files: ModelFiles): Promise<Card> {
  const file = files.get(cardName);
  if (!file) throw new ClinfuseError("model-missing", `the model's folder has no ${cardName}`, { file: cardName });
  const malformed = (why: string) => new ClinfuseError("file-malformed", `${cardName}: ${why}`, { file: cardName, what: why });
  let json: Partial<Record<keyof Card, unknown>>;
  try {
    json = JSON.parse(await file.text()) ?? {};
  } catch (error) {
    throw malformed(`it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const { task, maxTokens, variant = "plain", sha256: hashes } = json;
  if (typeof task !== "string" && (task === null || typeof task !== "object")) throw malformed("it names no task");
  if (!Number.isInteger(maxTokens) || (maxTokens as number) < 8) throw malformed(`maxTokens is ${String(maxTokens)}`);
  if (!variants.some((known) => known === variant)) throw malformed(`it names no variant that there is: ${String(variant)}`);
  if (hashes === null || typeof hashes !== "object" || !Object.values(hashes).every((h) => typeof h === "string")) {
    throw malformed("it holds no hashes");
  }
  return {
    task: typeof task === "string" ? task : readTaskJson(task, cardName).task,
    maxTokens: maxTokens as number,
    ...(variant === "plain" ? {} : { variant: variant as Variant }),
    sha256: hashes as Record<string, string>,
  };
}
