// Every engine that there is, as data. A new one is one line here. Vendors are imported only when their engine is opened.

import { ClinfuseError } from "../base/errors.ts";
import { hubDecoderFile, type ModelEntry, type ModelFile } from "../models/manifest.ts";
import { mlcLayout } from "../models/mlc-model.ts";
import { isLlamaFamily } from "../nn/llama-config.ts";
import type { Device } from "../runtime/device.ts";
import type { LanguageModel } from "./language-model.ts";

export interface OpenOptions {
  readonly entry: ModelEntry;
  /** Content of one of that entry's files, verified; of `entry` where none is named. */
  readonly read: (file: ModelFile, of?: ModelEntry) => Promise<Blob>;
  /** Another entry of the manifest. */
  readonly find?: (id: string) => ModelEntry | undefined;
  /** Bytes on their way from memory to the device. */
  readonly onLoad?: (done: number, total: number) => void;
}

export interface Engine {
  readonly id: string;
  readonly name: string;
  /** Description, in a sentence for the user. */
  readonly about: string;
  /** Why it is preferred to those that come after it, to complete "Automatic: ...". */
  readonly preferred: string;
  /** The first file that it loads from such a model; undefined when it cannot. */
  readonly reads: (entry: ModelEntry) => ModelFile | undefined;
  /** Device that it computes on: `webgpu` may be software too. */
  readonly device: Device;
  /** Why it cannot run in this browser, or undefined; absent where it always can. "auto" passes it over then. */
  readonly unfit?: () => Promise<ClinfuseError | undefined>;
  readonly open: (options: OpenOptions) => Promise<LanguageModel>;
  /** Throws `engine-failed` where it computes wrong on this device: then it is not to be chosen, however fast it is. */
  readonly check?: () => Promise<void>;
  /** Engine that writes in its place where it cannot; the model's id tells which one does. */
  readonly fallback?: string;
  /** Words for its device, for the header: "2 WASM threads". */
  readonly runsOn: () => Promise<string>;
}

const gguf = (entry: ModelEntry) => entry.files.find((file) => file.name.endsWith(".gguf"));

/** `batch` reads one GGUF, or safetensors in the hub's layout, of a family that it knows where the manifest names the family. */
const batchFile = (entry: ModelEntry) => {
  const { files, architecture } = entry;
  if (architecture !== undefined && !isLlamaFamily(architecture)) return undefined;
  const ggufs = files.filter((f) => f.name.endsWith(".gguf"));
  if (ggufs.length > 0) return ggufs.length === 1 ? ggufs[0] : undefined;
  return hubDecoderFile(entry);
};

async function batchWeights({ entry, read }: OpenOptions): Promise<Blob | ReadonlyMap<string, Blob>> {
  const file = batchFile(entry) as ModelFile;
  return file.name.endsWith(".gguf") ? read(file) : readFolder({ entry, read });
}

async function readFolder({ entry, read }: OpenOptions): Promise<ReadonlyMap<string, Blob>> {
  const files = new Map<string, Blob>();
  for (const file of entry.files) files.set(file.name, await read(file));
  return files;
}

async function readAll({ entry, read }: OpenOptions): Promise<Blob[]> {
  const { ggufParts } = await import("./wllama/parts.ts");
  const parts: Blob[] = [];
  for (const file of ggufParts(entry.files)) parts.push(await read(file));
  return parts;
}

/** An ONNX folder of the hub's layout. */
const onnxFile = ({ files }: ModelEntry) =>
  files.some((file) => file.name === "config.json") ? files.find((file) => file.name.endsWith(".onnx")) : undefined;

async function openOnnx(id: string, { entry, read }: OpenOptions, device: "wasm" | "webgpu"): Promise<LanguageModel> {
  const { openTransformers } = await import("./transformers/generate.ts");
  return openTransformers({ id: `${id}/${entry.id}`, files: await readFolder({ entry, read }), device });
}

const threads = (n: number) => `${n} WASM ${n === 1 ? "thread" : "threads"}`;

async function onAdapter(): Promise<string> {
  const adapter = await (await import("../models/gpu-adapter.ts")).adapterFacts();
  return adapter ? `WebGPU (${adapter.name})` : "WebGPU, which is not there";
}

export interface EngineChoices {
  readonly automatic: { readonly id: string; readonly name: string; readonly reason: string };
  readonly engines: readonly OfferedEngine[];
}

export interface OfferedEngine extends Pick<Engine, "id" | "name" | "about"> {
  /** Why it cannot run in this browser; absent where it can. */
  readonly unfit?: string;
}

