// Losses as graphs. Knows no model.

import type { Graph } from "../graph/graph.ts";
import type { Value } from "../graph/ops.ts";

/**
 * Added to probabilities before their logarithm. It changes no float32 above 1e-22; it only keeps the logarithm finite where
 * a probability underflows, so that a target of 0 there counts 0.
 */
const tiny = 1e-30;

/** -scale times the sum of targets * log softmax(logits), []. `targets` has the shape of `logits`; zeros are ignored rows; `scale` is []. */
export function crossEntropy(g: Graph, logits: Value, targets: Value, scale: Value): Value {
  const logs = g.apply("Log", [g.apply("Add", [g.apply("Softmax", [logits]), g.scalar(tiny)])]);
  const axes = logits.shape.map((_, i) => i);
  const sum = g.apply("ReduceSum", [g.apply("Mul", [logs, targets])], { axes, keepdims: false });
  return g.apply("Mul", [sum, g.apply("Mul", [scale, g.scalar(-1)])]);
}

/** log(1 + e^x), finite for every float: the entropy of the logistic function's two shares, and x times the first. */
export function softplus(g: Graph, x: Value): Value {
  const share = (of: Value) => g.apply("Sigmoid", [of]);
  const [yes, no] = [share(x), share(g.apply("Mul", [x, g.scalar(-1)]))];
  const part = (p: Value) => g.apply("Mul", [p, g.apply("Log", [g.apply("Add", [p, g.scalar(tiny)])])]);
  return g.apply("Sub", [g.apply("Mul", [x, yes]), g.apply("Add", [part(yes), part(no)])]);
}

/** Jensen-Shannon estimators of mutual information (KGPC) for scores x: log 2 - softplus(-x), and softplus(-x) + x - log 2. */
export function informationEstimates(g: Graph, x: Value): { readonly positive: Value; readonly negative: Value } {
  const positive = g.apply("Sub", [g.scalar(Math.LN2), softplus(g, g.apply("Mul", [x, g.scalar(-1)]))]);
  return { positive, negative: g.apply("Sub", [x, positive]) };
}

/** The sum of others * negative - entities * positive, []: scores of words that should say little and much of the query. Weights as the scores. */
export function queryContrast(g: Graph, scores: Value, entities: Value, others: Value): Value {
  const { positive, negative } = informationEstimates(g, scores);
  const sum = g.apply("Sub", [g.apply("Mul", [negative, others]), g.apply("Mul", [positive, entities])]);
  return g.apply("ReduceSum", [sum], { axes: scores.shape.map((_, i) => i), keepdims: false });
}

/**
 * -scale times the sum of targets * log sigmoid(logits) + absences * log sigmoid(-logits), []. `targets` and `absences` have the shape of
 * `logits`: 1 in one of them for a label that is asked for, 0 in both for one that is ignored. `scale` is [].
 */
export function binaryCrossEntropy(g: Graph, logits: Value, targets: Value, absences: Value, scale: Value): Value {
  const logs = (x: Value) => g.apply("Log", [g.apply("Add", [g.apply("Sigmoid", [x]), g.scalar(tiny)])]);
  const present = g.apply("Mul", [logs(logits), targets]);
  const absent = g.apply("Mul", [logs(g.apply("Mul", [logits, g.scalar(-1)])), absences]);
  const axes = logits.shape.map((_, i) => i);
  const sum = g.apply("ReduceSum", [g.apply("Add", [present, absent])], { axes, keepdims: false });
  return g.apply("Mul", [sum, g.apply("Mul", [scale, g.scalar(-1)])]);
}
