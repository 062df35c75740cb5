// A decoder of our own behind the LanguageModel port: many requests a step, on onnxruntime-web. Knows no task.

import { cleanAfter, cleanUp } from "../../base/async.ts";
import { ClinfuseError, throwIfAborted } from "../../base/errors.ts";
import { type DecoderWeights, folderWeights, ggufWeights } from "../../models/decoder-weights.ts";
import { endsOf, jsonOf, type ModelFolder, templateOf } from "../../models/model-folder.ts";
import type { LlamaPrecision } from "../../nn/llama.ts";
import type { WebGpuPath } from "../../runtime/trainer.ts";
import { type ByteLevelTokenizer, hubTokenizer } from "../../text/byte-level-tokenizer.ts";
import { type ChatTemplate, chatTemplate } from "../../text/chat-template.ts";
import { readGgufTokenizer } from "../../text/gguf-tokenizer.ts";
import { openGguf } from "../../weights/gguf.ts";
import { openLines } from "../kernels/open.ts";
import type {
  Completion,
  CompletionRequest,
  LanguageModel,
  Message,
  OnProgress,
  ScoreRequest,
  TokenStep,
  WatchRequest,
} from "../language-model.ts";
import { contextOverflow } from "../refusals.ts";
import { type Drawing, drawing } from "../sampling/drawing.ts";
import { forced } from "../sampling/forced.ts";
import { type GrammarState, type Grammars, grammars } from "../sampling/grammar.ts";
import { type Sampler, sampler } from "../sampling/sampler.ts";
import { copyBan } from "../sampling/uncopied.ts";
import { type WatchedToken, watched } from "../sampling/watched.ts";
import { openBatchDecoder } from "./decoder.ts";
import type { Scheduler } from "./job.ts";
import { type BatchPrompt, promptReader } from "./prompt.ts";
import { scheduler } from "./scheduler.ts";

export interface BatchOptions {
  /** LanguageModel.id. */
  readonly id: string;
  /** A model of the Llama family, verified by the caller: one GGUF, or config.json, tokenizer.json with a chat template, and the *.safetensors. */
  readonly weights: Blob | ModelFolder;
  readonly device?: "wasm" | "webgpu";
  /** Who computes on WebGPU; onnxruntime where absent. Kernels that cannot be had give way to it, and `LanguageModel.remark` says so. */
  readonly path?: WebGpuPath;
  /** LanguageModel.id where onnxruntime writes in the kernels' place. */
  readonly fallbackId?: string;
  /** Tokens of a prompt and its completion together; the model's own limit where that is smaller. */
  readonly contextTokens?: number;
  /** Requests decoded together. */
  readonly slots?: number;
  /** See DecoderOptions. `int8` makes equal requests give equal text no more. Absent: float32, on WebGPU what `gpuPrecision` chooses. */
  readonly precision?: LlamaPrecision;
  /** For beginnings of prompts that later prompts share, in bytes. */
  readonly prefixBytes?: number;
  readonly onWeights?: (done: number, total: number) => void;
}

/**
 * Loads the weights as float32. Errors: `model-unsupported`, `model-truncated` (the file), `model-missing` and `file-malformed` (of a folder),
 * `out-of-memory` (said before any weight is read where it cannot fit), `no-webgpu`, `engine-failed`.
 */
export async function openBatch(options: BatchOptions): Promise<LanguageModel> {
  const { id } = options;
  const { weights, tokenizer, template, begin } =
    options.weights instanceof Blob ? await fromGguf(options.weights, id) : await fromFolder(options.weights, id);
  const writer = await openWriter(weights, tokenizer.ends, options);
  const { contextTokens, schedule } = writer;
  const grammar = grammars(tokenizer, weights.config.vocabSize);
  const parts = { tokenizer, template, begin, grammar, schedule, contextTokens };
  const remarks = [template.remark, writer.remark].filter((remark) => remark !== undefined);
  let closed = false;
  return {
    id: writer.refused ? (options.fallbackId ?? id) : id,
    contextTokens,
    slots: writer.slots,
    deterministic: writer.deterministic,
    asksDate: template.asksDate,
    ...(remarks.length === 0 ? {} : { remark: remarks.join("; ") }),
    complete: async (request, signal, onProgress) => {
      if (closed) throw new Error(`${id} was closed`);
      return complete(parts, request, signal, onProgress);
    },
    score: async (request, signal) => {
      if (closed) throw new Error(`${id} was closed`);
      return score(parts, request, signal);
    },
    watch: async (request, signal) => {
      if (closed) throw new Error(`${id} was closed`);
      return watch(parts, request, signal);
    },
    async close() {
      if (closed) return;
      closed = true;
      await cleanAfter(schedule.stop(), async () => {
        cleanUp(() => grammar.dispose());
        await writer.close();
      });
    },
  };
}

