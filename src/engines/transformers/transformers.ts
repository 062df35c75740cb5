// transformers.js over files that are here, set so that it asks no address for anything. The only file that loads the package. Knows no task.

import { ClinfuseError } from "../../base/errors.ts";
import type { ModelFolder } from "../../models/model-folder.ts";
import { type Device, wasmThreads, withoutWebGpu } from "../../runtime/device.ts";
import { requireHeap } from "../../runtime/heap.ts";
import { loadOrt, ortError } from "../../runtime/ort.ts";

export type Transformers = typeof import("@huggingface/transformers");

const folders = new Map<string, ModelFolder>();
let loaded: Promise<Transformers> | undefined;
let opened = 0;
/**
 * The package makes and runs sessions in two chains of promises: once a link fails, all that come after it fail with the same error. One that was
 * seen before says so.
 */
const seen = new WeakSet<object>();

async function load(): Promise<Transformers> {
  // The package sets an address of its own, on a CDN, where onnxruntime has none yet.
  const ort = await loadOrt("webgpu");
  ort.env.wasm.numThreads = wasmThreads();
  const library = await import("@huggingface/transformers");
  Object.assign(library.env, {
    allowRemoteModels: false,
    allowLocalModels: true,
    localModelPath: root,
    remoteHost: root, // the package's own is the hub
    useBrowserCache: false,
    useWasmCache: false,
    // Every file that it wants comes through here, and nothing else can come.
    fetch: answer,
  });
  library.env.logLevel = library.LogLevel.NONE; // a missing optional file is no news; errors are thrown
  return library;
}

const root = "/here/";

async function answer(address: string | URL): Promise<Response> {
  const [id = "", ...path] = String(address).slice(root.length).split("/");
  const name = path.join("/");
  const folder = folders.get(id);
  const content = folder?.get(name) ?? folder?.get(path.at(-1) ?? "");
  if (!content) return new Response(null, { status: 404 });
  return new Response(content, { headers: { "content-length": String(content.size) } });
}

/**
 * Opens something from a folder: `open` gets the package and the id under which it finds the files, while it runs. Errors:
 * `model-missing` for a file that the folder lacks, `model-unsupported`, `out-of-memory`, `engine-failed`.
 */
export async function fromFolder<T>(folder: ModelFolder, open: (library: Transformers, id: string) => Promise<T>): Promise<T> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined; // the next call tries again
    throw error;
  });
  const id = `model-${++opened}`;
  folders.set(id, folder);
  try {
    return await open(await loaded, id);
  } catch (error) {
    throw openError(error);
  } finally {
    folders.delete(id);
  }
}

function openError(error: unknown): ClinfuseError {
  const message = error instanceof Error ? error.message : String(error);
  const missing = /not found locally at "([^"]+)"/.exec(message)?.[1];
  if (missing !== undefined) {
    const file = missing.slice(root.length).split("/").slice(1).join("/");
    return new ClinfuseError("model-missing", `the model's folder has no ${file}`, { file }, { cause: error });
  }
  if (error instanceof SyntaxError) {
    return new ClinfuseError(
      "file-malformed",
      `a file of the model is not JSON: ${message}`,
      { what: message },
      { cause: error },
    );
  }
  const unsupported = /unsupported|not supported|unknown model|no graph|protobuf|opset/i.test(message);
  const failure = runError(error);
  if (failure.code !== "engine-failed" || failure.place.what === spoiled || !unsupported) return failure;
  return new ClinfuseError(
    "model-unsupported",
    `transformers.js cannot read it: ${message}`,
    { what: message },
    { cause: error },
  );
}

const spoiled = "an earlier failure";

/** An error of the package, as one of our codes: `device-lost`, `out-of-memory`, `engine-failed`. */
export function runError(error: unknown): ClinfuseError {
  if (error instanceof ClinfuseError) return error;
  if (typeof error === "object" && error !== null) {
    if (seen.has(error)) {
      const sentence = `transformers.js works no more since ${spoiled} (${ortError(error).message}); reload the page`;
      return new ClinfuseError("engine-failed", sentence, { what: spoiled }, { cause: error });
    }
    seen.add(error);
  }
  return ortError(error);
}

export interface WeightsChoice {
  readonly device: Device;
  readonly dtype: Dtype;
}

/**
 * Options of `from_pretrained` for the ONNX file that the folder has. Throws `model-missing` where there is none, `no-webgpu`, and
 * `out-of-memory` for a file beyond WebAssembly's memory.
 */
export async function weightsOf(folder: ModelFolder, device: Device): Promise<WeightsChoice> {
  const sizes = new Map([...folder].map(([name, { size }]) => [name.split("/").at(-1) as string, size]));
  const dtype = (Object.keys(suffixes) as Dtype[]).find((type) => sizes.has(`model${suffixes[type]}.onnx`));
  if (!dtype) throw new ClinfuseError("model-missing", "the model's folder has no onnx/model.onnx", { file: "onnx/model.onnx" });
  if (device === "webgpu") {
    const reason = await withoutWebGpu();
    if (reason) throw reason;
  } else {
    const file = `model${suffixes[dtype]}.onnx`;
    // While a session is made it holds the file and its weights.
    requireHeap(2 * [...sizes].reduce((sum, [name, size]) => sum + (name.startsWith(file) ? size : 0), 0));
  }
  return { device, dtype };
}

/** The hub's names of a model's files by the numbers in them, those preferred first where a folder has several. */
const suffixes = {
  fp32: "",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  fp16: "_fp16",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
} as const;
type Dtype = keyof typeof suffixes;
