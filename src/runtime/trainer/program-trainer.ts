// A trainer whose step is one program on the GPU: forward, backward, clipping and AdamW in one submit; losses and norms come back, those of some steps together. Knows no model.

import { type Mutex, mutex } from "../../base/async.ts";
import { ClinfuseError } from "../../base/errors.ts";
import { sizeOf, type Value } from "../../graph/ops.ts";
import type { Weight, Weights } from "../../weights/weight.ts";
import {
  type Arena,
  type ArenaPart,
  mostParts,
  type Optimizer,
  arena as openArena,
  openOptimizer,
  stepBytes,
  stepNumbers,
} from "../program/adamw.ts";
import { type ProgramDevice, programDevice } from "../program/device.ts";
import { Heap } from "../program/heap.ts";
import { type Span, storageBuffer } from "../program/pipelines.ts";
import { ProgramRefusal } from "../program/program.ts";
import { type Reader, reader } from "../program/reader.ts";
import { encodeClears, type StepProgram, type StepPrograms, stepPrograms } from "../program/step-programs.ts";
import { type ReadNumbers, type StepResults, stepResults } from "../program/step-results.ts";
import {
  type Feeds,
  type HostTensor,
  partsOf,
  type StepNumbers,
  type TrainableGraphs,
  type Trainer,
  type TrainerOptions,
} from "../trainer.ts";
import { type Named, replacements, type StatePart, stateTensors, type Use, weightOf, writeState } from "./trainer-sessions.ts";

/** Errors: `no-webgpu`, `out-of-memory`, `device-lost`, `engine-failed`; ProgramRefusal for graphs that have no program here. */
export async function openProgramTrainer(options: TrainerOptions): Promise<Trainer> {
  const { graphs } = options;
  const on = await programDevice();
  const { device } = on;
  const { arena, step, optimizer, programs, back, results, close } = await openParts(on, options);
  const slots: readonly Named[] = graphs.parameters;
  const trained = slots.filter(({ name }) => !graphs.frozen.has(name));
  const order = mutex();
  const inTurn = turns(on, order);
  const tried = untilRefused(inTurn);
  /** After it, no step's numbers are held. */
  const flushed: InTurn = (task) =>
    inTurn(() => {
      results.flush();
      return task();
    });
  const write = ({ buffer, offset }: Span, data: Float32Array<ArrayBuffer>) => device.queue.writeBuffer(buffer, offset, data);
  const read = (part: ArenaPart, name: string) => flushed(async () => copied(device, back, arena.span(part, name) as Span));
  const outputOf = (use: Use, name: string, feeds: Feeds) => {
    results.flush();
    return run(device, back, programs, use, name, feeds);
  };
  let steps = 0;
  return {
    device: "webgpu",
    path: "program",
    ahead: 2,
    step: (batch, options) =>
      tried(async () => {
        const uses = await usesOf(graphs, programs, batch);
        if (uses.length > mostParts) throw new ProgramRefusal(`a batch of ${uses.length} parts`);
        if (uses.length > 1) await optimizer.prepareSums();
        device.queue.writeBuffer(step, 0, stepNumbers(steps + 1, options));
        const numbers = runStep(device, results, optimizer, uses, options.held ?? false);
        steps++;
        return numbers;
      }),
    flush: () => flushed(async () => async () => undefined),
    infer: (feeds) => tried(() => outputOf("inference", "logits", feeds)),
    features: (feeds) => tried(() => outputOf("features", "features", feeds)),
    read: async () => {
      const found = slots.map(
        async ({ name, shape }): Promise<[string, Weight]> => [name, { shape, data: await read("weights", name) }],
      );
      return new Map(await Promise.all(found));
    },
    write: (replaced) =>
      flushed(async () => {
        for (const [{ name }, data] of replacements(slots, replaced)) write(arena.span("weights", name) as Span, data);
        clearMoments(device, arena);
        steps = 0;
        return async () => undefined;
      }),
    state: () =>
      flushed(async () => {
        const state = { steps, tensors: stateTensors(trained, (slot, part) => read(arenaPart[part], slot.name)) };
        return async () => state;
      }),
    restore: (state) =>
      flushed(async () => {
        await writeState(trained, state, (slot, part, data) => write(arena.span(arenaPart[part], slot.name) as Span, data));
        steps = state.steps;
        return async () => undefined;
      }),
    close: () => order.run(async () => close()),
  };
}

