// A trainer on the CPU: onnxruntime-web's WASM for the gradients, AdamW over typed arrays. Knows no model.

import type { Tensor } from "onnxruntime-web";
import { mutex } from "../base/async.ts";
import { adamW, clipFactor, initMoments, type Moments } from "./adamw.ts";
import type { TrainerOptions } from "./open-trainer.ts";
import { loadOrt, ortError } from "./ort.ts";
import type { Feeds, HostTensor, StepOptions, Trainer } from "./trainer.ts";
import { inputsOf, replacements, type Slot, trainerSessions, type Use, weightOf } from "./trainer-sessions.ts";

interface CpuSlot extends Slot {
  /** Behind the tensor; updated in place. */
  readonly data: Float32Array;
  moments: Moments;
  /** Of a table of rows: its gradient, zero between steps, and the input that says which rows. */
  readonly lookup: { readonly input: string; readonly gradient: Float32Array } | undefined;
}

/** Errors: `out-of-memory`, `engine-failed`. */
export async function openWasmTrainer({ graphs, weights, onCompile }: TrainerOptions): Promise<Trainer> {
  const ort = await loadOrt("wasm");
  const slots = graphs.parameters.map(({ name, shape }): CpuSlot => {
    const data = Float32Array.from(weightOf(weights, name, shape));
    const input = graphs.lookups[name];
    return {
      name,
      shape,
      data,
      tensor: new ort.Tensor("float32", data, shape),
      moments: initMoments(data.length),
      lookup: input === undefined ? undefined : { input, gradient: new Float32Array(data.length) },
    };
  });
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
        const gradientNorm = update(slots, outputs, feeds, options, ++steps);
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
        for (const slot of slots) slot.moments = initMoments(slot.data.length);
        steps = 0;
      }),
    close: () => order.run(() => sessions.close()),
  };
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
    const columns = slot.shape[1] as number;
    const { data: rows } = feeds[slot.lookup.input] as HostTensor;
    addRows(slot.lookup.gradient, gradient, rows, columns);
    for (const row of new Set(rows)) squares += sumOfSquares(slot.lookup.gradient, row * columns, (row + 1) * columns);
    return slot.lookup.gradient;
  });
  const norm = Math.sqrt(squares);
  const options = { step, learningRate, weightDecay, factor: clipFactor(norm, clipNorm) };
  for (const [i, { data, moments, lookup, shape }] of slots.entries()) {
    adamW(data, gradients[i] as Float32Array, moments, options);
    if (!lookup) continue;
    const columns = shape[1] as number;
    const { data: rows } = feeds[lookup.input] as HostTensor;
    for (const row of rows) lookup.gradient.fill(0, row * columns, (row + 1) * columns);
  }
  return norm;
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
