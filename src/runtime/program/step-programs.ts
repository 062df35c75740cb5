// A trainer's programs, one for each use and shape of batch, made when first asked for, with what they are fed. Knows no optimizer.

import { activations } from "../../graph/activations.ts";
import type { Graph } from "../../graph/graph.ts";
import { sizeOf, type Value } from "../../graph/ops.ts";
import type { BatchShape } from "../../graph/parameter.ts";
import { batchShape, graphOf, type Use } from "../trainer/trainer-sessions.ts";
import type { Feeds, TrainableGraphs } from "../trainer.ts";
import type { Arena } from "./adamw.ts";
import type { ProgramDevice } from "./device.ts";
import { type FeedBuffer, feedBuffer, feedBytes } from "./feeds.ts";
import type { Heap } from "./heap.ts";
import { type Dispatch, encodeAll, type Span, storageBuffer, whole } from "./pipelines.ts";
import { compileProgram, type Places, type Program, ProgramRefusal } from "./program.ts";
import { tableRows } from "./table-rows.ts";

export interface StepProgram {
  readonly graph: Graph;
  readonly program: Program;
  readonly feeds: FeedBuffer;
  /** Gradients of tables that it adds rows to, and of those that it writes as a whole, by the table's name. */
  readonly added: ReadonlyMap<string, Span>;
  readonly written: ReadonlySet<string>;
  /** Encodes the run, and of a training what adds the looked-up rows to their tables' gradients. */
  encode(encoder: GPUCommandEncoder): void;
  readonly dispatches: number;
}

export interface StepPrograms {
  /** Throws ProgramRefusal, and the errors of the GPU. */
  for(use: Use, feeds: Feeds): Promise<StepProgram>;
  close(): void;
}

interface Parts {
  readonly on: ProgramDevice;
  readonly graphs: TrainableGraphs;
  readonly arena: Arena;
  readonly heap: Heap;
  /** Stores the activations of steps as 16-bit floats. What is inferred keeps 32 bits. */
  readonly short: boolean;
  readonly onCompile: (tokens: number) => void;
}

export function stepPrograms(parts: Parts): StepPrograms {
  const made = new Map<string, StepProgram>();
  const between = segmentBuffers(parts.on.device);
  return {
    async for(use, feeds) {
      const shape = batchShape(feeds);
      const key = keyOf(use, shape);
      const known = made.get(key);
      if (known) return known;
      parts.onCompile(shape.tokens);
      const found = await compile(parts, use, shape, between);
      made.set(key, found);
      return found;
    },
    close() {
      for (const { program, feeds } of made.values()) {
        program.close();
        feeds.close();
      }
      between.close();
    },
  };
}

const keyOf = (use: string, { batch, tokens, mix }: BatchShape) => `${use} ${batch} ${tokens} ${mix ?? ""}`;

async function compile(parts: Parts, use: Use, shape: BatchShape, between: SegmentBuffers): Promise<StepProgram> {
  const { on, graphs, arena, heap } = parts;
  const graph = graphOf(graphs, use, shape);
  const parameters = new Set(graphs.parameters.map(({ name }) => name));
  const passed = between.of(use, shape);
  const fed = [...graph.inputs.keys()].filter((name) => !parameters.has(name) && passed(name, graph.inputs) === undefined);
  const tables = Object.entries(graphs.lookups).filter(([table]) => graph.outputs.has(`gradient:${table}`));
  const bytes = feedBytes(graph, fed);
  if (bytes > on.most) throw new ProgramRefusal(`a batch has ${bytes} bytes of feeds, one buffer holds ${on.most}`);
  const feeds = feedBuffer(on.device, graph, fed, [...new Set(tables.map(([, input]) => input))]);
  const places: Places = {
    input: (name) =>
      (parameters.has(name) ? arena.span("weights", name) : (passed(name, graph.inputs) ?? feeds.span(name))) as Span,
    output(name) {
      const [, kind, parameter = ""] = /^(gradient|dense):(.*)$/.exec(name) ?? [];
      // A table's rows go to the table once all are there.
      if (kind === "gradient" && parameter in graphs.lookups) return undefined;
      return kind ? arena.span("gradient", parameter) : passed(name, graph.outputs);
    },
  };
  const steps = use !== "inference" && use !== "features";
  const program = await compileProgram(on, heap, graph, places, parts.short && steps ? activations(graph) : undefined);
  const rows = await Promise.all(
    tables.map(([table, input]): Promise<Dispatch> => {
      const columns = parameterOf(graphs, table)[1] as number;
      const gradient = arena.span("gradient", table) as Span;
      const count = sizeOf((graph.inputs.get(input) as Value).shape);
      return tableRows(on, { rows: program.output(`gradient:${table}`), order: feeds.order(input), gradient }, columns, count);
    }),
  );
  return {
    graph,
    program,
    feeds,
    dispatches: program.dispatches.length + rows.length,
    added: new Map(tables.map(([table]) => [table, arena.span("gradient", table) as Span])),
    written: new Set(Object.keys(graphs.lookups).filter((table) => graph.outputs.has(`dense:${table}`))),
    encode(encoder) {
      program.encode(encoder);
      if (rows.length === 0) return;
      const pass = encoder.beginComputePass();
      encodeAll(pass, rows);
      pass.end();
    },
  };
}

/** Zeroes the gradients that rows are added to, where nothing is written there before. Encoded before the first of them runs. */
export function encodeClears(encoder: GPUCommandEncoder, programs: readonly StepProgram[]): void {
  const written = new Set(programs.flatMap((program) => [...program.written]));
  for (const [table, { buffer, offset, size }] of programs.flatMap(({ added }) => [...added])) {
    if (!written.has(table)) encoder.clearBuffer(buffer, offset, size);
  }
}

function parameterOf({ parameters }: TrainableGraphs, name: string): readonly number[] {
  return parameters.find((parameter) => parameter.name === name)?.shape ?? [];
}

type Passed = (name: string, values: ReadonlyMap<string, Value>) => Span | undefined;

interface SegmentBuffers {
  /** Where what one segment hands to another lies, by the name of the input or output of that use's graph; undefined for anything else. */
  of(use: Use, shape: BatchShape): Passed;
  close(): void;
}

/** States between segments, each for itself; of their gradients those of two segments take turns. */
function segmentBuffers(device: GPUDevice): SegmentBuffers {
  const made = new Map<string, GPUBuffer>();
  const buffer = (key: string, value: Value) => {
    const known = made.get(key) ?? storageBuffer(device, 4 * sizeOf(value.shape));
    made.set(key, known);
    return whole(known);
  };
  return {
    of: (use, shape) => (name, values) => {
      const [way, segment] = use.split(" ");
      if (way !== "forward" && way !== "backward") return undefined;
      const i = Number(segment);
      const keys: Readonly<Record<string, string>> = {
        states: `states ${i}`,
        next_states: `states ${i + 1}`,
        cotangent: `cotangent ${i % 2}`,
        next_cotangent: `cotangent ${(i + 1) % 2}`,
      };
      const key = keys[name];
      const value = values.get(name);
      return key && value ? buffer(keyOf(key, shape), value) : undefined;
    },
    close() {
      for (const one of made.values()) one.destroy();
    },
  };
}
