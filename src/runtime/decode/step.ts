// The dispatches of a decoder's step in order, with what each reads and writes. Knows no submit and no requests.

import { paddedLength } from "../decoder-source.ts";
import type { DecoderOptions } from "../line-decoder.ts";
import type { ProgramDevice } from "../program/device.ts";
import { padded, type Span, storageBuffer, whole } from "../program/pipelines.ts";
import { ProgramRefusal } from "../program/program.ts";
import { attentionCode, spansCode, spansOf, spansWidth } from "./attention.ts";
import { embedCode, headsWidth, lineNumbers, normCode, queryWidth, turnCode } from "./kernels.ts";
import type { Matrix } from "./matrix.ts";
import { mostHeld, mostNormed, type ProductKind, productCode, productGroups } from "./product.ts";
import { choiceNumbers, maskWords, resultNumbers, sampleCode } from "./sample.ts";
import type { DecoderWeightBuffers, LayerWeights } from "./weights.ts";

/** Sizes of a step. `sampled`: wanted ones of a step that chooses tokens. `long`: its lines where one of them has several spans. */
export type StepCounts = Readonly<Record<"lines" | "wanted" | "sampled" | "long" | "spans", number>>;

/** A dispatch whose groups depend on how many lines a step has, or how many logits are wanted. */
export interface StepDispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly of: Exclude<keyof StepCounts, "spans">;
  /** `spans`: of the longest text. */
  readonly groups: (count: number, spans: number) => [x: number, y: number, z: number];
}

/** Sizes of a step of lines at these positions. */
export function stepCounts(positions: readonly number[], wanted: number, sampled: number, contextTokens: number): StepCounts {
  const lines = positions.length;
  const spans = spansOf(Math.max(0, ...positions) + 1, contextTokens);
  return { lines, wanted, sampled, spans, long: spans > 1 ? lines : 0 };
}

export interface StepBuffers {
  /** A step's input: its lines, the numbers of those that are wanted, how their tokens are chosen. */
  readonly upload: GPUBuffer;
  readonly told: Span;
  readonly chosen: Span;
  readonly choices: Span;
  /** Sets of tokens, a bit for each: of every seat what may come, and what occurred. */
  readonly masks: GPUBuffer;
  readonly results: GPUBuffer;
  /** By seat: the place of each of its tokens, [seats, context]. */
  readonly places: GPUBuffer;
  readonly x: GPUBuffer;
  readonly normed: GPUBuffer;
  readonly heads: GPUBuffer;
  readonly mixed: GPUBuffer;
  /** By line: what the spans of a long text leave. */
  readonly spans: GPUBuffer;
  readonly gated: GPUBuffer;
  readonly last: GPUBuffer;
  readonly logits: GPUBuffer;
  /** Numbers of a line of the logits. */
  readonly logitWidth: number;
  readonly all: readonly GPUBuffer[];
}

const alignment = 256;

/** Lines that a workgroup takes: the same for every step of a decoder, so that a text never depends on the others. */
export const heldOf = (seats: number): number => (seats > mostHeld / 2 ? mostHeld : mostHeld / 2);

export function stepBuffers(device: GPUDevice, { source, lines, seats, contextTokens }: DecoderOptions): StepBuffers {
  const { sizes } = source;
  const held = heldOf(seats);
  const up = (count: number) => Math.ceil(count / held) * held;
  const floats = (count: number, width: number) => storageBuffer(device, 4 * up(count) * paddedLength(width));
  const aligned = (bytes: number) => Math.ceil(bytes / alignment) * alignment;
  const [toldBytes, chosenBytes] = [aligned(4 * lineNumbers * lines), aligned(4 * seats)];
  const choiceBytes = padded(4 * choiceNumbers * seats);
  const upload = storageBuffer(device, toldBytes + chosenBytes + choiceBytes);
  const buffers = {
    places: storageBuffer(device, 4 * seats * contextTokens),
    x: floats(lines, sizes.hiddenSize),
    normed: floats(lines, sizes.hiddenSize),
    heads: storageBuffer(device, 4 * up(lines) * headsWidth(sizes)),
    mixed: floats(lines, queryWidth(sizes)),
    spans: storageBuffer(device, 4 * lines * spansWidth(sizes, contextTokens)),
    gated: floats(lines, sizes.intermediateSize),
    last: floats(seats, sizes.hiddenSize),
    logits: floats(seats, sizes.vocabSize),
    masks: storageBuffer(device, 2 * 4 * seats * maskWords(sizes.vocabSize)),
    results: storageBuffer(device, 4 * resultNumbers * seats),
  };
  return {
    upload,
    told: { buffer: upload, offset: 0, size: toldBytes },
    chosen: { buffer: upload, offset: toldBytes, size: chosenBytes },
    choices: { buffer: upload, offset: toldBytes + chosenBytes, size: choiceBytes },
    ...buffers,
    logitWidth: paddedLength(sizes.vocabSize),
    all: [upload, ...Object.values(buffers)],
  };
}

