// A model's folder in the hub's layout: which of its files are the model, and whether they can be read. Strays are left out. Knows no storage.

import { tokenizerFileNames } from "../../text/tokenizer-files.ts";
import { utf8Object } from "../model-folder.ts";
import { checkDecoder } from "./decoder.ts";
import { type Checked, checkEncoderFiles, checkEncoderWeights } from "./encoder.ts";
import { familyOf, refuseQuantised, refuseQuantisedNames } from "./families.ts";
import { type FileKind, fileKinds, remedyOf } from "./file-kind.ts";
import type { PickedFile, PickedFolder } from "./picked.ts";
import { refusal, withRemedy } from "./refusal.ts";
import { type WeightFile, weightPlaces } from "./weight-places.ts";

export interface ModelPart {
  /** As it is stored. */
  readonly name: string;
  /** As it was picked. */
  readonly path: string;
  readonly blob: Blob;
}

export interface CheckedFolder extends Checked {
  readonly kind: "encoder" | "language-model";
  readonly parts: readonly ModelPart[];
}

/** Beside the weights: whatever an encoder, a decoder or the embedder reads. */
export const smallFileNames = [
  "config.json",
  ...tokenizerFileNames,
  "generation_config.json",
  "chat_template.jinja",
  "sentence_bert_config.json",
] as const;
const indexName = "model.safetensors.index.json";
/** Pickles and tensors that a training leaves beside the model. */
const leftOvers =
  /^(optimizer|scheduler|scaler|rng_state|training_args|trainer_state|adapter_model|consolidated|pytorch_model_fsdp)/i;

export const isWeightForm = (kind: FileKind): kind is "safetensors" | "pytorch-zip" | "pytorch-legacy" =>
  kind === "safetensors" || kind === "pytorch-zip" || kind === "pytorch-legacy";

/** Throws `model-unsupported`, `model-truncated`, `file-missing`, `file-malformed`, each with a sentence and a remedy. */
export async function checkFolder(folder: PickedFolder): Promise<CheckedFolder> {
  const { files } = folder;
  const name = `the folder ${folder.name}`;
  const file = (wanted: string) => files.find((f) => f.name === wanted);
  const { weights, remarks } = await weightsOf(folder);
  const configFile = file("config.json");
  if (!configFile) {
    const why = `${name} has no config.json, which says what its weights are`;
    throw refusal(
      "file-missing",
      why,
      "Fetch config.json and the tokenizer from where the weights come from, and import them together.",
      {
        file: "config.json",
      },
    );
  }
  const small = smallFileNames.flatMap((wanted) => file(wanted) ?? []);
  for (const found of small) refuseKind(found);
  const blobs = new Map(files.map((f): [string, Blob] => [f.name, f.blob]));
  for (const { stored, picked } of weights) blobs.set(stored, picked.blob);
  const config = await utf8Object(configFile.blob, "config.json").catch((error: unknown) => {
    throw withRemedy(error);
  });
  refuseQuantised(config, name);
  const family = familyOf(config, name);
  requireTokenizer(name, files);
  const read = family === "encoder" ? await checkEncoderFiles(config, blobs, name) : undefined;
  const forms = weights.flatMap(({ stored, picked }) => weightFile(stored, picked));
  if (!read && forms.some(({ form }) => form === "pytorch")) throw pytorchDecoder(name);
  const places = await weightPlaces(forms);
  refuseQuantisedNames(
    places.map((place) => place.name),
    name,
  );
  const checked = read ? await checkEncoderWeights(read, places, name) : await checkDecoder(blobs, places, name);
  if (read && forms.length > 1) throw inParts(name);
  return {
    kind: read ? "encoder" : "language-model",
    remarks: [...remarks, ...(read?.remarks ?? []), ...checked.remarks],
    floats: checked.floats,
    parts: [
      ...small.map((f) => ({ name: f.name, path: f.path, blob: f.blob })),
      ...weights.map(({ stored, picked }) => ({ name: stored, path: picked.path, blob: picked.blob })),
    ],
  };
}

interface Chosen {
  readonly stored: string;
  readonly picked: PickedFile;
}

