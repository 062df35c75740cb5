// The verified files of a model where WebLLM looks for its own: answers to its cache look-ups. Whatever is not among them it cannot get.

import { ClinfuseError } from "../../base/errors.ts";
import type { ModelEntry, ModelFile } from "../../models/manifest.ts";
import {
  listedFile,
  type MlcConfig,
  mlcLayout,
  readMlcConfig,
  readTensorList,
  type TensorList,
  tensorLists,
} from "../../models/mlc-model.ts";

/**
 * Files by the address that WebLLM asks for. The host is one that can never exist (RFC 2606), and our policy forbids it besides: a file that
 * is not here cannot come from elsewhere.
 */
export type VerifiedFiles = ReadonlyMap<string, Blob>;

/** Beginning of all addresses of a model. WebLLM appends `resolve/main/` to whatever lacks it, so it is there. */
export const modelAddress = (entry: ModelEntry) => `https://webllm.invalid/${entry.id}/resolve/main/`;
export const libraryAddress = (entry: ModelEntry) => `${modelAddress(entry)}${mlcLayout(entry)?.library.name ?? "library.wasm"}`;

/** Content of the small files, so that a model is refused before its weights are read. */
export interface MlcHead {
  readonly config: MlcConfig;
  readonly tensors: TensorList;
  readonly files: VerifiedFiles;
}

/** Content of one of the entry's files, checked against its hash by whoever gives it. Errors: `model-missing`, `model-altered`, `model-truncated`. */
export type ReadVerified = (file: ModelFile) => Promise<Blob>;

/** Reads the config and the tensor list. Throws what `read` throws, `model-unsupported`, and `file-malformed`. */
export async function readHead(entry: ModelEntry, read: ReadVerified): Promise<MlcHead> {
  const layout = mlcLayout(entry);
  if (!layout) {
    const sentence = `${entry.name} is not in MLC's layout: it needs mlc-chat-config.json, tensor-cache.json or ndarray-cache.json, and a *.wasm`;
    throw new ClinfuseError("model-unsupported", sentence, { what: entry.id });
  }
  const config = await read(layout.config);
  const tensors = await read(layout.tensors);
  return {
    config: readMlcConfig(entry, await config.text()),
    tensors: readTensorList(entry, layout.tensors.name, await tensors.text()),
    files: new Map([
      [`${modelAddress(entry)}${layout.config.name}`, config],
      [`${modelAddress(entry)}${tensorLists[0]}`, tensors],
    ]),
  };
}

/** All files that WebLLM will ask for. Each must be in the entry, by name, before any of them is read. Throws as `readHead`. */
export async function readRest(entry: ModelEntry, head: MlcHead, read: ReadVerified): Promise<VerifiedFiles> {
  const layout = mlcLayout(entry);
  if (!layout) throw new Error(`readRest: got ${entry.id}, which readHead refuses`);
  const wanted = [
    layout.library,
    listedFile(entry, head.config.tokenizer, layout.config.name),
    ...head.tensors.shards.map((name) => listedFile(entry, name, layout.tensors.name)),
  ];
  const files = new Map(head.files);
  for (const file of wanted) files.set(`${modelAddress(entry)}${file.name}`, await read(file));
  return files;
}

const scopes = new Set(["webllm/model", "webllm/config", "webllm/wasm"]);

/**
 * Runs `load` while WebLLM's caches are these files and nothing else. The browser's own caches are neither read nor written, so that an entry
 * that somebody altered there, or that is older than the manifest, is never seen. Other caches stay as they are.
 */
export async function withFiles<T>(files: VerifiedFiles, load: () => Promise<T>): Promise<T> {
  const own = Object.getOwnPropertyDescriptor(globalThis, "caches");
  const before: CacheStorage | undefined = globalThis.caches;
  const open = async (name: string) => (scopes.has(name) ? cacheOf(files) : before?.open(name));
  Object.defineProperty(globalThis, "caches", { value: { open }, configurable: true, writable: true });
  try {
    return await load();
  } finally {
    if (own) Object.defineProperty(globalThis, "caches", own);
    else Reflect.deleteProperty(globalThis, "caches"); // the prototype's shows again
  }
}

/** As much of a Cache as WebLLM uses. */
function cacheOf(files: VerifiedFiles) {
  const address = (request: RequestInfo | URL) => (request instanceof Request ? request.url : String(request));
  return {
    async match(request: RequestInfo | URL) {
      const file = files.get(address(request));
      return file && new Response(file);
    },
    async add(request: RequestInfo | URL) {
      const file = address(request);
      throw new ClinfuseError("model-missing", `WebLLM asks for ${file}, which the model's manifest entry does not list`, {
        file,
      });
    },
    keys: async () => [...files.keys()].map((url) => new Request(url)),
    delete: async () => false,
  };
}