/** Reads and writes tokens, whoever computes. */
export interface Writer {
  readonly schedule: Scheduler;
  readonly contextTokens: number;
  readonly slots: number;
  readonly deterministic: boolean;
  /** Onnxruntime writes in the place of our own kernels; the remark says why. */
  readonly refused?: true;
  readonly remark?: string;
  close(): Promise<void>;
}

async function openWriter(weights: DecoderWeights, ends: ReadonlySet<number>, options: BatchOptions): Promise<Writer> {
  const { device = "wasm", contextTokens = 2048, slots = 16, prefixBytes = 256 * 2 ** 20, path } = options;
  const precision = options.precision ?? (device === "webgpu" ? gpuPrecision(weights) : "float32");
  const own = { contextTokens, precision, ...(options.onWeights ? { onWeights: options.onWeights } : {}) };
  if (device === "webgpu" && path === "program") {
    const opened = await openLines(weights, { ...own, ends, slots, prefixBytes });
    if (!("refusal" in opened)) return opened;
    const onnxruntime = await openWriter(weights, ends, { ...options, path: "onnxruntime" });
    return { ...onnxruntime, refused: true, remark: `onnxruntime writes in the place of our own kernels: ${opened.refusal}` };
  }
  const decoder = await openBatchDecoder(weights, { device, ...own });
  const schedule = scheduler({
    decoder,
    prompts: promptReader(decoder, prefixBytes),
    ends,
    rowSizes: device === "wasm" ? rowSizes(decoder.leastRows, slots) : [slots],
  });
  const { contextTokens: room, close } = decoder;
  return { schedule, contextTokens: room, slots, deterministic: precision !== "int8", close };
}

/** Bytes of 32-bit floats up to which a graphics card is given them as they are. */
const mostFloats = 2 ** 30;

/** 4 bits where they lose nothing of the file; floats where they are small; 8 bits otherwise. */
function gpuPrecision({ tensors }: DecoderWeights): LlamaPrecision {
  const matrices = [...tensors].filter(([, { shape }]) => shape.length > 1);
  if (matrices.every(([name, { type }]) => type === "Q4_0" || /^(token_embd|output)\./.test(name))) return "blocks4";
  const bytes = matrices.reduce((sum, [, { shape }]) => sum + 4 * shape.reduce((n, d) => n * d, 1), 0);
  return bytes <= mostFloats ? "float32" : "blocks8";
}

/** On WASM a row's numbers are the same bits whatever the number of rows: few requests take small steps. WebGPU picks kernels by it. */
function rowSizes(least: number, slots: number): number[] {
  const most = Math.max(least, slots);
  return [...[1, 2, 4, 8, 16, 32, 64].filter((n) => n >= least && n < most), most];
}

interface Opened {
  readonly weights: DecoderWeights;
  readonly tokenizer: ByteLevelTokenizer;
  readonly template: ChatTemplate;
  /** The token before every prompt that does not begin with it. */
  readonly begin: number | undefined;
}

async function fromGguf(blob: Blob, file: string): Promise<Opened> {
  const gguf = await openGguf(blob, file);
  const weights = await ggufWeights(gguf);
  const tokenizer = readGgufTokenizer(gguf.metadata, file);
  const source = gguf.metadata.get("tokenizer.chat_template");
  if (typeof source === "string" && source.trim() !== "") {
    return { weights, tokenizer, template: chatTemplate(source, tokenizer.specialTokens, file), begin: tokenizer.begin };
  }
  const sentence = `${file} has no chat template, so nothing says how it reads messages`;
  throw new ClinfuseError("model-unsupported", sentence, { file, what: "tokenizer.chat_template" });
}