interface ChosenWeights {
  readonly weights: readonly Chosen[];
  readonly remarks: readonly string[];
}

const storedAs = (picked: PickedFile): string => (picked.kind === "safetensors" ? "model.safetensors" : "pytorch_model.bin");

/** One form of the weights, the likeliest first. Throws where there is none, with what is there in its place. */
async function weightsOf(folder: PickedFolder): Promise<ChosenWeights> {
  const { files } = folder;
  const found = ["model.safetensors", "pytorch_model.bin"].flatMap((name) => files.find((file) => file.name === name) ?? []);
  const whole = found.find(({ kind }) => isWeightForm(kind));
  const index = files.find(({ name }) => name === indexName);
  if (whole) return { weights: [{ stored: storedAs(whole), picked: whole }], remarks: passedOver(found, whole) };
  if (index) return { weights: await shardsOf(index, folder), remarks: [] };
  const [bad] = found;
  if (bad) throw kindError(bad);
  const loose = files.filter(({ name, kind }) => isWeightForm(kind) && !leftOvers.test(name));
  const [only, ...others] = loose;
  if (!only) throw noWeights(folder);
  if (others.length > 0) throw severalWeights(folder, loose);
  const stored = storedAs(only);
  return { weights: [{ stored, picked: only }], remarks: only.name === stored ? [] : [`${only.path} is taken as ${stored}.`] };
}

/** Whole weights are there; a pointer or a page beside them does not matter. */
function passedOver(found: readonly PickedFile[], whole: PickedFile): string[] {
  const other = found.find((file) => file !== whole && !isWeightForm(file.kind));
  const named =
    storedAs(whole) === whole.name
      ? []
      : [`${whole.path} is ${fileKinds[whole.kind].what} by its bytes, and is taken as ${storedAs(whole)}.`];
  return [...named, ...(other ? [`${other.path} is ${fileKinds[other.kind].what}; ${whole.path} is read in its place.`] : [])];
}

async function shardsOf(index: PickedFile, { name, files }: PickedFolder): Promise<readonly Chosen[]> {
  refuseKind(index);
  const { weight_map: map } = await utf8Object(index.blob, indexName).catch((error: unknown) => {
    throw withRemedy(error);
  });
  const shards = [...new Set(Object.values(map !== null && typeof map === "object" ? map : {}))].map(String).sort();
  if (shards.length === 0)
    throw refusal("file-malformed", `the file ${indexName} names no parts (weight_map)`, "Fetch it again.", { file: indexName });
  const missing = shards.filter((shard) => !files.some((file) => file.name === shard));
  if (missing.length > 0) {
    const why = `the folder ${name} lacks ${missing.join(", ")}, which its ${indexName} names`;
    throw refusal("file-missing", why, "Fetch every part, and import the folder again.", { file: missing[0] as string });
  }
  const chosen = shards.map(
    (shard): Chosen => ({ stored: shard, picked: files.find((file) => file.name === shard) as PickedFile }),
  );
  for (const { picked } of chosen) if (picked.kind !== "safetensors") throw kindError(picked);
  return [{ stored: indexName, picked: index }, ...chosen];
}

function weightFile(stored: string, { kind, blob }: PickedFile): WeightFile[] {
  if (!isWeightForm(kind)) return [];
  return [{ name: stored, form: kind === "safetensors" ? "safetensors" : "pytorch", blob }];
}

/** Small files that are no text. */
function refuseKind(file: PickedFile): void {
  if (remedyOf(file.kind) !== undefined && file.kind !== "unknown") throw kindError(file);
}

/** The error of a file that stands where weights, or a file of the model, should be. */
export function kindError({ path, kind, blob }: PickedFile): Error {
  const text = `the file ${path} is ${fileKinds[kind].what}`;
  const why = kind === "text" || kind === "json" ? `${text}, and no weights` : text;
  const remedy = remedyOf(kind) ?? "Choose a GGUF file, or a folder with config.json, the tokenizer and the weights.";
  return refusal(kind === "empty" ? "model-truncated" : "model-unsupported", why, remedy, {
    file: path,
    what: kind,
    got: blob.size,
  });
}

