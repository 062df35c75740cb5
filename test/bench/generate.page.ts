// The browser's side of generate.ts: one engine writes the completions of the same ClinGen prompts of both tasks.

import type { Tensor } from "onnxruntime-web";
import { rng } from "../../src/base/rng.ts";
import { openBatch } from "../../src/engines/batch/batch.ts";
import { beginningOf } from "../../src/engines/batch/cache.ts";
import { openBatchDecoder } from "../../src/engines/batch/decoder.ts";
import type { LanguageModel } from "../../src/engines/language-model.ts";
import { openWllama } from "../../src/engines/wllama/wllama.ts";
import { presetSource } from "../../src/experiment/presets.ts";
import { fetchSample } from "../../src/experiment/sample.ts";
import { readDataset } from "../../src/formats/dataset.ts";
import { clingen } from "../../src/generate/clingen.ts";
import type { ConfigOf, Context } from "../../src/generate/source.ts";
import { Graph } from "../../src/graph/graph.ts";
import { toOnnx } from "../../src/graph/onnx.ts";
import { sizeOf, type Value } from "../../src/graph/ops.ts";
import { knowledgeOf, type Topic } from "../../src/knowledge/topic.ts";
import { ggufWeights } from "../../src/models/decoder-weights.ts";
import { llamaParameters } from "../../src/nn/llama.ts";
import type { LlamaConfig } from "../../src/nn/llama-config.ts";
import { loadOrt } from "../../src/runtime/ort.ts";
import { taskById } from "../../src/tasks/catalogue.ts";
import type { Task } from "../../src/tasks/task.ts";
import { openGguf } from "../../src/weights/gguf.ts";
import { toQ8 } from "./gguf-q8.ts";

export type Contender =
  | { readonly kind: "batch"; readonly rows: number; readonly precision: "float32" | "int8" }
  | { readonly kind: "wllama"; readonly file: "shipped" | "Q8_0" };

export interface Outcome {
  readonly prompts: number;
  readonly completionTokens: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Until the first answer. */
  readonly first: number;
  readonly accepted: number;
}

export const weightsPath = "/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf";
const weights = async () => (await fetch(weightsPath)).blob();

/** Names that need no graph: what is drawn matters little to the time. */
const names = [
  "asthma",
  "renal failure",
  "liver cirrhosis",
  "anemia",
  "hypertension",
  "psoriasis",
  "migraine",
  "epilepsy",
  "gout",
];

export async function write(contender: Contender, prompts: number, withGrammar: boolean): Promise<Outcome> {
  const model = await open(contender);
  const outcome = { prompts, completionTokens: 0, seconds: 0, first: 0, accepted: 0 };
  // Task by task, so that an engine that keeps one prompt's beginning keeps it; read before the clock starts, as it is read once a run.
  for (const id of ["bc5cdr-disease", "mqp"]) {
    const [warmUp, ...conversations] = (await attempts(id, prompts / 2 + 1)) as [Attempt, ...Attempt[]];
    await converse(model, warmUp, withGrammar);
    const start = performance.now();
    await Promise.all(
      conversations.map(async (attempt) => {
        const result = await converse(model, attempt, withGrammar);
        outcome.first ||= (performance.now() - start) / 1000;
        outcome.completionTokens += result.tokens;
        outcome.accepted += Number(result.accepted);
      }),
    );
    outcome.seconds += (performance.now() - start) / 1000;
  }
  await model.close();
  return outcome;
}

async function open(contender: Contender): Promise<LanguageModel> {
  const blob = await weights();
  if (contender.kind === "batch") {
    return openBatch({ id: "batch", weights: blob, slots: contender.rows, precision: contender.precision });
  }
  const file = contender.file === "shipped" ? blob : await toQ8(await openGguf(blob, "shipped"));
  return openWllama({
    id: "wllama",
    weights: [file],
    cachePrompt: true,
  });
}

interface Attempt {
  readonly index: number;
  readonly context: Context<ConfigOf<"clingen">>;
}

async function attempts(id: string, count: number): Promise<Attempt[]> {
  const task = taskById(id);
  const demonstrations = await fewOf(task);
  const topics = names.map((name): Topic => ({ entities: [{ id: name, name, type: "Disease" }], source: "kg" }));
  const knowledge = knowledgeOf({
    topics: Object.fromEntries(task.labels.map((label) => [label.id, topics])),
    styles: task.styles.map((name) => ({ name, source: "paper" })),
    lexicon: [],
  });
  const config = presetSource("small", "clingen", "bench");
  const context = { config, task, demonstrations, gold: [], knowledge, feedback: [] };
  return Array.from({ length: count }, (_, index) => ({ index, context }));
}

async function fewOf(task: Task) {
  const data = await readDataset(task, await fetchSample(task), rng("dataset", 1));
  return data.train;
}

async function converse(model: LanguageModel, { index, context }: Attempt, withGrammar: boolean) {
  const { config } = context;
  const asked = { ...context, config: { ...config, writer: { ...config.writer, grammar: withGrammar } } };
  const attempt = await clingen.attempt(index, asked, { model }, rng("generate", 1, index), new AbortController().signal);
  const turns = attempt?.origin.kind === "prompted" ? attempt.origin.turns : [];
  return { tokens: turns.reduce((sum, turn) => sum + turn.completionTokens, 0), accepted: attempt?.parsed.ok ?? false };
}

