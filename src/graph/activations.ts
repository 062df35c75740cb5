// Activations of a graph that trains: what its forward pass computes, apart from gradients. Knows no kernel.

import type { Graph } from "./graph.ts";

/** Ids of the values that `loss` depends on; in a segment without a loss, of those that depend on no `cotangent`. */
export function activations(g: Graph): ReadonlySet<number> {
  const loss = g.outputs.get("loss");
  if (loss) {
    const found = new Set([loss.id]);
    for (const { inputs, outputs } of g.nodes.toReversed()) {
      if (outputs.some(({ id }) => found.has(id))) for (const value of inputs) if (value) found.add(value.id);
    }
    return found;
  }
  const gradients = new Set([g.inputs.get("cotangent")?.id]);
  const found = new Set<number>();
  for (const { inputs, outputs } of g.nodes) {
    const [to] = inputs.some((value) => value && gradients.has(value.id)) ? [gradients] : [found];
    for (const { id } of outputs) to.add(id);
  }
  return found;
}