/** All that a trainer holds on the GPU. */
async function openParts(on: ProgramDevice, { graphs, weights, onCompile, activations }: TrainerOptions) {
  const { device } = on;
  const arena = await upload(on, graphs, weights);
  const step = storageBuffer(device, stepBytes);
  const optimizer = await openOptimizer(on, arena, step);
  const heap = new Heap(device);
  const short = activations === "float16";
  const programs = stepPrograms({ on, graphs, arena, heap, short, onCompile: (tokens) => onCompile?.(tokens) });
  const back = reader(device);
  const results = stepResults(device, back, resultBytes);
  device.lost.then(() => results.fail(new Error("the GPU is not there")));
  return {
    arena,
    step,
    optimizer,
    programs,
    back,
    results,
    close() {
      results.fail(new Error("the trainer was closed"));
      for (const part of [results, programs, optimizer, back, heap, arena]) part.close();
      step.destroy();
    },
  };
}

/** Room for eight steps of a hundred parts, or for one of the most. */
const resultBytes = 8 + 4 * mostParts;

const arenaPart: Readonly<Record<StatePart, ArenaPart>> = { weight: "weights", first: "first", second: "second" };

/** Does a task whose result comes later. */
type InTurn = <T>(task: () => Promise<() => Promise<T>>) => Promise<T>;

/** Refuses, after a first refusal, whatever was asked after it: who goes on elsewhere goes on in the same order. */
function untilRefused(inTurn: InTurn): InTurn {
  let refusal: ProgramRefusal | undefined;
  return (task) =>
    inTurn(async () => {
      if (refusal) throw refusal;
      try {
        return await task();
      } catch (error) {
        if (error instanceof ProgramRefusal) refusal = error;
        throw error;
      }
    });
}

/** Runs in the order of asking; what it leads to is awaited outside, so that the next may be queued meanwhile. */
function turns(on: ProgramDevice, order: Mutex): InTurn {
  const failure = failureOf(on);
  return async (task) => {
    try {
      const later = await order.run(() => (on.lost() === undefined ? task() : Promise.reject(failure(undefined))));
      const found = await later();
      const fault = on.fault();
      if (fault) throw fault;
      return found;
    } catch (error) {
      throw failure(error);
    }
  };
}

/** The error of a call, as `device-lost` once the device is. A refusal stays what it is. */
const failureOf =
  ({ lost }: ProgramDevice) =>
  (error: unknown): unknown => {
    if (lost() !== undefined) return new ClinfuseError("device-lost", `the GPU went away: ${lost()}`, {}, { cause: error });
    return error;
  };

async function upload({ device, most }: ProgramDevice, graphs: TrainableGraphs, weights: Weights): Promise<Arena> {
  const arrays = graphs.parameters.map(({ name, shape }) => weightOf(weights, name, shape));
  const outOfMemory = (why: string) =>
    new ClinfuseError("out-of-memory", `the model does not fit into the GPU's memory: ${why}`, { what: why });
  for (const [i, { byteLength }] of arrays.entries()) {
    if (byteLength > most) throw outOfMemory(`${graphs.parameters[i]?.name} has ${byteLength} bytes, one buffer holds ${most}`);
  }
  device.pushErrorScope("out-of-memory");
  const arena = openArena(device, graphs.parameters, graphs.frozen, most);
  for (const [i, { name }] of graphs.parameters.entries()) {
    const { buffer, offset } = arena.span("weights", name) as Span;
    device.queue.writeBuffer(buffer, offset, arrays[i] as Float32Array<ArrayBuffer>);
  }
  const error = await device.popErrorScope();
  if (error) {
    arena.close();
    throw outOfMemory(error.message);
  }
  return arena;
}