async function fromFolder(folder: ModelFolder, file: string): Promise<Opened> {
  const weights = await folderWeights(folder, file);
  const ends = await endsOf(folder, await jsonOf(folder, "config.json"));
  const tokenizer = hubTokenizer(await jsonOf(folder, "tokenizer.json"), ends, file);
  return { weights, tokenizer, template: await templateOf(folder, file), begin: undefined };
}

interface Parts extends Omit<Opened, "weights"> {
  readonly grammar: Grammars;
  readonly schedule: Scheduler;
  readonly contextTokens: number;
}

async function complete(
  parts: Parts,
  request: CompletionRequest,
  signal: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<Completion> {
  throwIfAborted(signal);
  const prompt = promptOf(parts, request);
  const promptTokens = prompt.ids.length;
  const room = parts.contextTokens - promptTokens;
  if (room < 1) throw contextOverflow(promptTokens, parts.contextTokens);
  const maxTokens = Math.max(1, Math.min(room, request.sampling.maxTokens));
  const grammar = request.grammar === undefined ? undefined : await parts.grammar.start(request.grammar);
  const given = grammar ? forcedTokens(grammar, parts.tokenizer, maxTokens - 1) : [];
  const { stop = [] } = request.sampling;
  const progress = (read: number, completionTokens: number) =>
    onProgress({ promptTokens: Math.min(read, promptTokens), promptTotal: promptTokens, completionTokens });
  progress(0, 0); // while it waits for its turn
  const running = parts.schedule.run({
    prompt: { ...prompt, ids: [...prompt.ids, ...given] },
    given: given.length,
    maxTokens,
    sample: samplerOf(parts, request, promptTokens),
    drawing: drawingOf(parts, request),
    logProbs: request.logProbs ?? false,
    ...(stop.length === 0 ? {} : { isEnd: (tokens) => beginOfStop(parts.tokenizer.decode(tokens), stop) >= 0 }),
    grammar,
    ...(grammar ? { forced: (most: number) => forcedTokens(grammar, parts.tokenizer, most, forcedAtOnce) } : {}),
    signal,
    onProgress: progress,
  });
  // Not before the scheduler lets go of it, which after an abort comes later than the caller's answer.
  running.catch(() => undefined).finally(() => grammar?.dispose());
  const { tokens, finish, logProbs } = await orAbort(running, signal);
  const whole = parts.tokenizer.decode(tokens);
  const end = beginOfStop(whole, stop);
  const text = end < 0 ? whole : whole.slice(0, end);
  return { text, finish, promptTokens, completionTokens: tokens.length, ...(logProbs ? { logProbs } : {}) };
}

function drawingOf({ tokenizer }: Parts, { sampling, seed, uncopied }: CompletionRequest): Drawing {
  return drawing(sampling, seed, uncopied && copyBan(tokenizer, uncopied));
}

/** The request's sampler. A copy that the grammar makes the only way on is let through: the reader sees it. */
function samplerOf({ tokenizer }: Parts, { sampling, seed, uncopied }: CompletionRequest, promptTokens: number): Sampler {
  const sample = sampler(sampling, seed);
  if (!uncopied) return sample;
  const ban = copyBan(tokenizer, uncopied);
  return (logits, occurred, mask) => {
    const banned = ban(occurred.slice(promptTokens));
    if (banned.length === 0) return sample(logits, occurred, mask);
    const free = logits.slice();
    for (const id of banned) logits[id] = Number.NEGATIVE_INFINITY;
    const id = sample(logits, occurred, mask);
    return id < 0 ? sample(free, occurred, mask) : id;
  };
}

/** The prompt, and the text that is forced behind it. Throws `context-overflow`. */
function forcedOf(parts: Parts, request: ScoreRequest | WatchRequest) {
  const prompt = promptOf(parts, request);
  const answer = parts.tokenizer.encode(request.text);
  const needed = prompt.ids.length + answer.length + 1;
  if (needed > parts.contextTokens) throw contextOverflow(needed, parts.contextTokens);
  return { prompt, answer };
}

/** Teacher-forced, one token a step, in rows beside those that are written. */
async function score(parts: Parts, request: ScoreRequest, signal: AbortSignal): Promise<number> {
  throwIfAborted(signal);
  const { tokenizer, schedule } = parts;
  const { prompt, answer } = forcedOf(parts, request);
  const { sample, sum } = forced(answer, [...tokenizer.ends]);
  await orAbort(schedule.run({ prompt, maxTokens: answer.length + 1, sample, grammar: undefined, signal }), signal);
  return sum();
}

/** Candidates that are shown of each token. */
const mostWatched = 8;

/** Teacher-forced as `score`, beside the grammar's mask at each token. */
async function watch(parts: Parts, request: WatchRequest, signal: AbortSignal): Promise<readonly TokenStep[]> {
  throwIfAborted(signal);
  const { tokenizer, schedule } = parts;
  const { prompt, answer } = forcedOf(parts, request);
  const grammar = request.grammar === undefined ? undefined : await parts.grammar.start(request.grammar);
  const [end = -1] = tokenizer.ends;
  const { sample, steps } = watched(answer, end, mostWatched);
  const running = schedule.run({ prompt, maxTokens: answer.length + 1, sample, grammar, signal });
  running.catch(() => undefined).finally(() => grammar?.dispose());
  await orAbort(running, signal);
  const pieceOf = ({ id, probability, allowed }: WatchedToken) => ({
    piece: tokenizer.ends.has(id) ? "(end)" : tokenizer.decode([id]),
    probability,
    allowed,
  });
  return steps().map(({ drawn, likeliest, forbidden }) => ({
    drawn: pieceOf(drawn),
    likeliest: likeliest.map(pieceOf),
    forbidden,
  }));
}

/**
 * Fewer tokens that must come are cheaper as steps that other rows share: SmolLM2's share of a step of 16 rows is 8 ms, a step of its own 65. The
 * same whatever runs beside it, for the two ways round differently.
 */
const forcedAtOnce = 8;

/** Tokens that the grammar forces next: read together, without a step for each. At most `most` tokens, none below `least`. */
function forcedTokens(grammar: GrammarState, tokenizer: ByteLevelTokenizer, most: number, least = 1): number[] {
  const given: number[] = [];
  const ids = tokenizer.encode(grammar.forced());
  if (Math.min(ids.length, most) < least) return given;
  for (const id of ids) {
    if (given.length >= most || !grammar.tries(id)) break;
    given.push(id);
  }
  return given;
}

/** Begin of the first of the stop texts; -1 where there is none. */
function beginOfStop(text: string, stop: readonly string[]): number {
  const found = stop.map((s) => text.indexOf(s)).filter((at) => at >= 0);
  return found.length > 0 ? Math.min(...found) : -1;
}

/** Prompt in parts: the messages that many requests share, and each earlier turn, as far as its tokens are the beginning of the whole. */
function promptOf(
  { tokenizer, template, begin }: Parts,
  { messages, shared, date }: Pick<CompletionRequest, "messages" | "shared" | "date">,
): BatchPrompt {
  const when = date === undefined ? {} : { date };
  const idsOf = (text: string) => {
    const ids = tokenizer.encode(text);
    return begin === undefined || ids[0] === begin ? ids : [begin, ...ids];
  };
  const ids = idsOf(template.render(messages, when));
  /** Number of tokens that these messages have in common with the whole. One token is left to read, for its logits. */
  const common = (beginning: readonly Message[], answer: boolean) => {
    const part = idsOf(template.render(beginning, { ...when, answer }));
    const differs = part.findIndex((id, i) => id !== ids[i]);
    return Math.min(differs < 0 ? part.length : differs, ids.length - 1);
  };
  const first = shared?.messages ?? 0;
  const next = messages[first];
  const cut = shared && next ? [{ ...next, content: next.content.slice(0, shared.characters) }] : [];
  const start = shared ? common([...messages.slice(0, first), ...cut], false) : 0;
  const turns = [...messages.keys()].filter((i) => i > first && messages[i]?.role === "assistant");
  const cuts = turns.map((i) => common(messages.slice(0, i), true));
  return { ids, shared: start, cuts: cuts.filter((at, i) => at > (cuts[i - 1] ?? start)) };
}

/** The scheduler hears of an abort between steps; the caller hears of it at once. */
function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new ClinfuseError("aborted", "stopped", {}, { cause: signal.reason }));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