/** In the order of preference while nothing is measured: the first that reads a model, and can run here, is its default. */
export const engines: readonly Engine[] = [
  {
    id: "webllm",
    name: "WebLLM",
    device: "webgpu",
    about: "Models in MLC's layout, one request at a time, on the graphics processor.",
    preferred: "it is the only engine for models in MLC's layout, and it uses the graphics processor",
    reads: (entry) => mlcLayout(entry)?.library,
    open: async (options) => {
      const { openWebllm } = await import("./webllm/webllm.ts");
      return openWebllm(options);
    },
    runsOn: onAdapter,
  },
  {
    id: "batch",
    name: "batch",
    device: "wasm",
    about: "Our own decoder on onnxruntime: models of the Llama family, sixteen requests together, on the processor.",
    preferred: "it reads this model and writes many examples at once, several times as fast as one after the other",
    reads: batchFile,
    open: async (options) => {
      const { openBatch } = await import("./batch/batch.ts");
      return openBatch({ id: `batch/${options.entry.id}`, weights: await batchWeights(options) });
    },
    runsOn: async () => threads((await import("../runtime/device.ts")).wasmThreads()),
  },
  {
    id: "wllama",
    name: "wllama",
    device: "wasm",
    about: "llama.cpp in WebAssembly: any GGUF, one request at a time, on the processor.",
    preferred: "it reads this model, and no faster engine here does",
    reads: gguf,
    unfit: async () => (await import("./wllama/wllama.ts")).withoutWllama(),
    // The prompts of a run share a prefix; reading it once is worth more here than bit-equal text.
    open: async (options) => {
      const { openWllama } = await import("./wllama/wllama.ts");
      return openWllama({ id: `wllama/${options.entry.id}`, weights: await readAll(options), cachePrompt: true });
    },
    runsOn: async () => threads((await import("./wllama/wllama.ts")).wllamaThreads()),
  },
  {
    id: "batch-webgpu",
    name: "batch on WebGPU",
    device: "webgpu",
    about: "Our own decoder on onnxruntime: models of the Llama family, sixteen requests together, on the graphics processor.",
    preferred: "it reads this model, and no engine on the processor does",
    reads: batchFile,
    unfit: async () => (await import("../runtime/device.ts")).withoutWebGpu(),
    open: async (options) => {
      const { openBatch } = await import("./batch/batch.ts");
      return openBatch({ id: `batch-webgpu/${options.entry.id}`, weights: await batchWeights(options), device: "webgpu" });
    },
    runsOn: onAdapter,
  },
  // Behind onnxruntime, so that it is chosen where it measured faster, or where the user names it.
  {
    id: "batch-kernels",
    name: "batch by own kernels",
    device: "webgpu",
    about: "Our own decoder by our own kernels: models of the Llama family, sixteen requests together, one submit a token.",
    preferred: "it reads this model, and no engine on the processor does",
    reads: batchFile,
    unfit: async () => (await import("../runtime/device.ts")).withoutWebGpu(),
    open: async (options) => {
      const { openBatch } = await import("./batch/batch.ts");
      const weights = await batchWeights(options);
      const [id, fallbackId] = [`batch-kernels/${options.entry.id}`, `batch-webgpu/${options.entry.id}`];
      return openBatch({ id, fallbackId, weights, device: "webgpu", path: "program" });
    },
    check: async () => (await import("./kernels/check.ts")).checkKernels(),
    fallback: "batch-webgpu",
    runsOn: onAdapter,
  },
  {
    id: "wllama-webgpu",
    name: "wllama on WebGPU",
    device: "webgpu",
    about: "llama.cpp on the graphics processor: any GGUF, one request at a time.",
    preferred: "it reads this model, and no engine on the processor does",
    reads: gguf,
    unfit: async () => (await import("./wllama/wllama.ts")).wllamaWithoutWebGpu(),
    open: async (options) => {
      const { openWllama } = await import("./wllama/wllama.ts");
      const id = `wllama-webgpu/${options.entry.id}`;
      return openWllama({ id, weights: await readAll(options), cachePrompt: true, device: "webgpu" });
    },
    runsOn: onAdapter,
  },
  {
    id: "transformers",
    name: "transformers.js",
    device: "wasm",
    about: "ONNX folders as the hub has them, one request at a time, on the processor.",
    preferred: "it is the only engine for ONNX folders",
    reads: onnxFile,
    open: (options) => openOnnx("transformers", options, "wasm"),
    runsOn: async () => threads((await import("../runtime/device.ts")).wasmThreads()),
  },
  {
    id: "transformers-webgpu",
    name: "transformers.js on WebGPU",
    device: "webgpu",
    about: "ONNX folders as the hub has them, one request at a time, on the graphics processor.",
    preferred: "it reads this model, and no engine on the processor does",
    reads: onnxFile,
    unfit: async () => (await import("../runtime/device.ts")).withoutWebGpu(),
    open: (options) => openOnnx("transformers-webgpu", options, "webgpu"),
    runsOn: onAdapter,
  },
];

