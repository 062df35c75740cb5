// A trainer on the CPU: onnxruntime-web's WASM for the gradients, AdamW over typed arrays. Knows no model.

import type * as Ort from "onnxruntime-web";
import type { Tensor } from "onnxruntime-web";
import { mutex } from "../../base/async.ts";
import type { Graph } from "../../graph/graph.ts";
import { sizeOf } from "../../graph/ops.ts";
import { rowsInput } from "../../graph/parameter.ts";
import type { Weights } from "../../weights/weight.ts";
import { loadOrt, ortError } from "../ort.ts";
import {
  decayOf,
  type Feeds,
  type HostTensor,
  partsOf,
  type StepOptions,
  type TrainableGraphs,
  type Trainer,
  type TrainerOptions,
} from "../trainer.ts";
import { type AdamWSlot, adamWRows, adamWSlots, clipFactor, type Moments, sumOfSquares } from "./adamw.ts";
import {
  type Between,
  inputsOf,
  type Outputs,
  outputOf,
  replacements,
  type Slot,
  type StatePart,
  stateTensors,
  stepOutputs,
  trainerSessions,
  type Use,
  weightOf,
  writeState,
} from "./trainer-sessions.ts";

/** Gradient of a table of rows. */
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
  /** Behind the tensor; updated in place. */
  readonly data: Float32Array<ArrayBuffer>;
}

interface TrainedSlot extends CpuSlot {
  readonly optimizer: AdamWSlot;
  readonly lookup: Lookup | undefined;
}

/** Errors: `out-of-memory`, `engine-failed`. */
export async function openWasmTrainer({ graphs, weights, onCompile }: TrainerOptions): Promise<Trainer> {
  const ort = await loadOrt("wasm");
  return trainerOn(ort, graphs, copied(ort, graphs, weights), onCompile);
}

/** Slots of all parameters, and of those that train. */
interface Slots {
  readonly slots: readonly CpuSlot[];
  readonly trained: readonly TrainedSlot[];
}

/** A function of its own, so that nothing of a trainer holds the arrays that came in. */
function copied(ort: typeof Ort, graphs: TrainableGraphs, weights: Weights): Slots {
  const trained: TrainedSlot[] = [];
  const optimizers = adamWSlots(graphs.parameters.filter((p) => !graphs.frozen.has(p.name)).map((p) => sizeOf(p.shape)));
  const slots = graphs.parameters.map(({ name, shape }): CpuSlot => {
    const given = weightOf(weights, name, shape);
    const optimizer = graphs.frozen.has(name) ? undefined : (optimizers.shift() as AdamWSlot);
    optimizer?.weights.set(given);
    const data = optimizer?.weights ?? given.slice();
    const slot: CpuSlot = { name, shape, data, tensor: new ort.Tensor("float32", data, shape) };
    if (optimizer) trained.push({ ...slot, optimizer, lookup: lookupOf(graphs.lookups[name], shape) });
    return slot;
  });
  return { slots, trained };
}

function trainerOn(
  ort: typeof Ort,
  graphs: TrainableGraphs,
  { slots, trained }: Slots,
  onCompile: TrainerOptions["onCompile"],
): Trainer {
  const sessions = trainerSessions(
    graphs,
    // Without an arena what a run took is free for the next session: there is one for each length of batch. It costs no time.
    (model) =>
      ort.InferenceSession.create(model, {
        executionProviders: ["wasm"],
        graphOptimizationLevel: "all",
        enableCpuMemArena: false,
        enableMemPattern: false,
      }),
    (tokens) => onCompile?.(tokens),
  );
  const run = async (use: Use, feeds: Feeds, between?: Between): Promise<Outputs> => {
    const { graph, session } = await sessions.for(use, feeds);
    return session
      .run(inputsOf(ort, graph, { ...feeds, ...gatheredRows(graph, graphs.lookups, slots, feeds) }, slots, between))
      .catch((error: unknown) => {
        throw ortError(error);
      });
  };
  let steps = 0;
  const order = mutex();
  return {
    device: "wasm",
    path: "onnxruntime",
    ahead: 0,
    step: (batch, options) =>
      order.run(async () => {
        const sum = gradientSum(trained);
        try {
          let loss = 0;
          for (const feeds of partsOf(batch)) {
            const outputs = await stepOutputs(graphs, feeds, run);
            loss += (outputs.loss as Tensor).data[0] as number;
            sum.add(outputs, feeds);
          }
          const gradientNorm = sum.norm();
          update(trained, sum, { ...options, step: ++steps, factor: clipFactor(gradientNorm, options.clipNorm) });
          return { loss, gradientNorm };
        } finally {
          sum.clear(); // a part that failed leaves the others' rows in the tables
        }
      }),
    infer: (feeds) => order.run(async () => outputOf(await run("inference", feeds), "logits")),
    features: (feeds) => order.run(async () => outputOf(await run("features", feeds), "features")),
    read: () => order.run(async () => new Map(slots.map(({ name, shape, data }) => [name, { shape, data: data.slice() }]))),
    write: (replaced) =>
      order.run(async () => {
        for (const [{ data }, given] of replacements(slots, replaced)) data.set(given);
        for (const slot of trained) forgetMoments(slot);
        steps = 0;
      }),
    state: async () => ({ steps, tensors: stateTensors(trained, async (slot, part) => partOf(slot, part)) }),
    restore: (state) =>
      order.run(async () => {
        await writeState(trained, state, (slot, part, data) => partOf(slot, part).set(data));
        for (const { optimizer, lookup } of trained) if (lookup) markTouched(lookup, optimizer);
        steps = state.steps;
      }),
    close: () => order.run(() => sessions.close()),
  };
}

