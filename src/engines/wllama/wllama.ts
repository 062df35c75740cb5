// llama.cpp in WebAssembly behind the LanguageModel port: any GGUF, on CPU threads or WebGPU. Knows no task, and is the only file that knows wllama.

import { type ChatCompletionChunk, Wllama } from "@wllama/wllama";
import { appAddress } from "../../base/app-address.ts";
import { serverGone } from "../../base/app-file.ts";
import { mutex, orAbort } from "../../base/async.ts";
import { ClinfuseError, isAbort, throwIfAborted } from "../../base/errors.ts";
import { hasJspi } from "../../runtime/device.ts";
import { type ChatTemplate, chatTemplate, parses } from "../../text/chat-template.ts";
import type { Completion, CompletionRequest, LanguageModel, Message, OnProgress } from "../language-model.ts";
import { contextOverflow } from "../refusals.ts";
import { memoryNeed, throwIfTooBig } from "./memory.ts";
import { readParts } from "./parts.ts";

export interface WllamaOptions {
  /** LanguageModel.id. */
  readonly id: string;
  /** One GGUF, or its parts in order; verified by the caller. */
  readonly weights: readonly Blob[];
  readonly device?: "wasm" | "webgpu";
  /** At most; the model's own context where that is smaller. */
  readonly contextTokens?: number;
  /** Ignored without cross-origin isolation, which leaves one. */
  readonly threads?: number;
  /**
   * Keeps the keys and values of the last prompt, so that a prefix shared with it costs nothing. Rounding then depends on what ran
   * before: equal requests give equal text only without it.
   */
  readonly cachePrompt?: boolean;
  /** Address of the engine's wasm file. */
  readonly wasm?: string;
}

/** Prompt tokens per step. The engine hears of an abort only between steps; bigger ones measured no faster. */
const batchTokens = 64;

const allLayers = 99_999;

const silent = { debug() {}, log() {}, warn() {}, error() {} };

/** Threads worth having here; more than eight gain nothing for models of this size. */
export function wllamaThreads(): number {
  return globalThis.crossOriginIsolated ? Math.max(1, Math.min(8, navigator.hardwareConcurrency || 1)) : 1;
}

/**
 * Why llama.cpp cannot run here; undefined when it can. The build that the app ships has a 64-bit memory. The package would fetch another build from
 * a CDN for a browser without it; that one is never asked for. Waiting for promises (JSPI) is needed for WebGPU alone.
 */
export function withoutWllama(): ClinfuseError | undefined {
  if (hasMemory64()) return undefined;
  const what = "this browser's WebAssembly has no 64-bit memory (memory64), which llama.cpp needs";
  return new ClinfuseError("browser-lacks", what, { what });
}

/** A page of it; TypeScript knows no such memory yet. */
const memory64 = { address: "i64", initial: 1n };

function hasMemory64(): boolean {
  try {
    void new WebAssembly.Memory(memory64 as unknown as WebAssembly.MemoryDescriptor);
    return true;
  } catch {
    return false;
  }
}

/**
 * Why llama.cpp cannot compute on WebGPU here; undefined when it can. Its backend needs shader-f16, and a wasm module that can wait for the GPU;
 * without them it says nothing and computes on the processor, so it is asked before.
 */
export async function wllamaWithoutWebGpu(): Promise<ClinfuseError | undefined> {
  const none = withoutWllama();
  if (none) return none;
  const no = (what: string) => new ClinfuseError("no-webgpu", what, { what });
  const adapter = await globalThis.navigator?.gpu?.requestAdapter().catch(() => null);
  if (!adapter) return no("this browser has no WebGPU adapter");
  if (!adapter.features.has("shader-f16"))
    return no("the WebGPU adapter has no 16-bit floats (shader-f16), which llama.cpp needs");
  if (!hasJspi()) return no("this browser's WebAssembly cannot wait for the GPU (JSPI), which llama.cpp needs");
  return undefined;
}

/**
 * Loads the weights. Errors: `model-unsupported` (llama.cpp refuses the file), `model-missing` and `model-altered` (parts), `model-truncated`,
 * `out-of-memory` (said before the load where the model cannot fit), `browser-lacks`, `no-webgpu`, `engine-failed`.
 */
