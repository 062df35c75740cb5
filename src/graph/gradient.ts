// Reverse-mode differentiation: appends to a graph what computes the gradient of a scalar. Knows no operator.

import type { Graph } from "./graph.ts";
import type { Node, Op, Value } from "./ops.ts";
import { type Vjp, vjp } from "./vjp.ts";

/**
 * The gradient of `loss`, a float32 scalar of `g`, for each value of `wrt`, of its shape. A value of `wrt` may be in the
 * middle of the graph; the walk goes beyond it only where another one lies there. Throws where the loss does not depend on one of them.
 */
export function gradient(g: Graph, loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.dtype !== "float32" || loss.shape.length !== 0) {
    throw new Error(`gradient: expected a float32 scalar as loss, got ${loss.dtype}[${loss.shape}]`);
  }
  return passBack(g, loss, g.scalar(1), wrt);
}

/** The same for a loss that lies beyond `output`: `passed` is its gradient for that, of its shape. */
export function passBack(g: Graph, output: Value, passed: Value, wrt: readonly Value[]): Value[] {
  if (output.dtype !== "float32" || passed.dtype !== "float32" || `${output.shape}` !== `${passed.shape}`) {
    throw new Error(
      `passBack: expected float32 of one shape, got ${passed.dtype}[${passed.shape}] for ${output.dtype}[${output.shape}]`,
    );
  }
  const active = new Set(wrt.map((value) => value.id)); // depends on a value of wrt
  const path: Node[] = [];
  for (const node of g.nodes) {
    if (!node.inputs.some((value) => value && active.has(value.id))) continue;
    for (const value of node.outputs) active.add(value.id);
    path.push(node);
  }
  const cotangents = new Map<number, Value>([[output.id, passed]]);
  for (const node of path.reverse()) {
    const [first, ...others] = node.outputs as readonly [Value, ...Value[]];
    if (others.some((value) => cotangents.has(value.id))) {
      throw new Error(`gradient: only the first output of ${node.op} passes a gradient, and another one was used`);
    }
    const cotangent = cotangents.get(first.id);
    if (!cotangent) continue;
    const rule = (vjp as Partial<Record<Op, unknown>>)[node.op] as Vjp<Op> | undefined;
    if (!rule) throw new Error(`gradient: ${node.op} passes none`);
    const parts = rule(g, cotangent, node) as readonly (Value | null)[];
    parts.forEach((part, i) => {
      const value = node.inputs[i];
      if (!part || !value || !active.has(value.id)) return;
      const sum = cotangents.get(value.id);
      cotangents.set(value.id, sum ? g.apply("Add", [sum, part]) : part);
    });
  }
  return wrt.map((value, i) => {
    const found = cotangents.get(value.id);
    if (!found) throw new Error(`gradient: the loss does not depend on value ${i} of wrt, ${value.dtype}[${value.shape}]`);
    return found;
  });
}
