// TMix (Chen et al. 2020): hidden states of two halves of a batch, mixed after a layer. Knows no layer's inside and no head.

import type { Graph } from "../graph/graph.ts";
import type { Value } from "../graph/ops.ts";
import { type BatchShape, mixInput } from "../graph/parameter.ts";

/** The batch behind so many layers: half the rows once they are mixed. */
export const shapeBehind = ({ batch, tokens, mix }: BatchShape, layers: number): { batch: number; tokens: number } => ({
  batch: mix !== undefined && layers >= mix ? batch / 2 : batch,
  tokens,
});

/** share * first half + (1 - share) * second half of `states`, [batch * tokens, hidden]. */
export function mixedHalves(g: Graph, states: Value, mix: number): Value {
  const share = g.inputs.get(mixInput(mix)) ?? g.input(mixInput(mix), "float32", []);
  const [first, second] = halves(g, states);
  const rest = g.apply("Sub", [g.scalar(1), share]);
  return g.apply("Add", [g.apply("Mul", [first, share]), g.apply("Mul", [second, rest])]);
}

/** 1 where either half of a mask of 1 and 0, [batch, tokens], has 1. */
export function unionOfHalves(g: Graph, mask: Value): Value {
  const [first, second] = halves(g, mask);
  return g.apply("Sub", [g.apply("Add", [first, second]), g.apply("Mul", [first, second])]);
}

function halves(g: Graph, x: Value): [Value, Value] {
  const rows = x.shape[0] as number;
  if (rows % 2 !== 0) throw new Error(`mixing: expected an even number of rows, got ${rows}`);
  const part = (start: number, end: number) => g.apply("Slice", [x], { axis: 0, start, end });
  return [part(0, rows / 2), part(rows / 2, rows)];
}