const mentioned = ["asthma", "renal failure", "liver cirrhosis", "anemia", "hypertension", "psoriasis", "migraine", "epilepsy"];

/** Tokens per second of `batch` on what generate_native.py asks of transformers: short prompts, 40 tokens each, greedily, all reading included. */
export async function writeAsNative(rows: number): Promise<number> {
  const model = await openBatch({ id: "batch", weights: await weights(), slots: rows });
  const asked = "Write one sentence in the style of medical literature that mentions ";
  const complete = (topic: string) =>
    model.complete(
      {
        messages: [{ role: "user", content: `${asked}${topic}.` }],
        shared: { messages: 0, characters: asked.length },
        sampling: { temperature: 0, topP: 1, maxTokens: 40 },
        seed: 1,
      },
      new AbortController().signal,
    );
  const topics = Array.from({ length: Math.max(rows, 16) }, (_, i) => mentioned[i % mentioned.length] as string);
  const start = performance.now();
  const completions = await Promise.all(topics.map(complete));
  const seconds = (performance.now() - start) / 1000;
  await model.close();
  return completions.reduce((sum, { completionTokens }) => sum + completionTokens, 0) / seconds;
}

const share = { rows: 16, beginning: 400, own: 64 };

/** The share of a step that is no matrix product: 16 rows, after a beginning of 400 tokens and 60 of each row's own. */
export async function nonMatmulShare(): Promise<number> {
  const gguf = await openGguf(await weights(), "shipped");
  const decoder = await openBatchDecoder(await ggufWeights(gguf), { device: "wasm", contextTokens: 1024 });
  const { rows, beginning, own } = share;
  const one = decoder.newCache(1);
  const read = await decoder.step(decoder.nothing, one, new Int32Array(beginning).fill(300), beginning - 1);
  one.fit(beginning);
  one.append(read.entries, [{ row: 0, from: 0, count: beginning }]);
  const shared = beginningOf(one);
  const cache = decoder.newCache(rows);
  cache.fit(own);
  cache.lengths.fill(own - 4);
  const steps: number[] = [];
  const alone: number[] = [];
  const plain = await products(decoder.config);
  const ids = new Int32Array(rows).fill(300);
  for (let i = 0; i < 12; i++) {
    steps.push(await clock(() => decoder.step(shared, cache, ids, 0)));
    alone.push(await clock(plain)); // in turn, so that whatever else the machine does slows both
  }
  await decoder.close();
  return 1 - median(alone) / median(steps);
}

/** A run of all products of a step, with the model's matrices and with keys and values, and of nothing else. */
async function products(config: LlamaConfig): Promise<() => Promise<unknown>> {
  const g = new Graph();
  const ort = await loadOrt("wasm");
  const fed: Record<string, Tensor> = {};
  const inputs = new Map<string, Value>();
  const external: { path: string; data: Uint8Array }[] = [];
  const x = (shape: readonly number[]): Value => {
    const name = `x${shape}`;
    const value = inputs.get(name) ?? g.input(name, "float32", shape);
    inputs.set(name, value);
    fed[name] = new ort.Tensor("float32", new Float32Array(sizeOf(shape)).fill(0.01), shape);
    return value;
  };
  const weight = (name: string, shape: readonly number[]): Value => {
    external.push({ path: name, data: new Uint8Array(new Float32Array(sizeOf(shape)).fill(0.01).buffer) });
    return g.input(name, "float32", shape);
  };
  const keep = (name: string, y: Value) => {
    // One number of each is enough to keep it; whole outputs would be copied out.
    const corner = y.shape.reduce((part, _, axis) => g.apply("Slice", [part], { axis, start: 0, end: 1 }), y);
    g.output(`y:${name}`, corner);
  };
  const { heads, keyValueHeads: kv, headSize, layers } = config;
  const { rows, beginning, own } = share;
  for (const { name, shape, transposed } of llamaParameters(config, true)) {
    const table = name === "token_embd.weight";
    if (!transposed && !table) continue;
    const w = weight(name, shape);
    const input = x([rows, shape[table ? 1 : 0] as number]);
    keep(name, table ? g.apply("Gemm", [input, w, null], { transA: false, transB: true }) : g.apply("MatMul", [input, w]));
  }
  for (let i = 0; i < layers; i++) {
    const group = heads / kv;
    for (const [of, batch, lines, tokens] of [
      ["shared", 1, rows * group, beginning],
      ["own", rows, group, own],
    ] as const) {
      const keys = weight(`${of}Keys${i}`, [kv, batch, headSize, tokens]);
      const values = weight(`${of}Values${i}`, [kv, batch, tokens, headSize]);
      keep(`${of}Scores${i}`, g.apply("MatMul", [x([kv, batch, lines, headSize]), keys]));
      keep(`${of}Sums${i}`, g.apply("MatMul", [x([kv, batch, lines, tokens]), values]));
    }
  }
  const session = await ort.InferenceSession.create(toOnnx(g, { external: new Set(external.map(({ path }) => path)) }), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
    externalData: external,
  });
  return () => session.run(fed);
}

async function clock(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

const median = (xs: readonly number[]) => xs.toSorted((a, b) => a - b)[Math.floor(xs.length / 2)] as number;