/** Programs of one part of a batch, in the order of running, the loss in the output of one of them. */
interface PartUses {
  readonly feeds: Feeds;
  readonly programs: readonly StepProgram[];
}

/** All programs of a step: they are compiled before the first runs. */
async function usesOf(graphs: TrainableGraphs, programs: StepPrograms, batch: Feeds | readonly Feeds[]): Promise<PartUses[]> {
  const found: PartUses[] = [];
  for (const feeds of partsOf(batch)) {
    const list: StepProgram[] = [];
    for (const use of usesInOrder(graphs, feeds)) list.push(await programs.for(use, feeds));
    found.push({ feeds, programs: list });
  }
  return found;
}

function usesInOrder({ segments }: TrainableGraphs, feeds: Feeds): Use[] {
  if (feeds.features) return ["fitting"];
  if (!segments) return ["training"];
  const all = Array.from({ length: segments.count }, (_, i) => i);
  return [...all.slice(0, -1).map((i): Use => `forward ${i}`), ...all.toReversed().map((i): Use => `backward ${i}`)];
}

/** One submit for each part of the batch; the last one updates the weights. */
function runStep(
  device: GPUDevice,
  kept: StepResults,
  optimizer: Optimizer,
  uses: readonly PartUses[],
  held: boolean,
): () => Promise<StepNumbers> {
  const { results } = optimizer;
  let read: ReadNumbers | undefined;
  for (const [i, { feeds, programs }] of uses.entries()) {
    for (const program of programs) program.feeds.write(feeds);
    const encoder = device.createCommandEncoder();
    encodeClears(encoder, programs);
    for (const program of programs) {
      program.encode(encoder);
      if (!program.graph.outputs.has("loss")) continue;
      const { buffer, offset } = program.program.output("loss");
      encoder.copyBufferToBuffer(buffer, offset, results, 8 + 4 * i, 4); // before another program takes the buffer
    }
    const last = i === uses.length - 1;
    const pass = encoder.beginComputePass();
    if (uses.length > 1) optimizer.accumulate(pass, i === 0);
    if (last) optimizer.encode(pass, uses.length > 1);
    pass.end();
    if (last) read = kept.keep(encoder, results, 8 + 4 * uses.length, held);
    device.queue.submit([encoder.finish()]);
    if (last) kept.submitted();
  }
  return async () => {
    const [gradientNorm = Number.NaN, , ...losses] = (await read?.()) ?? [];
    return { loss: losses.reduce((sum, loss) => sum + loss, 0), gradientNorm };
  };
}

async function run(
  device: GPUDevice,
  back: Reader,
  programs: StepPrograms,
  use: Use,
  name: string,
  feeds: Feeds,
): Promise<() => Promise<HostTensor>> {
  const { graph, program, feeds: fed, encode } = await programs.for(use, feeds);
  fed.write(feeds);
  const { shape } = graph.outputs.get(name) as Value;
  const { buffer, offset } = program.output(name);
  const encoder = device.createCommandEncoder();
  encode(encoder);
  const read = back.copy(encoder, buffer, offset, 4 * sizeOf(shape));
  device.queue.submit([encoder.finish()]);
  return async () => ({ shape, data: await read() });
}

function copied(device: GPUDevice, back: Reader, { buffer, offset, size }: Span): () => Promise<Float32Array<ArrayBuffer>> {
  const encoder = device.createCommandEncoder();
  const read = back.copy(encoder, buffer, offset, size);
  device.queue.submit([encoder.finish()]);
  return read;
}

function clearMoments(device: GPUDevice, { chunks }: Arena): void {
  const encoder = device.createCommandEncoder();
  for (const { trained } of chunks)
    if (trained) for (const buffer of [trained.first, trained.second]) encoder.clearBuffer(buffer);
  device.queue.submit([encoder.finish()]);
}