/** Rows of the tables for a graph that takes them: a table of a hundred megabytes would be copied into WebAssembly's memory at each run. */
function gatheredRows(
  graph: Graph,
  lookups: Readonly<Record<string, string>>,
  slots: readonly CpuSlot[],
  feeds: Feeds,
): Record<string, HostTensor> {
  const rows: Record<string, HostTensor> = {};
  for (const { name, shape, data: table } of slots) {
    const input = lookups[name];
    const ids = input === undefined ? undefined : feeds[input];
    if (!ids || !graph.inputs.has(rowsInput(name))) continue;
    const columns = shape[1] as number;
    const data = new Float32Array(ids.data.length * columns);
    for (const [i, row] of ids.data.entries()) data.set(table.subarray(row * columns, (row + 1) * columns), i * columns);
    rows[rowsInput(name)] = { shape: [...ids.shape, columns], data };
  }
  return rows;
}

function partOf({ data, optimizer }: TrainedSlot, part: StatePart): Float32Array<ArrayBuffer> {
  return part === "weight" ? data : optimizer[part];
}

function forgetMoments({ optimizer, lookup }: TrainedSlot): void {
  for (const moment of [optimizer.first, optimizer.second]) moment.fill(0);
  lookup?.touched.fill(0);
}

/** A row whose moments are all zero moves as one that never had a gradient. */
function markTouched({ columns, touched }: Lookup, { first, second }: Moments): void {
  touched.fill(0);
  for (let i = 0; i < first.length; i++) if (first[i] !== 0 || second[i] !== 0) touched[Math.floor(i / columns)] = 1;
}

/** The gradients of a batch's parts, added up. */
interface GradientSum {
  add(outputs: Outputs, feeds: Feeds): void;
  norm(): number;
  /** Gradient of the i-th slot; a table's is dense. */
  of(i: number): Float32Array;
  /** Leaves the tables zero. */
  clear(): void;
}

function gradientSum(slots: readonly TrainedSlot[]): GradientSum {
  const sums: Float32Array[] = [];
  const rows = slots.map(() => new Set<number>());
  return {
    add(outputs, feeds) {
      for (const [i, { name, lookup }] of slots.entries()) {
        const gradient = (outputs[`gradient:${name}`] as Tensor).data as Float32Array;
        const sum = sums[i];
        if (lookup) {
          const { data } = feeds[lookup.input] as HostTensor;
          addRows(lookup.gradient, gradient, data, lookup.columns);
          for (const row of data) {
            rows[i]?.add(row);
            lookup.touched[row] = 1;
          }
          sums[i] = lookup.gradient;
          const dense = outputs[`dense:${name}`];
          if (dense) addDense(lookup, dense.data as Float32Array, rows[i] as Set<number>);
        } else if (sum) for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + (gradient[k] as number);
        else sums[i] = gradient;
      }
    },
    norm() {
      let squares = 0;
      for (const [i, { lookup }] of slots.entries()) {
        const sum = sums[i] as Float32Array;
        if (!lookup) squares += sumOfSquares(sum);
        else for (const row of rows[i] ?? []) squares += sumOfSquares(sum, row * lookup.columns, (row + 1) * lookup.columns);
      }
      return Math.sqrt(squares);
    },
    of: (i) => sums[i] as Float32Array,
    clear() {
      for (const [i, { lookup }] of slots.entries()) {
        if (!lookup) continue;
        const { columns, gradient } = lookup;
        for (const row of rows[i] ?? []) gradient.fill(0, row * columns, (row + 1) * columns);
      }
    },
  };
}

/** One AdamW step on every slot. */
function update(slots: readonly TrainedSlot[], sum: GradientSum, options: StepOptions & { step: number; factor: number }): void {
  for (const [i, { shape, optimizer, lookup }] of slots.entries()) {
    const own = { ...options, weightDecay: decayOf(options, shape) };
    if (lookup) adamWRows(optimizer, sum.of(i), own, lookup.touched);
    else optimizer.update(sum.of(i), own);
  }
}

function lookupOf(input: string | undefined, shape: readonly number[]): Lookup | undefined {
  if (input === undefined) return undefined;
  const [rows, columns] = shape as [number, number];
  return { input, columns, gradient: new Float32Array(rows * columns), touched: new Uint8Array(rows) };
}

/** A gradient of the whole table: every row has one then. */
function addDense({ gradient, touched }: Lookup, source: Float32Array, rows: Set<number>): void {
  for (let i = 0; i < source.length; i++) gradient[i] = (gradient[i] as number) + (source[i] as number);
  touched.fill(1);
  for (let row = 0; row < touched.length; row++) rows.add(row);
}

/** Row i of `source` added to row rows[i] of `target`. */
function addRows(target: Float32Array, source: Float32Array, rows: ArrayLike<number>, columns: number): void {
  for (let i = 0; i < rows.length; i++) {
    const to = (rows[i] as number) * columns;
    const from = i * columns;
    for (let j = 0; j < columns; j++) target[to + j] = (target[to + j] as number) + (source[from + j] as number);
  }
}