export async function openWllama(options: WllamaOptions): Promise<LanguageModel> {
  const { id, weights, device = "wasm", threads = wllamaThreads(), cachePrompt = false } = options;
  const unfit = device === "webgpu" ? await wllamaWithoutWebGpu() : withoutWllama();
  if (unfit) throw unfit;
  const metadata = await readParts(weights, id);
  const template = templateOf(metadata, id);
  const trained = metadata.get(`${String(metadata.get("general.architecture"))}.context_length`);
  const contextTokens = Math.min(options.contextTokens ?? 2048, typeof trained === "number" ? trained : Number.POSITIVE_INFINITY);
  if (device === "wasm") {
    const bytes = weights.reduce((sum, part) => sum + part.size, 0);
    throwIfTooBig(id, memoryNeed(metadata, bytes, { contextTokens, stepTokens: batchTokens }));
  }
  const wllama = new Wllama(
    { default: options.wasm ?? appAddress("vendor/wllama/wllama.wasm") },
    { suppressNativeLog: true, logger: silent },
  );
  wllama.setCompat(null); // the package's own is an address on a CDN
  try {
    // One slot: on a CPU that is bound by arithmetic more of them gain nothing.
    await wllama.loadModel([...weights], {
      n_ctx: contextTokens,
      n_threads: threads,
      n_parallel: 1,
      n_gpu_layers: device === "webgpu" ? allLayers : 0,
      n_batch: batchTokens,
      n_ubatch: batchTokens,
      ctx_shift: false,
      ...(template?.asksDate ? { chat_template: asItIs(template) } : {}),
    });
    // A file that llama.cpp cannot read gives an empty model rather than an error.
    if (wllama.getLoadedContextInfo().n_vocab === 0) throw new Error("it is no GGUF, or cut off, or of an unknown architecture");
  } catch (error) {
    await wllama.exit().catch(() => undefined);
    throw loadError(id, error);
  }
  const oneAtATime = mutex();
  let closed = false;
  return {
    id,
    contextTokens,
    slots: 1,
    deterministic: !cachePrompt,
    asksDate: template?.asksDate ?? false,
    ...remarkOf(template),
    async complete(request, signal, onProgress) {
      if (closed) throw new Error(`${id} was closed`);
      // The engine hears of an abort only between tokens; the caller hears of it at once.
      return orAbort(
        oneAtATime.run(() => complete(wllama, request, { cachePrompt, template }, signal, onProgress)),
        signal,
      );
    },
    async close() {
      closed = true;
      await wllama.exit();
    },
  };
}

/**
 * Sampling of the request and nothing more (llama.cpp's defaults would cut further), in the order of `transformers`: temperature, then
 * top-p. llama.cpp's own order is the other one, which keeps more of the tail at temperatures below 1.
 */
const samplers: object = { samplers: ["temperature", "top_p"] };

