// A stand-in for the engine of @mlc-ai/web-llm, with the manners of version 0.2.86 that matter: an interrupt before the start is forgotten,
// a lost device unloads the model, an overflow and a bad grammar throw by name. And a model of a few bytes for it.

import { sha256 } from "../../../../src/base/hash.ts";
import { rng } from "../../../../src/base/rng.ts";
import type { Script } from "../../../../src/engines/scripted.ts";
import type {
  ChatCompletionChunk,
  ChatCompletionRequestStreaming,
  MlcEngine,
  ModelRecord,
} from "../../../../src/engines/webllm/vendor.ts";
import type { AdapterFacts } from "../../../../src/models/gpu-adapter.ts";
import type { MlcNeeds, ModelEntry, ModelFile } from "../../../../src/models/manifest.ts";

export const capableAdapter: AdapterFacts = {
  name: "a capable adapter",
  software: false,
  features: ["shader-f16", "subgroups"],
  limits: {
    maxBufferSize: 2 ** 32,
    maxStorageBufferBindingSize: 2 ** 31,
    maxComputeWorkgroupStorageSize: 2 ** 15,
    maxStorageBuffersPerShaderStage: 10,
  },
};

export interface TinyModel {
  readonly entry: ModelEntry;
  readonly contents: Map<string, string>;
  /** Gives the content, checked by nobody. */
  readonly read: (file: ModelFile) => Promise<Blob>;
}

/** The layout with contents of a few bytes. `change` may replace contents before they are hashed. */
export async function tinyModel(
  id: string,
  mlc?: MlcNeeds,
  change: (contents: Map<string, string>) => void = () => undefined,
): Promise<TinyModel> {
  const config = { model_type: "llama", tokenizer_files: ["tokenizer.json"], context_window_size: 300, vocab_size: 32 };
  const shard = (i: number) => ({ dataPath: `params_shard_${i}.bin`, nbytes: 8, records: [{ name: `w${i}`, nbytes: 8 }] });
  const contents = new Map([
    ["mlc-chat-config.json", JSON.stringify(config)],
    ["ndarray-cache.json", JSON.stringify({ metadata: {}, records: [shard(0), shard(1)] })],
    ["tokenizer.json", '{"model":{}}'],
    ["params_shard_0.bin", "12345678"],
    ["params_shard_1.bin", "abcdefgh"],
    [`${id}-webgpu.wasm`, "no wasm"],
  ]);
  change(contents);
  const files: ModelFile[] = [];
  for (const [name, text] of contents)
    files.push({ name, bytes: new TextEncoder().encode(text).length, sha256: await sha256(text) });
  const entry: ModelEntry = {
    id,
    kind: "language-model",
    name: id,
    licence: "CC0-1.0",
    homepage: "",
    sources: [],
    files,
    ...(mlc ? { mlc } : {}),
  };
  return { entry, contents, read: async (file) => new Blob([contents.get(file.name) ?? ""]) };
}

export interface StandIn {
  readonly engine: (record: ModelRecord) => MlcEngine;
  readonly record: () => ModelRecord | undefined;
  readonly requests: ChatCompletionRequestStreaming[];
  /** Times that the weights went to the device. */
  loads: number;
  unloads: number;
  /** Most requests that ever ran at once. */
  most: number;
  /** Before each load: what it fetches, or how it fails. */
  onLoad: () => Promise<void> | void;
  /** The token, counted from the last load, at which the device is lost; then it is taken off the list. */
  readonly losses: number[];
  /** Written since the model was loaded, over all requests. */
  tokens: number;
}

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const words = (text: string) => text.match(/\s*(?:[\p{L}\p{N}]+|[^\s\p{L}\p{N}])/gu) ?? [];

/** Answers by the script, a word or a mark a token, every `milliseconds`. */
export function standIn(script: Script, milliseconds = 0): StandIn {
  let record: ModelRecord | undefined;
  let loaded = false;
  let interrupted = false;
  let message = "";
  let running = 0;
  const lose = () => {
    loaded = false;
    throw named("OperationError", "the buffer could not be mapped"); // says nothing of the device, as browsers do
  };

  async function* generate(request: ChatCompletionRequestStreaming): AsyncGenerator<ChatCompletionChunk, void> {
    state.most = Math.max(state.most, ++running);
    try {
      interrupted = false;
      const prompt = request.messages.map((m) => m.content as string);
      const promptTokens = prompt.reduce((sum, text) => sum + words(text).length + 4, 0);
      const context = record?.overrides?.context_window_size ?? 0;
      if (promptTokens > context) {
        const sentence = `Prompt tokens exceed context window size: number of prompt tokens: ${promptTokens}; context window size: ${context}`;
        throw named("ContextWindowSizeExceededError", sentence);
      }
      const format = request.response_format;
      if (format?.type === "grammar" && !/^\s*root\s*::=\s*\S/m.test(format.grammar ?? ""))
        throw named("GrammarMatcherInitError", "Failed to initialize the grammar matcher: no root");
      const seed = request.temperature === 0 ? 0 : (request.seed ?? 0);
      const answer = words(script(prompt.at(-1) ?? "", rng("stand-in", seed, ...prompt)));
      const most = Math.min(request.max_tokens ?? answer.length, context - promptTokens);
      message = "";
      let n = 0;
      while (n < answer.length && n < most && !interrupted) {
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        if (!loaded) throw new Error("Object has already been disposed");
        if (++state.tokens === state.losses[0]) {
          state.losses.shift();
          lose();
        }
        message += answer[n++];
        yield chunk({ choices: [{ index: 0, delta: { content: answer[n - 1] as string }, finish_reason: null }] });
      }
      const finish = interrupted ? "abort" : n < answer.length ? "length" : "stop";
      yield chunk({ choices: [{ index: 0, delta: {}, finish_reason: finish }] });
      const usage = { prompt_tokens: promptTokens, completion_tokens: n, total_tokens: promptTokens + n };
      yield chunk({ choices: [], usage: usage as NonNullable<ChatCompletionChunk["usage"]> });
    } finally {
      running--;
    }
  }

  const state: StandIn = {
    record: () => record,
    requests: [],
    loads: 0,
    unloads: 0,
    most: 0,
    onLoad: () => undefined,
    losses: [],
    tokens: 0,
    engine: (given) => {
      record = given;
      return {
        async load() {
          await state.onLoad();
          state.loads++;
          state.tokens = 0;
          loaded = true;
        },
        loaded: async () => loaded,
        reset: async () => undefined,
        async start(request) {
          state.requests.push(request);
          if (!loaded) throw named("ModelNotLoadedError", "Model not loaded");
          return generate(request);
        },
        message: async () => message,
        interrupt() {
          interrupted = true;
        },
        async unload() {
          loaded = false;
          state.unloads++;
        },
      };
    },
  };
  return state;
}

function chunk(part: Pick<ChatCompletionChunk, "choices"> & Partial<ChatCompletionChunk>): ChatCompletionChunk {
  return { id: "1", object: "chat.completion.chunk", created: 0, model: "stand-in", ...part };
}
