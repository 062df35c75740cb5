// The fit of a model to this device: the memory that it takes, and why it cannot be held. Estimates from the manifest alone: no file is read.

import { isLlamaFamily } from "../nn/llama-config.ts";
import { heapBytes } from "../runtime/heap.ts";
import { type DeviceFacts, lacks } from "./gpu-adapter.ts";
import { hubDecoderFile, type ModelEntry } from "./manifest.ts";
import { gpuNeeds, mlcLayout, twinOf } from "./mlc-model.ts";

export interface ModelFit {
  readonly runsOn: "graphics" | "processor";
  /** With the engine that is taken by itself. */
  readonly memoryMegabytes: number;
  /** With the engine that takes least, one request at a time; absent where there is no such choice. */
  readonly leastMegabytes?: number;
  /** Computed from the files' sizes and not stated by whoever made the model. */
  readonly estimated: boolean;
  /** Beside memory: WebGPU and its features. */
  readonly needs: readonly string[];
  /** Sentences; empty when it fits. */
  readonly lacks: readonly string[];
  /** Another build of the model that runs in its place. */
  readonly twin?: string;
}

/** Beside the weights of a GGUF: keys and values, work space. */
const ggufOverhead = 1.15;
/** Weights, gradients, two moments, and the activations of a batch, measured on BERT-base: 2.55 GB for 0.44. */
const trainingOverhead = 6;

/** `find` gives another entry of the manifest, for the twin. */
export function modelFit(entry: ModelEntry, device: DeviceFacts, find: (id: string) => ModelEntry | undefined): ModelFit {
  if (mlcLayout(entry)) return graphicsFit(entry, device, find);
  const bytes = entry.files.reduce((sum, file) => sum + file.bytes, 0);
  const overhead = entry.kind === "encoder" ? trainingOverhead : ggufOverhead;
  const many = batchMemory(entry, bytes);
  const least = hubDecoderFile(entry) && many ? many : Math.ceil(bytes * overhead) + 50e6; // of those no other engine reads
  const chosen = many !== undefined && memoryLacks(many, device).length === 0 ? many : least;
  return {
    runsOn: "processor",
    memoryMegabytes: Math.round(chosen / 1e6),
    ...(chosen === least ? {} : { leastMegabytes: Math.round(least / 1e6) }),
    estimated: true,
    needs: [],
    lacks: memoryLacks(least, device),
  };
}

/** Keys, values and work space of sixteen requests at once, for small models. */
const batchBytes = 300e6;

/**
 * Memory of `batch`, which holds weights as 32-bit floats; undefined for what it does not read. GGUF files say their bits in their name: Q4_K_M, F16; the
 * hub's decoders come in halves.
 */
function batchMemory(entry: ModelEntry, bytes: number): number | undefined {
  const { files, architecture } = entry;
  if (hubDecoderFile(entry)) return bytes * 2 + batchBytes;
  const [file, ...others] = files.filter(({ name }) => name.endsWith(".gguf"));
  if (!file || others.length > 0 || (architecture !== undefined && !isLlamaFamily(architecture))) return undefined;
  const [, whole, quantised] = /(?:^|[._-])(?:B?F(16|32)|I?Q(\d))/i.exec(file.name) ?? [];
  const bits = whole ? Number(whole) : quantised ? Number(quantised) + 0.75 : 32; // a scale for each block beside its weights
  return bytes * (32 / bits) + batchBytes;
}

function memoryLacks(memory: number, { machineMemory }: DeviceFacts): string[] {
  const gigabytes = (n: number) => `${(n / 1e9).toFixed(1)} GB`;
  if (memory > heapBytes) return [`it takes about ${gigabytes(memory)}, and WebAssembly gives at most ${gigabytes(heapBytes)}`];
  if (machineMemory !== undefined && memory > machineMemory)
    return [`it takes about ${gigabytes(memory)}, and the whole machine has about ${gigabytes(machineMemory)}`];
  return [];
}

function graphicsFit(entry: ModelEntry, { adapter }: DeviceFacts, find: (id: string) => ModelEntry | undefined): ModelFit {
  const { memoryMegabytes, estimated, features } = gpuNeeds(entry);
  const missing = lacks(entry, adapter);
  const id = missing.some((lack) => lack.what === "shader-f16") ? twinOf(entry) : undefined;
  const twin = id === undefined ? undefined : find(id);
  const replaced = twin !== undefined && lacks(twin, adapter).length === 0;
  return {
    runsOn: "graphics",
    memoryMegabytes: Math.round(memoryMegabytes),
    estimated,
    needs: ["WebGPU", ...features],
    lacks: replaced ? [] : missing.map((lack) => lack.sentence),
    ...(replaced ? { twin: twin.id } : {}),
  };
}
