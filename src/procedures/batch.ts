// A run's prompts out for another machine, and its answers back in: the step of a batch over the store of products. Knows no page.

import { ClinfuseError } from "../base/errors.ts";
import { canonicalJson } from "../base/hash.ts";
import { type Hold, runLock } from "../base/locks.ts";
import { adopt } from "../experiment/adopted.ts";
import {
  type BatchRequest,
  type BatchState,
  type BatchTaken,
  type BatchTold,
  batchFile,
  batchWriter,
} from "../experiment/batch-file.ts";
import { type BatchWork, type Stepped, step } from "../experiment/batch-step.ts";
import { type BatchStore, emptyBatch, type KeptBatch, memoryBatch, missingFile, turnFile } from "../experiment/batch-store.ts";
import { planOfOne, sameSeeds } from "../experiment/plan.ts";
import { type AnyProduct, type ProductStore, productKey, type StoredBatch } from "../experiment/product.ts";
import { knowledgeRequestOf } from "../experiment/requests.ts";
import { runConfigOf } from "../experiment/run-inputs.ts";
import { answersText } from "../generate/answers-text.ts";
import { type AnswersContext, mostTold, readAnswers, requestLine } from "../generate/batch-lines.ts";
import type { RunStore } from "../generate/log.ts";
import type { Feedback } from "../generate/source.ts";
import { openGraph } from "../knowledge/graphs.ts";
import { type KnowledgeData, noKnowledge } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import type { GraphPorts } from "./graphs.ts";

export type BatchProcedures = {
  /** State of the batch of these choices. It asks nothing and keeps nothing. */
  batchState(argument: BatchRequest, signal: AbortSignal): Promise<BatchState>;
  /** Asks what is due and was not asked. `feedback`: the answer to the barrier at which the batch stands. Throws `run-busy`, and those of knowledge and graph. */
  askBatch(argument: BatchRequest & { readonly feedback?: Feedback }, signal: AbortSignal): Promise<BatchState>;
  /** Examples accepted up to the barrier at which the batch stands, in their order; undefined where it stands at none. */
  atBarrier(argument: BatchRequest, signal: AbortSignal): Promise<readonly Example[] | undefined>;
  /**
   * Reads answers, in any order, parts or repetition, and asks what is due then. Throws `file-malformed`, `file-empty`, `file-too-large` for a file
   * without an answer to this batch, and then keeps nothing of any; and `run-busy`.
   */
  readBatch(argument: BatchRequest & { readonly files: readonly File[] }, signal: AbortSignal): Promise<BatchState>;
  /** Lines of a file to be answered, by its name. */
  batchLines(argument: BatchRequest & { readonly name: string }, signal: AbortSignal): Promise<Blob>;
  /** The run of a batch that has its examples, as if this browser had written it. Throws `run-busy`, and `file-malformed` where it is here with other answers. */
  takeBatch(argument: BatchRequest, signal: AbortSignal): Promise<BatchTaken>;
};

export interface BatchPorts extends Pick<GraphPorts, "graphs"> {
  readonly products: () => Promise<ProductStore>;
  readonly runs: () => Promise<RunStore>;
  readonly hold: Hold;
}

export function batchProcedures(ports: BatchPorts): BatchProcedures {
  /** Nobody else reads or asks meanwhile. */
  const held = async <T>(request: BatchRequest, work: (opened: Opened) => Promise<T>): Promise<T> => {
    const { key } = await placeOf(await ports.products(), request);
    const release = await ports.hold(runLock(`batch-${key}`));
    try {
      return await work(await open(ports, request));
    } finally {
      release();
    }
  };
  return {
    async batchState(request, signal) {
      const store = await ports.products();
      const { key } = await placeOf(store, request);
      const stored = (await store.find("batch", key))?.value;
      if (!stored || stored.size === request.config.size) return stateOf({ key }, stored);
      const opened = await open(ports, request);
      const batch = memoryBatch(opened.kept);
      const { counts, barrier } = await step(batch, { ...workOf(ports, request, opened), asks: false }, new Map(), signal);
      const again = batch.kept.missing.length;
      const { barrier: _, ...told } = stored.told;
      return stateOf(opened, { ...stored, told: { ...told, counts, again, remarks: [], ...waitsAt(barrier) } });
    },

    askBatch: ({ feedback, ...request }, signal) =>
      held(request, async (opened) => {
        const batch = memoryBatch(opened.kept);
        const work = { ...workOf(ports, request, opened), asks: true, ...(feedback ? { feedback } : {}) };
        const stepped = await step(batch, work, new Map(), signal);
        return keep(ports, request, opened, batch.kept, stepped);
      }),

    async atBarrier(request, signal) {
      const opened = await open(ports, request);
      const work = { ...workOf(ports, request, opened), asks: false };
      return (await step(memoryBatch(opened.kept), work, new Map(), signal)).barrier?.accepted;
    },

    readBatch: ({ files, ...request }, signal) =>
      held(request, async (opened) => {
        const batch = memoryBatch(opened.kept);
        const texts = await answersIn(files, batch);
        const stepped = await step(batch, workOf(ports, request, opened), texts, signal);
        return keep(ports, request, opened, batch.kept, stepped);
      }),

    async batchLines({ name, ...request }) {
      const { turns, missing } = (await open(ports, request)).kept;
      const again = new Set(missing);
      const asked = turns.filter((_, i) => name === missingFile || name === turnFile(i + 1)).flat();
      const { model, grammar } = request.choices;
      const lines = asked
        .filter(({ id }) => name !== missingFile || again.has(id))
        .map((one) => `${requestLine(one, model, grammar)}\n`);
      return new Blob(lines, { type: "application/jsonl" });
    },

    takeBatch: (request, signal) => held(request, (opened) => take(ports, request, opened, signal)),
  };
}

