// A trainer on the CPU: onnxruntime-web's WASM for the gradients, AdamW over typed arrays. Knows no model.

import type { Tensor } from "onnxruntime-web";
import { mutex } from "../base/async.ts";
import { adamW, adamWRows, clipFactor, initMoments, type Moments } from "./adamw.ts";
import type { TrainerOptions } from "./open-trainer.ts";
import { loadOrt, ortError } from "./ort.ts";
import type { Feeds, HostTensor, StepOptions, Trainer } from "./trainer.ts";
import {
  inputsOf,
  replacements,
  type Slot,
  type StatePart,
  stateTensors,
  trainerSessions,
  type Use,
  weightOf,
  writeState,
} from "./trainer-sessions.ts";

/** Of a table of rows. */
interface Lookup {
  /** Says which rows. */
  readonly input: string;
  readonly columns: number;
  /** Dense, zero between steps. */
  readonly gradient: Float32Array;
  /** 1 for the rows that have had a gradient since the moments were zero. */
  readonly touched: Uint8Array;
}

interface CpuSlot extends Slot {
  /** Whether steps change it. Without, it has no moments. */
  readonly trained: boolean;
  /** Behind the tensor; updated in place. */
  readonly data: Float32Array<ArrayBuffer>;
  moments: Moments;
  readonly lookup: Lookup | undefined;
}

/** Errors: `out-of-memory`, `engine-failed`. */
export async function openWasmTrainer({ graphs, weights, onCompile }: TrainerOptions): Promise<Trainer> {
  const ort = await loadOrt("wasm");
  const slots = graphs.parameters.map(({ name, shape }): CpuSlot => {
    const data = Float32Array.from(weightOf(weights, name, shape));
    const trained = !graphs.frozen.has(name);
    return {
      name,
      shape,
      trained,
      data,
      tensor: new ort.Tensor("float32", data, shape),
      moments: initMoments(trained ? data.length : 0),
      lookup: trained ? lookupOf(graphs.lookups[name], shape) : undefined,
    };
  });
  const trained = slots.filter((slot) => slot.trained);
  const sessions = trainerSessions(
    graphs,
    (model) => ort.InferenceSession.create(model, { executionProviders: ["wasm"], graphOptimizationLevel: "all" }),
    (tokens) => onCompile?.(tokens),
  );
  const run = async (use: Use, feeds: Feeds): Promise<Readonly<Record<string, Tensor>>> => {
    const { graph, session } = await sessions.for(use, feeds);
    return session.run(inputsOf(ort, graph, feeds, slots)).catch((error: unknown) => {
      throw ortError(error);
    });
  };
  let steps = 0;
  const order = mutex();
  return {
    device: "wasm",
    step: (feeds, options) =>
      order.run(async () => {
        const outputs = await run("training", feeds);
        const loss = (outputs.loss as Tensor).data[0] as number;
        const gradientNorm = update(trained, outputs, feeds, options, ++steps);
        return { loss, gradientNorm };
      }),
    infer: (feeds) =>
      order.run(async (): Promise<HostTensor> => {
        const { logits } = (await run("inference", feeds)) as { logits: Tensor };
        return { shape: logits.dims, data: logits.data as Float32Array };
      }),
    read: () => order.run(async () => new Map(slots.map(({ name, shape, data }) => [name, { shape, data: data.slice() }]))),
    write: (replaced) =>
      order.run(async () => {
        for (const [{ data }, given] of replacements(slots, replaced)) data.set(given);
        for (const slot of trained) {
          slot.moments = initMoments(slot.data.length);
          slot.lookup?.touched.fill(0);
        }
        steps = 0;
      }),
    state: async () => ({ steps, tensors: stateTensors(trained, async (slot, part) => partOf(slot, part)) }),
    restore: (state) =>
      order.run(async () => {
        await writeState(trained, state, (slot, part, data) => partOf(slot, part).set(data));
        for (const { moments, lookup } of trained) if (lookup) markTouched(lookup, moments);
        steps = state.steps;
      }),
    close: () => order.run(() => sessions.close()),
  };
}

function partOf({ data, moments }: CpuSlot, part: StatePart): Float32Array<ArrayBuffer> {
  return part === "weight" ? data : moments[part];
}

/** A row whose moments are all zero moves as one that never had a gradient. */
function markTouched({ columns, touched }: Lookup, { first, second }: Moments): void {
  touched.fill(0);
  for (let i = 0; i < first.length; i++) if (first[i] !== 0 || second[i] !== 0) touched[Math.floor(i / columns)] = 1;
}

/** One AdamW step on every slot; gives the gradient's norm before clipping. */
function update(
  slots: readonly CpuSlot[],
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Feeds,
  { learningRate, weightDecay, clipNorm }: StepOptions,
  step: number,
): number {
  let squares = 0;
  const gradients = slots.map((slot) => {
    const gradient = (outputs[`gradient:${slot.name}`] as Tensor).data as Float32Array;
    if (!slot.lookup) {
      squares += sumOfSquares(gradient, 0, gradient.length);
      return gradient;
    }
    const { input, columns, gradient: table, touched } = slot.lookup;
    const { data: rows } = feeds[input] as HostTensor;
    addRows(table, gradient, rows, columns);
    for (const row of new Set(rows)) {
      squares += sumOfSquares(table, row * columns, (row + 1) * columns);
      touched[row] = 1;
    }
    return table;
  });
  const norm = Math.sqrt(squares);
  const options = { step, learningRate, weightDecay, factor: clipFactor(norm, clipNorm) };
  for (const [i, { data, moments, lookup }] of slots.entries()) {
    const gradient = gradients[i] as Float32Array;
    if (!lookup) {
      adamW(data, gradient, moments, options);
      continue;
    }
    const { input, columns, touched } = lookup;
    adamWRows(data, gradient, moments, options, touched);
    for (const row of (feeds[input] as HostTensor).data) gradient.fill(0, row * columns, (row + 1) * columns);
  }
  return norm;
}

function lookupOf(input: string | undefined, shape: readonly number[]): Lookup | undefined {
  if (input === undefined) return undefined;
  const [rows, columns] = shape as [number, number];
  return { input, columns, gradient: new Float32Array(rows * columns), touched: new Uint8Array(rows) };
}

/** Row i of `source` added to row rows[i] of `target`. */
function addRows(target: Float32Array, source: Float32Array, rows: ArrayLike<number>, columns: number): void {
  for (let i = 0; i < rows.length; i++) {
    const to = (rows[i] as number) * columns;
    const from = i * columns;
    for (let j = 0; j < columns; j++) target[to + j] = (target[to + j] as number) + (source[from + j] as number);
  }
}

function sumOfSquares(x: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (x[i] as number) * (x[i] as number);
  return sum;
}
