// Every engine that there is, as data. A new one is one line here. Vendors are imported only when their engine is opened.

import { ClinfuseError } from "../base/errors.ts";
import type { LanguageModel } from "./language-model.ts";
import type { ModelEntry, ModelFile } from "./manifest.ts";
import { mlcLayout } from "./webllm-model.ts";

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
  /** What it is, in a sentence for the user. */
  readonly about: string;
  /** Why it is preferred to those that come after it, to complete "Automatic: ...". */
  readonly preferred: string;
  /** The file that it loads from such a model; undefined when it cannot. */
  readonly reads: (entry: ModelEntry) => ModelFile | undefined;
  readonly open: (options: OpenOptions) => Promise<LanguageModel>;
  /** Where it computes, for the header: "2 WASM threads". */
  readonly runsOn: () => Promise<string>;
}

const gguf = (entry: ModelEntry) => entry.files.find((file) => file.name.endsWith(".gguf"));

export interface EngineChoices {
  readonly automatic: { readonly id: string; readonly name: string; readonly reason: string };
  readonly engines: readonly Pick<Engine, "id" | "name" | "about">[];
}

/** In the order of preference: the first that reads a model is its default. */
export const engines: readonly Engine[] = [
  {
    id: "webllm",
    name: "WebLLM",
    about: "Models in MLC's layout, one request at a time, on the graphics processor.",
    preferred: "it is the only engine for models in MLC's layout, and it uses the graphics processor",
    reads: (entry) => mlcLayout(entry)?.library,
    open: async (options) => {
      const { openWebllm } = await import("./webllm.ts");
      return openWebllm(options);
    },
    runsOn: async () => {
      const adapter = await (await import("./webllm-adapter.ts")).adapterFacts();
      return adapter ? `WebGPU (${adapter.name})` : "WebGPU, which is not there";
    },
  },
  {
    id: "batch",
    name: "batch",
    about: "Our own decoder on onnxruntime: models of the Llama family, sixteen requests together, on the processor.",
    preferred: "it reads this model and writes many examples at once, several times as fast as one after the other",
    reads: gguf,
    open: async ({ entry, read }) => {
      const { openBatch } = await import("./batch.ts");
      return openBatch({ id: `batch/${entry.id}`, weights: await read(required(entry)) });
    },
    runsOn: async () => {
      const threads = (await import("../runtime/device.ts")).wasmThreads();
      return `${threads} WASM ${threads === 1 ? "thread" : "threads"}`;
    },
  },
  {
    id: "wllama",
    name: "wllama",
    about: "llama.cpp in WebAssembly: any GGUF, one request at a time, on the processor.",
    preferred: "it reads this model, and no faster engine here does",
    reads: gguf,
    // The prompts of a run share a prefix; reading it once is worth more here than bit-equal text.
    open: async ({ entry, read }) => {
      const { openWllama } = await import("./wllama.ts");
      return openWllama({ id: `wllama/${entry.id}`, weights: await read(required(entry)), cachePrompt: true });
    },
    runsOn: async () => {
      const threads = (await import("./wllama.ts")).wllamaThreads();
      return `${threads} WASM ${threads === 1 ? "thread" : "threads"}`;
    },
  },
];

/** Id of the model that is none: the script of the tour. */
export const scriptedId = "scripted";

export async function openTour(millisecondsPerToken: number): Promise<LanguageModel> {
  const [{ openScripted }, { tourScript }] = await Promise.all([import("./scripted.ts"), import("./tour-script.ts")]);
  return openScripted({ script: tourScript, millisecondsPerToken });
}

/** The engine by id, or the first that reads the model. Throws `model-unsupported`. */
export function engineFor(entry: ModelEntry, id: string | "auto"): Engine {
  const engine = engines.find((e) => (id === "auto" || e.id === id) && e.reads(entry) !== undefined);
  if (engine) return engine;
  const which = id === "auto" ? "no engine here reads" : `the engine "${id}" does not read`;
  throw new ClinfuseError("model-unsupported", `${which} ${entry.name}`, { what: entry.id, got: id });
}

/** What a user may choose from for a model, and what "auto" comes to. Throws `model-unsupported` when nothing reads it. */
export function engineChoices(entry: ModelEntry): EngineChoices {
  const automatic = engineFor(entry, "auto");
  const reading = engines.filter((engine) => engine.reads(entry) !== undefined);
  return {
    automatic: { id: automatic.id, name: automatic.name, reason: automatic.preferred },
    engines: reading.map(({ id, name, about }) => ({ id, name, about })),
  };
}

function required(entry: ModelEntry): ModelFile {
  const file = gguf(entry);
  if (!file) throw new ClinfuseError("model-unsupported", `${entry.name} has no GGUF file`, { what: entry.id });
  return file;
}