async function complete(
  wllama: Wllama,
  request: CompletionRequest,
  { cachePrompt, template }: { readonly cachePrompt: boolean; readonly template: ChatTemplate | undefined },
  signal: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<Completion> {
  throwIfAborted(signal); // while it waited for its turn
  const { messages, sampling, seed, grammar, date } = request;
  const day = date === undefined ? {} : { date };
  const sent = template?.asksDate
    ? [{ role: "user" as const, content: rendered(template, messages, day) }]
    : messages.map(({ role, content }) => ({ role, content }));
  const options = {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    max_tokens: sampling.maxTokens,
    seed,
    ...samplers,
    cache_prompt: cachePrompt,
    chat_template_kwargs: { enable_thinking: false }, // as our own rendering
    abortSignal: signal,
    ...(grammar === undefined ? {} : { grammar }),
  };
  const answer = collected(onProgress);
  try {
    await wllama.createChatCompletion({ ...options, ...streamed, messages: sent, stream: true, onData: answer.take });
  } catch (error) {
    throw completionError(error, grammar !== undefined);
  }
  return answer.whole();
}

/** Parts of the answer as they come, how far the prompt is read, and the counts of tokens at the end. */
const streamed: object = { return_progress: true, stream_options: { include_usage: true } };

function collected(onProgress: OnProgress) {
  let text = "";
  let finish: string | null | undefined;
  let usage: ChatCompletionChunk["usage"];
  let progress = { promptTokens: 0, promptTotal: 0, completionTokens: 0 };
  return {
    take({ choices: [choice], prompt_progress: read, usage: counts }: ChatCompletionChunk): void {
      const more = choice?.delta.content ?? "";
      text += more;
      finish = choice?.finish_reason ?? finish;
      usage = counts ?? usage;
      if (!read && more === "") return;
      const { promptTotal, completionTokens } = progress;
      progress = read
        ? { ...progress, promptTokens: read.processed, promptTotal: read.total }
        : { promptTokens: promptTotal, promptTotal, completionTokens: completionTokens + 1 };
      onProgress(progress);
    },
    whole(): Completion {
      if (!usage) throw new ClinfuseError("engine-failed", "the engine ended without its counts of tokens", { what: "no usage" });
      const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = usage;
      return { text, finish: finish === "length" ? "length" : "stop", promptTokens, completionTokens };
    },
  };
}

/**
 * The file's chat template as it is read here, for what it says before the first request; undefined where there is none, or where it is written in
 * Jinja that llama.cpp alone may read. Throws `model-unsupported` for one that renders no conversation of several turns.
 */
function templateOf(metadata: ReadonlyMap<string, unknown>, id: string): ChatTemplate | undefined {
  const source = metadata.get("tokenizer.chat_template");
  if (typeof source !== "string" || source.trim() === "" || !parses(source)) return undefined;
  return chatTemplate(source, marks, id);
}

/** Characters of no script in place of tokens that a file may name or not: llama.cpp itself knows which ones stand there. */
const marks = { bos_token: "\u{10fffc}", eos_token: "\u{10fffd}" } as const;

/**
 * llama.cpp tells a template the day of the clock. Where a file's template asks for it, the text is rendered here, with the run's own day, and
 * passed through this one. A token at the very beginning stands in the template, or llama.cpp would put it there once more.
 */
function asItIs(template: ChatTemplate): string {
  const begins = template.render([{ role: "user", content: "" }]).startsWith(marks.bos_token) ? "{{ bos_token }}" : "";
  return `${begins}{{ messages[0]['content'] | replace('${marks.bos_token}', bos_token) | replace('${marks.eos_token}', eos_token) }}`;
}

/** What is passed through: without the token that `asItIs` puts. */
function rendered(template: ChatTemplate, messages: readonly Message[], date: { readonly date?: string }): string {
  const text = template.render(messages, date);
  return text.startsWith(marks.bos_token) ? text.slice(marks.bos_token.length) : text;
}

const chatMl = "the file has no chat template that is read here, so llama.cpp chooses how its messages are written";

function remarkOf(template: ChatTemplate | undefined): { readonly remark?: string } {
  const remark = template ? template.remark : chatMl;
  return remark === undefined ? {} : { remark };
}

function completionError(error: unknown, hasGrammar: boolean): unknown {
  if (isAbort(error)) return new ClinfuseError("aborted", "stopped", {}, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  const overflow = /\((\d+) tokens\) exceeds the available context size \((\d+) tokens\)/.exec(message);
  if (overflow) return contextOverflow(Number(overflow[1]), Number(overflow[2]), { cause: error });
  if (hasGrammar && /grammar|sampl/i.test(message)) {
    return new ClinfuseError("grammar-invalid", `the engine cannot read the grammar: ${message}`, {}, { cause: error });
  }
  return new ClinfuseError("engine-failed", `the engine failed: ${message}`, { what: message }, { cause: error });
}

function loadError(id: string, error: unknown): ClinfuseError {
  const message = error instanceof Error ? error.message : String(error);
  if (/memory|alloc/i.test(message)) {
    return new ClinfuseError("out-of-memory", `${id} does not fit into memory: ${message}`, { what: id }, { cause: error });
  }
  const gone = serverGone(error);
  if (gone) return gone;
  if (/wasm|fetch|version/i.test(message)) {
    return new ClinfuseError("engine-failed", `the engine did not start: ${message}`, { what: message }, { cause: error });
  }
  return new ClinfuseError("model-unsupported", `llama.cpp cannot load ${id}: ${message}`, { what: id }, { cause: error });
}
