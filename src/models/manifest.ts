// models/manifest.json as types: which models there are, their files and where they come from. Knows no disk and no network.

import { ClinfuseError } from "../base/errors.ts";

export interface ModelFile {
  readonly name: string;
  readonly bytes: number;
  /** Hex, 64 characters. */
  readonly sha256: string;
}

export type ModelSource =
  | { readonly kind: "hub"; readonly repo: string; readonly revision: string }
  | { readonly kind: "wheel"; readonly package: string; readonly version: string; readonly folder: string };

/** Needs of a model in MLC's layout from the graphics processor. Each has a default that its name and its files give (mlc-model.ts). */
export interface MlcNeeds {
  /** Weights, cache and work space together, as WebLLM states it for its prebuilt models. */
  readonly memoryMegabytes?: number;
  /** WebGPU features, for instance `shader-f16`. */
  readonly features?: readonly string[];
  /** Bytes of the largest buffer that a shader must see whole (`maxStorageBufferBindingSize`). */
  readonly bufferBytes?: number;
  /** Tokens of a prompt and its completion together; memory grows with it. */
  readonly contextTokens?: number;
  /** Id of the same model in 32-bit floats, for adapters without shader-f16. */
  readonly twin?: string;
}

export interface ModelEntry {
  /** Also the folder's name under models/. */
  readonly id: string;
  readonly kind: "language-model" | "encoder";
  readonly name: string;
  /** SPDX. */
  readonly licence: string;
  readonly homepage: string;
  /** In the order of trying. Each holds every file. */
  readonly sources: readonly ModelSource[];
  readonly files: readonly ModelFile[];
  /** A GGUF's `general.architecture`, config.json's `model_type`: an engine that does not build it is not tried. Else the file itself decides. */
  readonly architecture?: string;
  readonly mlc?: MlcNeeds;
  /** Remarks on its files at its import, a sentence each. */
  readonly remarks?: readonly string[];
}

/** The first weights of a language model in the hub's layout: config.json and tokenizer.json beside *.safetensors. */
export function hubDecoderFile({ kind, files }: ModelEntry): ModelFile | undefined {
  const has = (name: string) => files.some((file) => file.name === name);
  if (kind !== "language-model" || !has("config.json") || !has("tokenizer.json")) return undefined;
  return files.find((file) => file.name.endsWith(".safetensors"));
}

export interface Manifest {
  readonly models: readonly ModelEntry[];
}

/** Throws `file-malformed` with the place that is wrong. */
export function parseManifest(text: string, file = "models/manifest.json"): Manifest {
  const wrong = (what: string): never => {
    throw new ClinfuseError("file-malformed", `${file}: ${what}`, { file, what });
  };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return wrong(`not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const models = isRecord(data) && Array.isArray(data.models) ? data.models : wrong('expected an object with a list "models"');
  const seen = new Set<unknown>();
  models.forEach((model: unknown, i: number) => {
    const fault = faultOf(model);
    if (fault) wrong(`models[${i}]: ${fault}`);
    const { id } = model as ModelEntry;
    if (seen.has(id)) wrong(`models[${i}]: the id "${id}" is there twice`);
    seen.add(id);
  });
  return data as unknown as Manifest;
}

/** One entry alone, as `parseManifest` checks it. Throws `file-malformed`. */
export function parseEntry(text: string, file: string): ModelEntry {
  return parseManifest(`{"models":[${text}]}`, file).models[0] as ModelEntry;
}

/** Throws `not-found` with the ids that exist. */
export function modelEntry(manifest: Manifest, id: string): ModelEntry {
  const entry = manifest.models.find((model) => model.id === id);
  if (entry) return entry;
  const expected = manifest.models.map((model) => model.id).join(", ");
  throw new ClinfuseError("not-found", `there is no model "${id}"; the models are: ${expected}`, { what: id, expected });
}

/** A JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

// Names become parts of paths and addresses, so nothing that could leave the folder is a name.
const safeName = /^(?!\.)[\w.-]+$/;

/** Tells whether a file, or a model, may have that name. */
export const isSafeName = (name: string): boolean => safeName.test(name);

function faultOf(model: unknown): string | undefined {
  if (!isRecord(model)) return "not an object";
  const { id, kind, name, licence, homepage, sources, files, architecture, mlc, remarks } = model;
  if (typeof id !== "string" || !safeName.test(id))
    return `"id" must be letters, digits, dots and dashes, got ${JSON.stringify(id)}`;
  if (kind !== "language-model" && kind !== "encoder")
    return `"kind" must be language-model or encoder, got ${JSON.stringify(kind)}`;
  if (![name, licence, homepage].every((text) => typeof text === "string"))
    return '"name", "licence" and "homepage" must be text';
  if (!Array.isArray(files) || files.length === 0) return '"files" must be a list';
  if (!Array.isArray(sources)) return '"sources" must be a list';
  const names = new Set<unknown>();
  for (const file of files as unknown[]) {
    const good =
      isRecord(file) &&
      typeof file.name === "string" &&
      safeName.test(file.name) &&
      Number.isSafeInteger(file.bytes) &&
      (file.bytes as number) > 0 &&
      typeof file.sha256 === "string" &&
      /^[0-9a-f]{64}$/.test(file.sha256);
    if (!good) return `a file needs "name", "bytes" and a lower-case hex "sha256", got ${JSON.stringify(file)}`;
    if (names.has(file.name)) return `the file "${file.name}" is there twice`;
    names.add(file.name);
  }
  for (const source of sources as unknown[]) {
    const fields = isRecord(source)
      ? { hub: ["repo", "revision"], wheel: ["package", "version", "folder"] }[String(source.kind)]
      : undefined;
    if (!isRecord(source) || !fields?.every((field) => typeof source[field] === "string"))
      return `a source is a hub (repo, revision) or a wheel (package, version, folder), got ${JSON.stringify(source)}`;
  }
  if (architecture !== undefined && typeof architecture !== "string")
    return `"architecture" must be text, got ${JSON.stringify(architecture)}`;
  if (remarks !== undefined && !(Array.isArray(remarks) && remarks.every((remark) => typeof remark === "string")))
    return '"remarks" must be a list of texts';
  return mlc === undefined ? undefined : mlcFault(mlc);
}

const mlcFields: Readonly<Record<keyof MlcNeeds, (value: unknown) => boolean>> = {
  memoryMegabytes: isPositive,
  features: (value) => Array.isArray(value) && value.every((feature) => typeof feature === "string"),
  bufferBytes: isPositive,
  contextTokens: (value) => isPositive(value) && Number.isInteger(value),
  twin: (value) => typeof value === "string" && safeName.test(value),
};

function isPositive(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}

function mlcFault(mlc: unknown): string | undefined {
  if (!isRecord(mlc)) return '"mlc" must be an object';
  for (const [field, value] of Object.entries(mlc)) {
    const good = Object.hasOwn(mlcFields, field) ? mlcFields[field as keyof MlcNeeds] : undefined;
    if (!good) return `"mlc" knows ${Object.keys(mlcFields).join(", ")}, not "${field}"`;
    if (!good(value)) return `"mlc.${field}" cannot be ${JSON.stringify(value)}`;
  }
  return undefined;
}