interface Opened {
  readonly key: string;
  readonly kept: KeptBatch;
  /** Absent for a batch that is not begun. */
  readonly stored?: StoredBatch;
  /** Knowledge that the run had before it. */
  readonly given?: KnowledgeData;
}

const turnKey = (key: string, turn: number) => productKey("turn", [key], { turn });

/**
 * Key of the batch: all that decides the prompts. A batch that gathers its knowledge stays the same once the run has that knowledge; with other
 * knowledge, edited say, it is another.
 */
async function placeOf(
  products: ProductStore,
  { config, choices, data, knowledge }: BatchRequest,
): Promise<{ key: string; given?: KnowledgeData }> {
  const keyOf = async (known: KnowledgeData | undefined): Promise<string> => {
    const run = await runConfigOf(config, batchWriter(choices.model), data, known ?? noKnowledge);
    const { demonstrations: _, ...asked } = knowledgeRequestOf(config, data.train) ?? { demonstrations: [] };
    return productKey("batch", [], { ...run, size: undefined, knowledge: known ? run.knowledge : asked });
  };
  const gathering = await keyOf(undefined);
  if (!knowledge) return { key: gathering };
  const found = await products.find("batch", gathering);
  if (found?.value.knowledge && canonicalJson(found.value.knowledge) === canonicalJson(knowledge)) return { key: gathering };
  return { key: await keyOf(knowledge), given: knowledge };
}

async function open({ products }: BatchPorts, request: BatchRequest): Promise<Opened> {
  const store = await products();
  const place = await placeOf(store, request);
  const stored = (await store.find("batch", place.key))?.value;
  if (!stored) return { ...place, kept: emptyBatch };
  const numbers = Array.from({ length: stored.turns }, (_, i) => i + 1);
  const found = await Promise.all(numbers.map(async (turn) => store.find("turn", await turnKey(place.key, turn))));
  const { answers, missing, knowledge, feedback } = stored;
  const kept = {
    turns: found.map((turn) => turn?.value ?? []),
    answers,
    missing,
    ...(knowledge ? { knowledge } : {}),
    ...(feedback ? { feedback } : {}),
  };
  return { ...place, kept, stored };
}

function workOf(
  ports: BatchPorts,
  { config, choices, data }: BatchRequest,
  { key, given, stored }: Pick<Opened, "key" | "given" | "stored">,
): BatchWork {
  return {
    name: key,
    writer: batchWriter(choices.model),
    config,
    seeds: sameSeeds(config.seed),
    data,
    ratio: choices.ratio,
    ...(given ? { knowledge: given } : {}),
    openGraph: async () => openGraph(await ports.graphs(), config.graph),
    settled: stored?.settled ?? 0,
  };
}

/** All of it or nothing. */
async function keep(
  { products }: BatchPorts,
  { config }: BatchRequest,
  { key, stored: before }: Opened,
  { turns, ...kept }: KeptBatch,
  stepped: Stepped,
): Promise<BatchState> {
  const told = toldOf(turns, kept.answers, kept.missing.length, stepped);
  const stored: StoredBatch = { ...kept, turns: turns.length, settled: before?.settled ?? 0, size: config.size, told };
  const fresh = turns.slice(before?.turns ?? 0);
  const added = await Promise.all(
    fresh.map(async (value, i): Promise<AnyProduct> => {
      const turn = (before?.turns ?? 0) + i + 1;
      return { kind: "turn", key: await turnKey(key, turn), state: "whole", milliseconds: 0, value };
    }),
  );
  await (await products()).put(...added, batchProduct(key, stored));
  return stateOf({ key }, stored);
}