/** Id of the model that is none: the script of the tour. */
export const scriptedId = "scripted";

export async function openTour(millisecondsPerToken: number): Promise<LanguageModel> {
  const [{ openScripted }, { tourScript }] = await Promise.all([import("./scripted.ts"), import("./tour-script.ts")]);
  return openScripted({ script: tourScript, millisecondsPerToken });
}

/** Tokens per second of an engine with a model on this device. */
export type Speeds = Readonly<Record<string, number>>;

/** Throws `model-unsupported` where there is none. */
function readersOf(entry: ModelEntry, id: string | "auto"): readonly Engine[] {
  const reading = engines.filter((e) => (id === "auto" || e.id === id) && e.reads(entry) !== undefined);
  if (reading.length > 0) return reading;
  const which = id === "auto" ? "no engine here reads" : `the engine "${id}" does not read`;
  throw new ClinfuseError("model-unsupported", `${which} ${entry.name}`, { what: entry.id, got: id });
}

/** The engine by id, or the first in the catalogue that reads the model, wherever it runs. Throws `model-unsupported`. */
export function engineFor(entry: ModelEntry, id: string | "auto"): Engine {
  return readersOf(entry, id)[0] as Engine;
}

/**
 * The engine by id; for "auto" all that read the model and can run here, the one to try first first: the measured ones by their speed, then the
 * others in the catalogue's order. Throws `model-unsupported` where none reads it.
 */
export async function enginesFor(entry: ModelEntry, id: string | "auto", speeds: Speeds = {}): Promise<readonly Engine[]> {
  const reading = readersOf(entry, id);
  if (id !== "auto") return reading;
  const reasons = await Promise.all(reading.map((engine) => engine.unfit?.()));
  const fit = reading.filter((_, i) => reasons[i] === undefined);
  return (fit.length > 0 ? fit : reading).toSorted((a, b) => (speeds[b.id] ?? 0) - (speeds[a.id] ?? 0));
}

/** Errors that send "auto" on to the next engine: a file that it does not build, or one too large for it. Both come before weights load. */
const passedOn = new Set<string>(["model-unsupported", "out-of-memory"]);

/** Opens the model with the engine by id, or with the first of "auto" that can. Throws what the engine throws, or what all of them say together. */
export async function openWith(
  id: string | "auto",
  options: OpenOptions,
  speeds: Speeds = {},
): Promise<{ readonly engine: Engine; readonly model: LanguageModel }> {
  const files = new Map<string, Promise<Blob>>(); // so that a second engine does not fetch them again
  const read: OpenOptions["read"] = (file, of = options.entry) => {
    const key = `${of.id}/${file.name}`;
    const content = files.get(key) ?? options.read(file, of);
    files.set(key, content);
    return content;
  };
  const refusals: ClinfuseError[] = [];
  for (const engine of await enginesFor(options.entry, id, speeds)) {
    try {
      return { engine, model: await engine.open({ ...options, read }) };
    } catch (error) {
      if (!(error instanceof ClinfuseError) || !passedOn.has(error.code)) throw error;
      refusals.push(error);
    }
  }
  throw together(refusals);
}

/** Too much memory is worth more to a user than a kind of file that some engine never reads. */
function together(refusals: readonly ClinfuseError[]): ClinfuseError {
  const first = refusals.find((refusal) => refusal.code === "out-of-memory") ?? (refusals[0] as ClinfuseError);
  const sentences = [...new Set([first, ...refusals].map((refusal) => refusal.message))];
  return sentences.length === 1 ? first : new ClinfuseError(first.code, sentences.join("; "), first.place, { cause: refusals });
}

/** Engines that a user may choose for a model, and the one that "auto" tries first. Throws `model-unsupported` when nothing reads it. */
export async function engineChoices(entry: ModelEntry, speeds: Speeds = {}): Promise<EngineChoices> {
  const { id, name, preferred } = (await enginesFor(entry, "auto", speeds))[0] as Engine;
  const speed = speeds[id];
  const reason =
    speed === undefined ? preferred : `it measured the fastest on this device, ${speed.toFixed(1)} tokens per second`;
  return { automatic: { id, name, reason }, engines: await Promise.all(readersOf(entry, "auto").map(offered)) };
}

async function offered({ id, name, about, unfit }: Engine): Promise<OfferedEngine> {
  const reason = await unfit?.();
  return { id, name, about, ...(reason ? { unfit: reason.message } : {}) };
}
