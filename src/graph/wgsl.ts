// A graph as WGSL kernels, its second form beside ONNX (onnx.ts): dispatches in order, each with its code and what it reads and writes. Knows no device.

import type { Constant, Graph } from "./graph.ts";
import { type Kernel, type KernelKind, plan } from "./wgsl/fold.ts";
import { mapBody } from "./wgsl/map.ts";
import { productBody } from "./wgsl/product.ts";
import { rowsBody } from "./wgsl/rows.ts";
import { sumBody } from "./wgsl/sum.ts";
import { type Body, type Shader, Writer } from "./wgsl/writer.ts";

export type { Shader } from "./wgsl/writer.ts";

export interface Shaders {
  /** In order. */
  readonly shaders: readonly (Shader & { readonly kind: KernelKind })[];
  /** Constants that kernels read from memory, or that the graph gives back. */
  readonly constants: readonly Constant[];
}

const bodies: Readonly<Record<KernelKind, (w: Writer) => Body>> = {
  map: mapBody,
  sum: sumBody,
  rows: rowsBody,
  product: productBody,
};

/** Shaders that the graph's outputs need. Throws an Error for an operator without a kernel, and for what no kernel can hold. */
export function toWgsl(g: Graph): Shaders {
  const planned = plan(g);
  const shaders = planned.kernels.map((kernel: Kernel) => {
    const w = new Writer(planned, kernel, g.constants);
    return { ...w.shader(bodies[kernel.kind](w)), kind: kernel.kind };
  });
  const given = new Set([...shaders.flatMap(({ reads }) => reads), ...g.outputs.values()].map(({ id }) => id));
  return { shaders, constants: g.constants.filter(({ value }) => given.has(value.id)) };
}