const batchProduct = (key: string, value: StoredBatch): AnyProduct => ({
  kind: "batch",
  key,
  state: value.settled > 0 ? "whole" : "begun",
  milliseconds: 0,
  value,
});

function toldOf(
  turns: KeptBatch["turns"],
  answers: KeptBatch["answers"],
  again: number,
  { counts, faults, remarks, barrier }: Stepped,
): BatchTold {
  const known = new Set(answers.map(([id]) => id));
  const last = turns.at(-1) ?? [];
  return {
    counts,
    last: { requests: last.length, waiting: last.filter(({ id }) => !known.has(id)).length },
    again,
    faults: faults.slice(0, mostTold),
    faulty: faults.length,
    remarks,
    ...waitsAt(barrier),
  };
}

const waitsAt = (barrier: Stepped["barrier"]): Pick<BatchTold, "barrier"> => (barrier ? { barrier: barrier.after } : {});

async function stateOf({ key }: Pick<Opened, "key">, stored: StoredBatch | undefined): Promise<BatchState> {
  const turns = Array.from({ length: stored?.turns ?? 0 }, (_, i) => turnKey(key, i + 1));
  const { told, knowledge } = stored ?? {};
  return {
    products: [key, ...(await Promise.all(turns))],
    ...(told ? { told } : {}),
    ...(knowledge ? { knowledge } : {}),
  };
}

/** Bytes of a file of answers that are read: what fits into one text. */
const mostBytes = 400e6;

/** Texts of the files by name, of which each answers something of the batch. */
async function answersIn(files: readonly File[], batch: BatchStore): Promise<ReadonlyMap<string, string>> {
  const context: AnswersContext = { asked: await batch.asked(), known: new Map(), isLate: () => false };
  const texts = new Map<string, string>();
  for (const file of files) {
    if (file.size > mostBytes) {
      const place = { file: file.name, got: file.size, expected: mostBytes, remedy: "Choose it in parts. Nothing was read." };
      throw new ClinfuseError("file-too-large", `${file.name} is larger than a tab can read at once`, place);
    }
    const text = answersText(new Uint8Array(await file.arrayBuffer()), file.name);
    requireAnswers(file.name, text, context);
    texts.set(unusedName(file.name, texts), text);
  }
  return texts;
}

const remedy =
  "Choose the file that the server wrote: a line of it has the custom_id of a prompt and a response. Nothing was read.";

function requireAnswers(file: string, text: string, context: AnswersContext): void {
  const { faults, lines } = readAnswers(new Map([[file, text]]), context);
  const isWrong = ({ fault }: (typeof faults)[number]) => fault === "malformed" || fault === "foreign";
  const [first] = faults;
  if (lines === 0) throw new ClinfuseError("file-empty", `${file} holds no line`, { file, remedy });
  if (first === undefined || faults.filter(isWrong).length < lines) return;
  const { line, id, why } = first;
  throw new ClinfuseError("file-malformed", `${file}, line ${line}: ${id ?? "the line"} ${why}`, { file, line, remedy });
}

/** Parts of different folders may bear one name. */
function unusedName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let unused = name;
  for (let n = 2; taken.has(unused); n++) unused = `${name} (${n})`;
  return unused;
}

async function take(ports: BatchPorts, request: BatchRequest, opened: Opened, signal: AbortSignal): Promise<BatchTaken> {
  const { config, data } = request;
  const { stored, key } = opened;
  const work = { ...workOf(ports, request, opened), asks: false };
  const { run, log, counts } = await step(memoryBatch(opened.kept), work, new Map(), signal);
  if (!stored || !run || counts.run === null || counts.accepted < counts.size) {
    throw new Error(`takeBatch: ${counts.accepted} of ${counts.size} examples are there`);
  }
  const cell = planOfOne(config, key).cells[0];
  if (!cell) throw new Error("takeBatch: the plan has no cell");
  const wayOut = "Delete the run that holds it, or choose another seed";
  const products = await ports.products();
  const release = await ports.hold(runLock(counts.run));
  try {
    const given = { cell, data, name: "The other machine's run", run: { ...run, entries: log }, engine: batchFile, wayOut };
    const adopted = await adopt(given, products, await ports.runs());
    const settled = Math.max(stored.settled, log.filter((entry) => entry.type !== "feedback").length);
    await products.put(batchProduct(key, { ...stored, settled }));
    return { run: adopted.run, knowledge: adopted.knowledge, products: [adopted.key] };
  } finally {
    release();
  }
}
