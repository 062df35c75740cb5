// Text generation by transformers.js from an ONNX folder, behind the LanguageModel port: one request at a time. Knows no task.

import type { PreTrainedModel, PreTrainedTokenizer, Tensor } from "@huggingface/transformers";
import { cleanAfter, mutex, orAbort, turn } from "../../base/async.ts";
import { ClinfuseError, throwIfAborted } from "../../base/errors.ts";
import { endsOf, jsonOf, type ModelFolder, templateOf } from "../../models/model-folder.ts";
import type { Device } from "../../runtime/device.ts";
import { byteLevelVocabulary } from "../../text/byte-level-tokenizer.ts";
import type { ChatTemplate } from "../../text/chat-template.ts";
import type { Completion, CompletionRequest, LanguageModel, OnProgress } from "../language-model.ts";
import { contextOverflow, noToken } from "../refusals.ts";
import { type Grammars, grammars } from "../sampling/grammar.ts";
import { sampler } from "../sampling/sampler.ts";
import { fromFolder, runError, type Transformers, weightsOf } from "./transformers.ts";

export interface TransformersOptions {
  /** LanguageModel.id. */
  readonly id: string;
  /** Verified by the caller: config.json, the tokenizer's files with a chat template, an ONNX file with keys and values in and out. */
  readonly files: ModelFolder;
  readonly device?: Device;
  /** Tokens of a prompt and its completion together; the model's own limit where that is smaller. */
  readonly contextTokens?: number;
}

/** Prompt tokens of a step: the engine hears of an abort between steps. */
const stepTokens = 64;

interface Parts {
  readonly id: string;
  readonly library: Transformers;
  readonly tokenizer: PreTrainedTokenizer;
  readonly model: PreTrainedModel;
  readonly template: ChatTemplate;
  readonly ends: ReadonlySet<number>;
  readonly grammars: Grammars | undefined;
  readonly contextTokens: number;
}

/** Errors: `model-missing` (a file), `model-unsupported`, `file-malformed`, `out-of-memory`, `no-webgpu`, `engine-failed`. */
export async function openTransformers(options: TransformersOptions): Promise<LanguageModel> {
  const { id, files, device = "wasm" } = options;
  const template = await templateOf(files, id);
  const config = await jsonOf(files, "config.json");
  const ends = await endsOf(files, config);
  const vocabulary = files.has("tokenizer.json") ? byteLevelVocabulary(await jsonOf(files, "tokenizer.json"), ends) : undefined;
  const loaded = await fromFolder(files, async (library, name) => ({
    library,
    tokenizer: await library.AutoTokenizer.from_pretrained(name),
    model: await library.AutoModelForCausalLM.from_pretrained(name, await weightsOf(files, device)),
  }));
  const session = loaded.model.sessions.model as { readonly inputNames: readonly string[] } | undefined;
  if (!session?.inputNames.some((input) => input.startsWith("past_"))) {
    await loaded.model.dispose();
    const what = "it was exported without its cache of keys and values";
    throw new ClinfuseError("model-unsupported", `${id}: ${what}`, { what });
  }
  const own = typeof config.max_position_embeddings === "number" ? config.max_position_embeddings : Number.POSITIVE_INFINITY;
  const contextTokens = Math.min(options.contextTokens ?? 2048, own);
  const masks = vocabulary ? grammars(vocabulary, Number(config.vocab_size)) : undefined;
  const parts: Parts = { ...loaded, id, template, ends: vocabulary?.ends ?? ends, grammars: masks, contextTokens };
  const oneAtATime = mutex();
  let closed = false;
  return {
    id,
    contextTokens,
    slots: 1,
    deterministic: true,
    asksDate: template.asksDate,
    ...(template.remark === undefined ? {} : { remark: template.remark }),
    async complete(request, signal, onProgress) {
      if (closed) throw new Error(`${id} was closed`);
      throwIfAborted(signal);
      return orAbort(
        oneAtATime.run(() => complete(parts, request, signal, onProgress)),
        signal,
      );
    },
    async close() {
      if (closed) return;
      closed = true;
      await oneAtATime.run(() => loaded.model.dispose());
      masks?.dispose();
    },
  };
}