function noWeights(folder: PickedFolder): Error {
  const { name, files } = folder;
  const has = (pattern: RegExp) => files.find((file) => pattern.test(file.name));
  const adapter = has(/^adapter_(config\.json|model\.)/);
  if (adapter) {
    const why = `the folder ${name} is a LoRA adapter (${adapter.name}) and not a whole model`;
    const remedy =
      "Merge it into its base model in Python (merge_and_unload, then save_pretrained), and import the folder that comes out.";
    return refusal("model-unsupported", why, remedy, { file: adapter.name });
  }
  const inParts_ = has(/^pytorch_model(\.bin\.index\.json|-\d{5}-of-\d{5}\.bin)$/);
  if (inParts_) {
    const why = `the folder ${name} has PyTorch weights in several files (${inParts_.name}), which are not read`;
    return refusal("model-unsupported", why, "Save it again with save_pretrained, which writes safetensors.", {
      file: inParts_.name,
    });
  }
  const [other] = files.filter(({ kind }) => remedyOf(kind) !== undefined && kind !== "unknown");
  if (other) {
    const error = kindError(other);
    return ["hdf5", "flax", "onnx", "tensorflow-checkpoint", "tflite"].includes(other.kind) ? onlyOther(folder, other) : error;
  }
  const graph = folder.below.find((path) => /\.onnx$/i.test(path));
  if (graph !== undefined) {
    const why = `the folder ${name} has no weights but an ONNX graph (${graph})`;
    return refusal("model-unsupported", why, remedyOf("onnx") ?? "", { file: graph });
  }
  const named = has(/\.(safetensors|bin|pth?|ckpt)$/i);
  if (named && !leftOvers.test(named.name)) return kindError(named);
  const why = `the folder ${name} has no weights: there is no model.safetensors, no ${indexName} and no pytorch_model.bin`;
  return refusal("model-unsupported", why, "Add the weights to the folder, and import it again.", { file: "model.safetensors" });
}

function onlyOther({ name }: PickedFolder, { path, kind, name: file }: PickedFile): Error {
  const why = `the folder ${name} has no weights that are read here but ${path}, ${fileKinds[kind].what}`;
  return refusal("model-unsupported", why, remedyOf(kind) ?? "", { file, what: kind });
}

function severalWeights({ name }: PickedFolder, found: readonly PickedFile[]): Error {
  const names = found.map((file) => file.name).join(", ");
  const parts = found.some((file) => /-\d{5}-of-\d{5}\./.test(file.name));
  const why = parts
    ? `the folder ${name} holds the parts of a model (${names}) without ${indexName}, which says what lies where`
    : `the folder ${name} holds several weights (${names}), and none is named model.safetensors or pytorch_model.bin`;
  const remedy = parts ? `Fetch ${indexName} too.` : "Leave one of them in the folder, and import it again.";
  return refusal(parts ? "file-missing" : "model-unsupported", why, remedy, { file: indexName });
}

function pytorchDecoder(name: string): Error {
  const why = `${name} is a decoder with PyTorch weights, and decoders are read from safetensors alone`;
  const remedy = "Choose its safetensors, save it again with save_pretrained, or choose its GGUF file.";
  return refusal("model-unsupported", why, remedy, { file: "pytorch_model.bin" });
}

function inParts(name: string): Error {
  const why = `${name} is an encoder with its weights in several files, which are not read for training`;
  return refusal("model-unsupported", why, "Save it in one file: save_pretrained with a large max_shard_size.", {
    file: indexName,
  });
}

function requireTokenizer(name: string, files: readonly PickedFile[]): void {
  const known = [
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "sentencepiece.bpe.model",
    "spm.model",
    "spiece.model",
    "tokenizer.model",
  ];
  if (known.some((wanted) => files.some((file) => file.name === wanted))) return;
  const why = `${name} has no tokenizer: neither tokenizer.json nor vocab.txt`;
  throw refusal("file-missing", why, "Fetch the tokenizer's files from where the weights come from, and import all together.", {
    file: "tokenizer.json",
  });
}