/** Throws ProgramRefusal where a kernel does not compile or its buffers do not fit. */
export async function stepDispatches(
  on: ProgramDevice,
  weights: DecoderWeightBuffers,
  buffers: StepBuffers,
  cache: readonly GPUBuffer[],
  options: DecoderOptions,
): Promise<readonly StepDispatch[]> {
  const { device } = on;
  device.pushErrorScope("validation");
  const listed = list(new Listing(on, heldOf(options.seats)), weights, buffers, cache, options);
  const wrong = device.popErrorScope();
  const compiled = await Promise.all(listed).catch((error: unknown) => {
    throw new ProgramRefusal(`a kernel does not compile here: ${error instanceof Error ? error.message : String(error)}`);
  });
  const invalid = await wrong;
  if (invalid) throw new ProgramRefusal(`the GPU refuses the step: ${invalid.message}`);
  return compiled;
}

function list(
  to: Listing,
  weights: DecoderWeightBuffers,
  buffers: StepBuffers,
  cache: readonly GPUBuffer[],
  { source: { sizes }, contextTokens }: DecoderOptions,
): readonly Promise<StepDispatch>[] {
  const { told, chosen, places, x, normed, heads, mixed, spans, gated, last, logits, logitWidth } = buffers;
  const { choices, masks, results } = buffers;
  const eachLine = (count: number): [number, number, number] => [count, 1, 1];
  for (const { weight, scale, from, rows } of weights.table.parts) {
    const code = embedCode(sizes, { format: weights.table.format, from, rows }, contextTokens);
    to.add(code, [told, results, weight, scale], [x, places], "lines", eachLine);
  }
  const width = paddedLength(sizes.hiddenSize);
  /** x behind a norm: by a kernel of its own, or inside the product that reads it. */
  const normedBy = (scale: GPUBuffer | undefined): Read => {
    if (!scale) throw new ProgramRefusal("a layer of the decoder lacks a norm");
    if (to.held <= mostNormed) return { x, norm: { scale, columns: sizes.hiddenSize, epsilon: sizes.rmsEpsilon } };
    to.add(normCode(sizes, false), [x, scale], [normed], "lines", eachLine);
    return { x: normed };
  };
  const layer = ({ matrices, vectors }: LayerWeights, own: GPUBuffer) => {
    to.product("write", normedBy(vectors.inputNorm), matrices.heads, heads, headsWidth(sizes), "lines", vectors.bias);
    const allHeads = sizes.heads + 2 * sizes.keyValueHeads;
    const turned = [told, weights.cos, weights.sin, vectors.queryNorm, vectors.keyNorm];
    to.add(turnCode(sizes, vectors.queryNorm !== undefined), turned, [heads, own], "lines", (n) => [allHeads, n, 1]);
    const attention = attentionCode(sizes, contextTokens);
    to.add(attention, [told, places, heads, own], [mixed, spans], "lines", (n, most) => [sizes.heads, n, most]);
    to.add(spansCode(sizes, contextTokens), [told, spans], [mixed], "long", (n) => [sizes.heads, n, 1]);
    to.product("add", { x: mixed }, matrices.output, x, width, "lines");
    to.product("gated", normedBy(vectors.middleNorm), matrices.gated, gated, paddedLength(sizes.intermediateSize), "lines");
    to.product("add", { x: gated }, matrices.down, x, width, "lines");
  };
  for (const [i, one] of weights.layers.entries()) layer(one, cache[i] as GPUBuffer);
  to.add(normCode(sizes, true), [x, weights.finalNorm, chosen], [last], "wanted", eachLine);
  to.product("write", { x: last }, weights.head, logits, logitWidth, "wanted");
  to.add(sampleCode(sizes.vocabSize), [logits, choices, masks], [results], "sampled", eachLine);
  return to.dispatches;
}

/** Lines that a product reads, and the norm that it takes them through. */
interface Read {
  readonly x: GPUBuffer;
  readonly norm?: { readonly scale: GPUBuffer; readonly columns: number; readonly epsilon: number };
}

class Listing {
  readonly dispatches: Promise<StepDispatch>[] = [];

  constructor(
    private readonly on: ProgramDevice,
    readonly held: number,
  ) {}

  add(
    code: string,
    reads: readonly (Span | GPUBuffer | undefined)[],
    writes: readonly GPUBuffer[],
    of: StepDispatch["of"],
    groups: StepDispatch["groups"],
  ): void {
    const spans = reads.flatMap((one) => (one === undefined ? [] : ["buffer" in one ? one : whole(one)]));
    const group = this.on.pipelines.group(spans, writes.map(whole));
    const compiled = this.on.pipelines.compile(code, spans.length, writes.length);
    this.dispatches.push(compiled.then((pipeline) => ({ pipeline, group, of, groups })));
  }

  product(
    kind: ProductKind,
    { x, norm }: Read,
    { format, columns, parts }: Matrix,
    y: GPUBuffer,
    stride: number,
    of: StepDispatch["of"],
    bias?: GPUBuffer,
  ): void {
    for (const { from, rows, weight, scale } of parts) {
      const shape = {
        kind,
        format,
        columns,
        rows,
        from,
        stride,
        held: this.held,
        bias: bias !== undefined,
        ...(norm ? { norm } : {}),
      };
      this.add(productCode(shape), [x, weight, scale, bias, norm?.scale], [y], of, (count) => productGroups(shape, count));
    }
  }
}