async function complete(
  parts: Parts,
  request: CompletionRequest,
  signal: AbortSignal,
  onProgress: OnProgress = () => undefined,
): Promise<Completion> {
  throwIfAborted(signal); // while it waited for its turn
  const { tokenizer, contextTokens } = parts;
  const prompt = tokenizer(parts.template.render(request.messages, request.date === undefined ? {} : { date: request.date }), {
    add_special_tokens: false,
    return_tensor: false,
  }).input_ids as number[];
  const room = contextTokens - prompt.length;
  if (room < 1) throw contextOverflow(prompt.length, contextTokens);
  const most = Math.min(room, request.sampling.maxTokens);
  const { tokens, finish } = await decode(parts, prompt, request, most, { signal, onProgress });
  const text = tokenizer.decode([...tokens], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  return {
    // A character that the limit cut in two is no character.
    text: finish === "length" ? text.replace(/\uFFFD+$/, "") : text,
    finish,
    promptTokens: prompt.length,
    completionTokens: tokens.length,
  };
}

type Decoded = Pick<Completion, "finish"> & { readonly tokens: readonly number[] };

/**
 * The package's own loop would do for greedy text; its sampling leaves out top-p and shares one stream of random numbers. So the token is chosen
 * here, as `batch` chooses it: by the request's seed, under its grammar.
 */
async function decode(
  parts: Parts,
  prompt: readonly number[],
  { sampling, seed, grammar }: CompletionRequest,
  most: number,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<Decoded> {
  const sample = sampler(sampling, seed);
  const state = grammar === undefined ? undefined : await startGrammar(parts, grammar);
  const steps = stepsOf(parts);
  const tokens: number[] = [];
  const tell = (promptTokens: number) =>
    onProgress({ promptTokens, promptTotal: prompt.length, completionTokens: tokens.length });
  const write = async (): Promise<Decoded> => {
    let logits = new Float32Array();
    for (let at = 0; at < prompt.length; at += stepTokens) {
      throwIfAborted(signal);
      tell(at);
      logits = await steps.run(prompt.slice(at, at + stepTokens));
    }
    for (;;) {
      throwIfAborted(signal);
      const mask = await state?.mask();
      const id = sample(logits, [...prompt, ...tokens], mask);
      if (id < 0) throw noToken(mask !== undefined);
      if (parts.ends.has(id)) return { tokens, finish: "stop" };
      state?.accept(id);
      tokens.push(id);
      tell(prompt.length);
      if (tokens.length >= most) return { tokens, finish: "length" };
      logits = await steps.run([id]);
    }
  };
  return cleanAfter(write(), async () => {
    state?.dispose();
    await steps.dispose();
  });
}

async function startGrammar({ id, grammars }: Parts, ebnf: string) {
  if (grammars) return grammars.start(ebnf);
  const what = `${id} has no byte-level vocabulary, so it cannot be held to a grammar`;
  throw new ClinfuseError("grammar-invalid", what, { what });
}

type Cache = Record<string, Tensor> & { dispose(): Promise<void> };

/** Steps of one sequence, each after the ones before. */
function stepsOf({ library, model }: Parts) {
  const long = (numbers: readonly number[], dims: readonly number[]) =>
    new library.Tensor("int64", BigInt64Array.from(numbers, BigInt), [...dims]);
  let cache: Cache | undefined;
  let length = 0;
  return {
    /** Reads ids and gives the logits after the last. Errors: `device-lost`, `out-of-memory`, `engine-failed`. */
    async run(ids: readonly number[]): Promise<Float32Array<ArrayBuffer>> {
      length += ids.length;
      const model_inputs = {
        input_ids: long(ids, [1, ids.length]),
        attention_mask: long(Array<number>(length).fill(1), [1, length]),
        num_logits_to_keep: long([1], []),
        ...(cache ? { past_key_values: cache } : {}),
      };
      try {
        const outputs = await model(model_inputs);
        // Only for its cache: the next ids are ours.
        const next = { generated_input_ids: [[0n]], outputs, model_inputs, is_encoder_decoder: false };
        cache = model._update_model_kwargs_for_generation(next).past_key_values as Cache;
        await turn(); // on WASM a step holds the thread: an abort's message gets its turn
        const logits = (outputs.logits as Tensor).to("float32"); // [1, tokens, vocabulary]
        return (logits.data as Float32Array<ArrayBuffer>).slice(-(logits.dims.at(-1) as number));
      } catch (error) {
        throw runError(error);
      }
    },
    dispose: async () => cache?.dispose(),
  };
}
