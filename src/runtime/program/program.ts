// A graph on a GPU: kernels, buffers and bindings that are made once. A run encodes its dispatches. Knows no model and no optimizer.

import { ClinfuseError } from "../../base/errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { sizeOf, type Value } from "../../graph/ops.ts";
import { type Shader, type Shaders, toWgsl } from "../../graph/wgsl.ts";
import type { ProgramDevice } from "./device.ts";
import type { Heap } from "./heap.ts";
import { type Dispatch, encodeAll, padded, type Span, storageBuffer, whole } from "./pipelines.ts";

/** A graph that cannot become a program here, in words: onnxruntime may run it. */
export class ProgramRefusal extends Error {
  override readonly name = "ProgramRefusal";
}

export interface Places {
  /** Where an input of that name lies. */
  input(name: string): Span;
  /** Where an output is wanted; undefined where the program may choose. */
  output(name: string): Span | undefined;
}

export interface Program {
  readonly dispatches: readonly Dispatch[];
  /** Encodes the run. */
  encode(encoder: GPUCommandEncoder): void;
  /** Where an output lies after a run, until the next program's on the same heap. */
  output(name: string): Span;
  close(): void;
}

/** `short`: values to be stored as 16-bit floats where a kernel can. Throws ProgramRefusal; `out-of-memory`. */
export async function compileProgram(
  on: ProgramDevice,
  heap: Heap,
  g: Graph,
  places: Places,
  short?: ReadonlySet<number>,
): Promise<Program> {
  const { device, pipelines } = on;
  const { shaders, constants, halves } = lowered(g, on, short);
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  const spans = new Map<number, Span>();
  for (const [name, value] of g.inputs) if (!spans.has(value.id)) spans.set(value.id, places.input(name));
  const held = constants.map(({ value, data }) => {
    const buffer = storageBuffer(device, data.byteLength);
    device.queue.writeBuffer(buffer, 0, data);
    spans.set(value.id, whole(buffer));
    return buffer;
  });
  const copies = placeOutputs(g, shaders, places, spans);
  const groups = placeRest(on, heap, g, { shaders, halves }, spans);
  const [full, wrong] = [device.popErrorScope(), device.popErrorScope()];
  const compiled = await Promise.all(
    shaders.map(({ code, reads, writes }) => pipelines.compile(code, reads.length, writes.length)),
  ).catch((error: unknown) => {
    throw new ProgramRefusal(`a kernel does not compile here: ${error instanceof Error ? error.message : String(error)}`);
  });
  const [outOfMemory, invalid] = [await full, await wrong];
  if (outOfMemory) {
    const what = outOfMemory.message;
    throw new ClinfuseError("out-of-memory", `the model does not fit into the GPU's memory: ${what}`, { what });
  }
  if (invalid) throw new ProgramRefusal(`the GPU refuses the program: ${invalid.message}`);
  const dispatches = shaders.map(
    (shader, i): Dispatch => ({
      pipeline: compiled[i] as GPUComputePipeline,
      group: groups[i] as GPUBindGroup,
      groups: shader.groups,
    }),
  );
  return {
    dispatches,
    encode(encoder) {
      const pass = encoder.beginComputePass();
      encodeAll(pass, dispatches);
      pass.end();
      for (const { from, to } of copies) encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, to.size);
    },
    output: (name) => spans.get((g.outputs.get(name) as Value).id) as Span,
    close() {
      for (const buffer of held) buffer.destroy();
    },
  };
}

const bytesOf = (value: Value, halves?: ReadonlySet<number>) => (halves?.has(value.id) ? 2 : 4) * sizeOf(value.shape);

function lowered(g: Graph, { most, subgroups }: ProgramDevice, short?: ReadonlySet<number>): Shaders {
  try {
    const found = toWgsl(g, { short, subgroups });
    for (const value of found.shaders.flatMap(({ reads, writes }) => [...reads, ...writes])) {
      if (padded(bytesOf(value, found.halves)) > most)
        throw new Error(`a tensor of [${value.shape}] is larger than one binding of this GPU`);
    }
    return found;
  } catch (error) {
    throw new ProgramRefusal(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

interface Copy {
  readonly from: Span;
  readonly to: Span;
}

/**
 * Outputs go straight to where they are wanted. One that a kernel reads as well, that is an input or a constant, or that has several names is copied
 * there after the kernels.
 */
function placeOutputs(g: Graph, shaders: readonly Shader[], places: Places, spans: Map<number, Span>): Copy[] {
  const read = new Set(shaders.flatMap(({ reads }) => reads.map(({ id }) => id)));
  const named = new Map<number, number>();
  for (const { id } of g.outputs.values()) named.set(id, (named.get(id) ?? 0) + 1);
  const late: { readonly value: Value; readonly to: Span }[] = [];
  for (const [name, value] of g.outputs) {
    const to = places.output(name);
    if (!to) continue;
    if (spans.has(value.id) || read.has(value.id) || named.get(value.id) !== 1) late.push({ value, to });
    else spans.set(value.id, { ...to, size: bytesOf(value) });
  }
  return late.map(({ value, to }) => ({
    get from() {
      return spans.get(value.id) as Span;
    },
    to: { ...to, size: bytesOf(value) },
  }));
}

/** Buffers for all that has no place yet: one goes back to the heap after the last kernel that reads it, but for an output. */
function placeRest(
  { pipelines }: ProgramDevice,
  heap: Heap,
  g: Graph,
  { shaders, halves }: Pick<Shaders, "shaders" | "halves">,
  spans: Map<number, Span>,
): GPUBindGroup[] {
  const lease = heap.lease();
  const outputs = new Set([...g.outputs.values()].map(({ id }) => id));
  const last = new Map<number, number>();
  for (const [i, { reads, writes }] of shaders.entries()) for (const { id } of [...reads, ...writes]) last.set(id, i);
  const leased = new Map<number, GPUBuffer>();
  const spanOf = (value: Value): Span => {
    const span = spans.get(value.id);
    if (!span) throw new Error(`value ${value.id} is read before it is written`);
    return span;
  };
  return shaders.map(({ reads, writes }, i) => {
    for (const value of writes) {
      if (spans.has(value.id)) continue;
      const size = bytesOf(value, halves);
      const buffer = lease.take(size);
      leased.set(value.id, buffer);
      spans.set(value.id, { buffer, offset: 0, size });
    }
    const group = pipelines.group(reads.map(spanOf), writes.map(spanOf));
    for (const { id } of [...reads, ...writes]) {
      const buffer = leased.get(id);
      if (!buffer || last.get(id) !== i || outputs.has(id)) continue;
      lease.give(buffer);
      leased.delete(id);
    }
    return group;
  });
}
