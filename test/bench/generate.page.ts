// The browser's side of generate.ts: one engine writes the completions of the same ClinGen prompts of both tasks.

import { rng, seedOf } from "../../src/base/rng.ts";
import { openBatch } from "../../src/engines/batch.ts";
import { beginningOf } from "../../src/engines/batch-cache.ts";
import { openBatchDecoder } from "../../src/engines/batch-decoder.ts";
import type { CompletionRequest, LanguageModel } from "../../src/engines/language-model.ts";
import { openWllama } from "../../src/engines/wllama.ts";
import { presetConfig } from "../../src/experiment/presets.ts";
import { fetchSample } from "../../src/experiment/sample.ts";
import { clingen } from "../../src/generate/clingen.ts";
import type { RunConfig } from "../../src/generate/run-config.ts";
import { Graph } from "../../src/graph/graph.ts";
import { toOnnx } from "../../src/graph/onnx.ts";
import { sizeOf } from "../../src/graph/ops.ts";
import { knowledgeOf, type Topic } from "../../src/knowledge/topic.ts";
import { llamaParameters } from "../../src/nn/llama.ts";
import { openGguf } from "../../src/runtime/gguf.ts";
import { loadOrt } from "../../src/runtime/ort.ts";
import { taskById } from "../../src/tasks/catalogue.ts";
import { readDataset } from "../../src/tasks/dataset.ts";
import type { ExampleOf, Task } from "../../src/tasks/task.ts";
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
  readonly start: () => ReturnType<typeof clingen.converse>;
  readonly config: RunConfig;
}

async function attempts(id: string, count: number): Promise<Attempt[]> {
  const task = taskById(id);
  const few = await fewOf(task);
  const config = { ...presetConfig("small", { task: id, method: "clingen" }), model: "bench", examples: "", knowledge: "" };
  const topics = names.map((name): Topic => ({ entities: [{ id: name, name, type: "Disease" }], source: "kg" }));
  const knowledge = knowledgeOf({
    topics: Object.fromEntries(task.labels.map((label) => [label.id, topics])),
    styles: task.styles.map((name) => ({ name, source: "paper" })),
    lexicon: [],
  });
  return Array.from({ length: count }, (_, index) => {
    const label = (task.labels[index % task.labels.length] as Task["labels"][number]).id;
    const context = { label, demonstrations: few as readonly ExampleOf<Task>[], knowledge, config };
    return { index, config, start: () => clingen.converse(task, context, rng("generate", 1, index)) };
  });
}

async function fewOf(task: Task) {
  const data = readDataset(task, await fetchSample(task), rng("dataset", 1));
  return data.train;
}

async function converse(model: LanguageModel, { index, start, config }: Attempt, withGrammar: boolean) {
  const conversation = start();
  const never = new AbortController().signal;
  let tokens = 0;
  let step = conversation.next("");
  for (let turn = 0; !step.done; turn++) {
    const { messages, shared, grammar } = step.value;
    const request: CompletionRequest = {
      messages,
      ...(shared ? { shared } : {}),
      ...(withGrammar && grammar !== undefined ? { grammar } : {}),
      sampling: config.sampling,
      seed: seedOf(rng("generate", 1, index).fork("turn", turn)),
    };
    const { text, completionTokens } = await model.complete(request, never);
    tokens += completionTokens;
    step = conversation.next(text);
  }
  return { tokens, accepted: step.value.ok };
}

/** The share of a step of 16 rows after a beginning of 400 tokens that is none of its matrices' products. */
export async function nonMatmulShare(): Promise<number> {
  const gguf = await openGguf(await weights(), "shipped");
  const decoder = await openBatchDecoder(gguf, { device: "wasm", contextTokens: 1024 });
  const { config } = decoder;
  const rows = 16;
  const one = decoder.newCache(1);
  const read = await decoder.step(decoder.nothing, one, new Int32Array(400).fill(300), 399);
  one.fit(400);
  one.append(read.entries, [{ row: 0, from: 0, count: 400 }]);
  const shared = beginningOf(one);
  const cache = decoder.newCache(rows);
  cache.fit(64);
  cache.lengths.fill(60);
  const steps: number[] = [];
  const plain = await products(config, rows);
  const products_: number[] = [];
  const ids = new Int32Array(rows).fill(300);
  for (let i = 0; i < 12; i++) {
    steps.push(await clock(() => decoder.step(shared, cache, ids, 0)));
    products_.push(await clock(plain)); // in turn, so that whatever else the machine does slows both
  }
  await decoder.close();
  return 1 - median(products_) / median(steps);
}

/** A run of all products of a step's rows with the model's matrices, and nothing else. */
async function products(config: Parameters<typeof llamaParameters>[0], rows: number): Promise<() => Promise<unknown>> {
  const g = new Graph();
  const inputs = new Map<number, ReturnType<Graph["input"]>>();
  const feeds: Record<string, [Float32Array, readonly number[]]> = {};
  const weightNames = new Set<string>();
  const row = (size: number) => {
    const name = `x${size}`;
    const value = inputs.get(size) ?? g.input(name, "float32", [rows, size]);
    inputs.set(size, value);
    feeds[name] = [new Float32Array(rows * size).fill(0.01), [rows, size]];
    return value;
  };
  const external: { path: string; data: Uint8Array }[] = [];
  for (const { name, shape, transposed } of llamaParameters(config, true)) {
    const table = name === "token_embd.weight";
    if (!transposed && !table) continue;
    const weight = g.input(name, "float32", shape);
    weightNames.add(name);
    external.push({ path: name, data: new Uint8Array(new Float32Array(sizeOf(shape)).fill(0.01).buffer) });
    const x = row(shape[table ? 1 : 0] as number);
    const y = table ? g.apply("Gemm", [x, weight, null], { transA: false, transB: true }) : g.apply("MatMul", [x, weight]);
    // One number of each is enough to keep it; whole outputs would be copied out.
    g.output(
      `y:${name}`,
      g.apply("Slice", [g.apply("Slice", [y], { axis: 0, start: 0, end: 1 })], { axis: 1, start: 0, end: 1 }),
    );
  }
  const ort = await loadOrt("wasm");
  const session = await ort.InferenceSession.create(toOnnx(g, { external: weightNames }), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
    externalData: external,
  });
  const tensors = Object.fromEntries(
    Object.entries(feeds).map(([name, [data, shape]]) => [name, new ort.Tensor("float32", data, shape)]),
  );
  return () => session.run(tensors);
}

async function clock(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

const median = (xs: readonly number[]) => xs.toSorted((a, b) => a - b)[Math.floor(xs.length / 2)] as number;
