// A graph as WGSL kernels, its second form beside ONNX (onnx.ts): dispatches in order, each with its code and what it reads and writes. Knows no device.

import type { Constant, Graph } from "./graph.ts";
import type { Value } from "./ops.ts";
import { type Kernel, type KernelKind, type Lowering, plan } from "./wgsl/fold.ts";
import { mapBody } from "./wgsl/map.ts";
import { productShaders } from "./wgsl/product.ts";
import { rowsBody } from "./wgsl/rows.ts";
import { sumBody } from "./wgsl/sum.ts";
import { type Shader, Writer } from "./wgsl/writer.ts";

export { partialBytes } from "./wgsl/product.ts";
export type { Shader } from "./wgsl/writer.ts";

export interface Shaders {
  /** In order. */
  readonly shaders: readonly (Shader & { readonly kind: KernelKind })[];
  /** Constants that kernels read from memory, or that the graph gives back. */
  readonly constants: readonly Constant[];
  /** Ids of values that are stored as 16-bit floats. */
  readonly halves: ReadonlySet<number>;
}

/** `writer`: begins a shader of the kernel. `scratch`: id of a value of its own, between shaders. */
type Write = (writer: (instead?: Value) => Writer, scratch: number) => readonly Shader[];

const one =
  (body: (w: Writer) => Parameters<Writer["shader"]>[0]): Write =>
  (writer) => {
    const w = writer();
    return [w.shader(body(w))];
  };

const writes: Readonly<Record<KernelKind, Write>> = {
  map: one(mapBody),
  sum: one(sumBody),
  rows: one(rowsBody),
  product: productShaders,
};

/** Shaders that the graph's outputs need. Throws an Error for an operator without a kernel, and for what no kernel can hold. */
export function toWgsl(g: Graph, lowering: Lowering = {}): Shaders {
  const planned = plan(g, lowering);
  const shaders = planned.kernels.flatMap((kernel: Kernel, i) => {
    const writer = (instead?: Value) => new Writer(planned, kernel, g.constants, instead);
    return writes[kernel.kind](writer, -1 - 2 * i).map((shader) => ({ ...shader, kind: kernel.kind }));
  });
  const given = new Set([...shaders.flatMap(({ reads }) => reads), ...g.outputs.values()].map(({ id }) => id));
  return { shaders, constants: g.constants.filter(({ value }) => given.has(value.id)), halves: planned.halves };
}
