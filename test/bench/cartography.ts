// Area under the ROC curve with which a data map finds training labels made wrong by seed, in Node on one thread. `--trains`: the app's own map, of a head
// on frozen features (head-map.ts), or the trainer watched while it trains everything or the head:
// npm run bench:cartography [-- --rows 300] [--wrong 0.1] [--epochs 4] [--seeds 1] [--tasks bc5cdr-disease,hoc] [--rate 3e-4] [--trains map|all|head] [--encoder FOLDER] [--data FOLDER]

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { fileBlob } from "../../scripts/file-blob.ts";
import { cartography, doubtfulFirst, type EpochView, rocArea } from "../../src/analyse/cartography.ts";
import { type Rng, rng } from "../../src/base/rng.ts";
import { openClassifier } from "../../src/classifier/classifier.ts";
import { openEncoder } from "../../src/classifier/encoder-files.ts";
import { readRows } from "../../src/formats/dataset.ts";
import { readFeatures } from "../../src/procedures/head-reading.ts";
import { taskById } from "../../src/tasks/catalogue.ts";
import type { Example } from "../../src/tasks/example.ts";
import { labelsOf } from "../../src/tasks/shapes.ts";
import type { LearnableTask } from "../../src/tasks/task.ts";
import { train } from "../../src/train/train.ts";

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "300" },
    wrong: { type: "string", default: "0.1" },
    epochs: { type: "string", default: "4" },
    seeds: { type: "string", default: "1" },
    rate: { type: "string", default: "3e-4" },
    trains: { type: "string", default: "map" },
    tasks: { type: "string", default: "bc5cdr-disease,hoc" },
    encoder: { type: "string", default: join(root, "models/all-minilm-l6-v2") },
    data: { type: "string", default: join(root, "../shared/data") },
  },
});
const [count, share, epochs, seeds, rate] = [values.rows, values.wrong, values.epochs, values.seeds, values.rate].map(Number) as [
  number,
  number,
  number,
  number,
  number,
];

/** An example with a wrong label: a span less, or a word marked that was not; the labels of an example that has others. */
function wrong(example: Example, others: readonly Example[], task: LearnableTask, draws: Rng): Example {
  if (example.kind === "token") {
    if (example.spans.length > 0) {
      const gone = draws.int(example.spans.length);
      return { ...example, spans: example.spans.filter((_, i) => i !== gone) };
    }
    const words = [...example.text.matchAll(/\p{L}{4,}/gu)];
    if (words.length === 0) return example;
    const word = draws.pick(words);
    const label = draws.pick(task.labels.map(({ id }) => id));
    return { ...example, spans: [{ start: word.index, end: word.index + word[0].length, label }] };
  }
  const own = [...labelsOf(example)].sort().join();
  const different = others.filter((other) => [...labelsOf(other)].sort().join() !== own);
  const other = draws.pick(different);
  if (example.kind === "sentence" && other.kind === "sentence") return { ...example, labels: other.labels };
  if (example.kind === "relation" && other.kind === "relation") return { ...example, label: other.label };
  if (example.kind === "pair" && other.kind === "pair") return { ...example, label: other.label };
  return example;
}

function shuffled<T>(list: readonly T[], draws: Rng): T[] {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i--) {
    const j = draws.int(i + 1);
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}

async function area(id: string, seed: number): Promise<object> {
  const start = performance.now();
  const task = taskById(id);
  const folder = join(resolve(values.data), id);
  const { rows } = await readRows(task, new Map([["train.jsonl", fileBlob(join(folder, "train.jsonl"))]]));
  const draws = rng(seed, "cartography", id);
  const examples = shuffled(rows.rows.full ?? [], draws).slice(0, count);
  const spoiled = new Set(
    shuffled(
      examples.map((_, i) => i),
      draws,
    ).slice(0, Math.round(share * examples.length)),
  );
  const given = examples.map((example, i) => (spoiled.has(i) ? wrong(example, examples, task, draws) : example));
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "model.safetensors"];
  const encoder = await openEncoder(new Map(names.map((name) => [name, fileBlob(join(values.encoder, name))])));
  const trains = values.trains !== "all" ? { trains: { kind: "head" as const } } : {};
  const classifier = await openClassifier(task, encoder, { device: "wasm", maxTokens: 64, seed, ...trains });
  const config = { learningRate: rate, batchSize: 16, maxTokens: 64, warmup: 0.05, weightDecay: 0.01, clipNorm: 1, seed };
  const told: EpochView[] = [];
  const never = new AbortController().signal;
  if (values.trains === "map") {
    for await (const event of readFeatures(classifier, { examples: given, wanted: "data-map", seed }, never))
      if (event.type === "data-map") told.push(...event.epochs);
  }
  const stages = [{ id: "synthetic" as const, examples: given, epochs }];
  const watched = { ...config, cartography: true };
  for await (const event of values.trains === "map" ? [] : train(classifier, stages, [], watched, never)) {
    if (event.type === "dynamics") told.push(event);
    if (event.type === "epoch") console.error(`${id}, seed ${seed}: epoch ${event.epoch}, loss ${event.loss.toFixed(3)}`);
  }
  await classifier.close();
  const places = cartography(told);
  const truths = given.map((example, i) => example !== examples[i]);
  const of = (score: (place: (typeof places)[number]) => number) => Number((rocArea(places.map(score), truths) ?? 0).toFixed(3));
  const first = doubtfulFirst(places).slice(0, Math.floor(places.length / 10));
  const lastGold = told.at(-1)?.gold ?? [];
  return {
    task: id,
    seed,
    rows: given.length,
    wrong: truths.filter((is) => is).length,
    epochs: told.length,
    trains: values.trains,
    area: of(({ confidence }) => -confidence),
    wrongInFirstTenth: Number((first.filter((i) => truths[i]).length / first.length).toFixed(3)),
    byCorrectness: of(({ correctness }) => -correctness),
    byVariability: of(({ variability }) => variability),
    lastEpochAlone: Number(
      (
        rocArea(
          lastGold.map((p) => -p),
          truths,
        ) ?? 0
      ).toFixed(3),
    ),
    seconds: Math.round((performance.now() - start) / 1000),
  };
}

const ort = await import("onnxruntime-web/wasm");
const wasm = join(root, "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm");
ort.env.wasm.wasmBinary = new Uint8Array(readFileSync(wasm)).buffer;
// The app's paths are those of its server: here the package's own loader is taken.
Object.defineProperty(ort.env.wasm, "wasmPaths", { get: () => undefined, set: () => undefined });

for (const id of values.tasks.split(",")) {
  if (!existsSync(join(values.data, id, "train.jsonl")) || !existsSync(join(values.encoder, "config.json"))) {
    console.error(`SKIPPED ${id}: ${values.data} has no ${id}/train.jsonl, or ${values.encoder} no encoder`);
    continue;
  }
  for (let seed = 1; seed <= seeds; seed++) console.log(JSON.stringify(await area(id, seed)));
}
process.exit(0); // onnxruntime's threads would keep it
