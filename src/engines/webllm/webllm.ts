// WebLLM behind the LanguageModel port: one request at a time on the graphics processor. Knows no task and no place where files come from.

import { mutex, orAbort } from "../../base/async.ts";
import { ClinfuseError, throwIfAborted } from "../../base/errors.ts";
import { type AdapterFacts, adapterFacts, lacks, requireFit } from "../../models/gpu-adapter.ts";
import type { ModelEntry, ModelFile } from "../../models/manifest.ts";
import { gpuNeeds, twinOf } from "../../models/mlc-model.ts";
import type { Completion, LanguageModel } from "../language-model.ts";
import { libraryAddress, type MlcHead, modelAddress, readHead, readRest, withFiles } from "./files.ts";
import { answer, explainFailure } from "./request.ts";
import type { MlcEngine, ModelRecord, OnLoad } from "./vendor.ts";

export interface WebllmOptions {
  readonly entry: ModelEntry;
  /** Content of a file of that entry, checked against its hash. */
  readonly read: (file: ModelFile, entry: ModelEntry) => Promise<Blob>;
  /** Another entry of the manifest, for the twin. */
  readonly find?: (id: string) => ModelEntry | undefined;
  readonly contextTokens?: number;
  /** Bytes of weights on the device so far, of all. */
  readonly onLoad?: (done: number, total: number) => void;
  /** The adapter, where not the browser's. */
  readonly adapter?: () => Promise<AdapterFacts | undefined>;
  /** The engine, where not the package's. */
  readonly engine?: (record: ModelRecord, onLoad: OnLoad) => MlcEngine | Promise<MlcEngine>;
}

/** As WebLLM's prebuilt list has it; more takes memory that many adapters lack. */
const defaultContext = 4096;

/**
 * Loads the model, or its twin in 32-bit floats where the adapter has no 16-bit ones, which the remark then says. Errors, each before any
 * weight is read: `no-webgpu`, `adapter-insufficient`, `model-unsupported`, `file-malformed`; those of `read`; then `device-lost`,
 * `out-of-memory`, `engine-failed`.
 */
export async function openWebllm(options: WebllmOptions): Promise<LanguageModel> {
  const adapter = await (options.adapter ?? adapterFacts)();
  const { entry, remark } = chooseBuild(options, adapter);
  requireFit(entry, adapter);
  const read = (file: ModelFile) => options.read(file, entry);
  const head = await readHead(entry, read);
  requireFit(entry, adapter, head.tensors.largestTensor);
  const contextTokens = contextOf(options, entry, head);
  const files = await readRest(entry, head, read);
  const total = entry.files.reduce((sum, file) => sum + file.bytes, 0);
  const make = options.engine ?? (async (...parts) => (await import("./vendor.ts")).mlcEngine(...parts));
  const engine = await make(recordOf(entry, contextTokens), (progress) => options.onLoad?.(progress * total, total));
  const session = deviceSession(entry, engine, () => withFiles(files, () => engine.load()));
  await session.load();
  const oneAtATime = mutex();
  let closed = false;
  return {
    id: `webllm/${entry.id}`,
    contextTokens,
    slots: 1,
    deterministic: true,
    ...(remark === undefined ? {} : { remark }),
    async complete(request, signal, onProgress) {
      if (closed) throw new Error(`webllm/${entry.id} was closed`);
      const model = { contextTokens, thinks: head.config.thinks };
      const run = () => session.run(() => answer(engine, request, model, signal, onProgress), signal);
      return orAbort(oneAtATime.run(run), signal); // reading a long prompt cannot be interrupted; the caller hears at once
    },
    async close() {
      if (closed) return;
      closed = true;
      engine.interrupt();
      await oneAtATime.run(() => engine.unload());
    },
  };
}

/** The entry, or its twin where 16-bit floats are all that the adapter lacks and the manifest has one that fits. */
function chooseBuild({ entry, find }: WebllmOptions, adapter: AdapterFacts | undefined): { entry: ModelEntry; remark?: string } {
  const missing = lacks(entry, adapter);
  if (!missing.some((lack) => lack.what === "shader-f16")) return { entry };
  const id = twinOf(entry);
  const twin = id === undefined ? undefined : find?.(id);
  if (twin && lacks(twin, adapter).length === 0)
    return { entry: twin, remark: `${twin.id} in place of ${entry.id}: the adapter has no 16-bit floats (shader-f16)` };
  return { entry };
}

function contextOf(options: WebllmOptions, entry: ModelEntry, { config }: MlcHead): number {
  const wanted = options.contextTokens ?? entry.mlc?.contextTokens ?? defaultContext;
  return config.contextTokens > 0 ? Math.min(wanted, config.contextTokens) : wanted;
}

function recordOf(entry: ModelEntry, contextTokens: number): ModelRecord {
  const { memoryMegabytes, features, bufferBytes } = gpuNeeds(entry);
  return {
    model: modelAddress(entry),
    model_id: entry.id,
    model_lib: libraryAddress(entry),
    overrides: { context_window_size: contextTokens, sliding_window_size: -1 }, // WebLLM allows one of them
    vram_required_MB: memoryMegabytes,
    required_features: [...features],
    buffer_size_required_bytes: bufferBytes,
  };
}

/** A read from a lost device may fail before WebLLM hears of the loss and unloads. */
const noticeMs = 50;

/** Keeps a model on a device that may go away. */
function deviceSession(entry: ModelEntry, engine: MlcEngine, put: () => Promise<void>) {
  let gone: ClinfuseError | undefined;

  /** True when a model is loaded now; false when the device was lost meanwhile. Throws what else went wrong. */
  const load = async (): Promise<boolean> => {
    try {
      await put();
    } catch (error) {
      if (isDeviceLost(error)) return false;
      throw explainFailure(error, `${entry.name} did not load`);
    }
    return engine.loaded();
  };

  const giveUp = (): ClinfuseError => {
    const sentence = `the graphics device was lost twice with ${entry.name}, so it is left; the next rung is the processor: a GGUF model with the batch engine or wllama, or a smaller model here`;
    gone = new ClinfuseError("device-lost", sentence, { what: entry.id });
    return gone;
  };

  return {
    /** A device that is lost while the weights go up has too little memory, most often: tried once more, then given up. */
    async load(): Promise<void> {
      if (!((await load()) || (await load()))) throw giveUp();
    },
    /** Runs one request; when the device is lost under it, reloads once and runs it again from its start. */
    async run(task: () => Promise<Completion>, signal: AbortSignal): Promise<Completion> {
      for (let losses = 0; ; losses++) {
        throwIfAborted(signal); // while it waited for its turn, or for the reload
        if (gone) throw gone;
        try {
          return await task();
        } catch (error) {
          if (error instanceof ClinfuseError) throw error;
          await new Promise((resolve) => setTimeout(resolve, noticeMs));
          const lost = isDeviceLost(error) || !(await engine.loaded());
          if (!lost) throw explainFailure(error, "the engine failed");
        }
        if (losses > 0 || !(await load())) throw giveUp();
      }
    },
  };
}

function isDeviceLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "DeviceLostError" || /\bdevice\]? (was|is) (lost|destroyed)/i.test(error.message);
}
