// LoRA's additions taken into the matrices that they add to, so that a model is saved as one of any other kind. Knows no device.

import { loraNames, type Trains } from "../nn/trains.ts";
import type { Weight, Weights } from "../weights/weight.ts";

/** W + (alpha / rank) up down, for each matrix that has an addition; the additions are gone. Other weights are the same arrays. */
export function mergedLora(weights: Weights, trains: Trains): Weights {
  if (trains.kind !== "lora") return weights;
  const merged = new Map<string, Weight>();
  for (const [name, weight] of weights) {
    if (/\.lora_[AB]\.weight$/.test(name)) continue;
    const { down, up } = loraNames(name.replace(/\.weight$/, ""));
    const [a, b] = [weights.get(down), weights.get(up)];
    merged.set(name, a && b ? added(weight, b, a, trains.alpha / trains.rank) : weight);
  }
  return merged;
}

/** matrix [out, in], up [out, rank], down [rank, in]. */
function added({ shape, data }: Weight, up: Weight, down: Weight, factor: number): Weight {
  const [out, into] = shape as [number, number];
  const rank = down.shape[0] as number;
  const sum = data.slice();
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < into; i++) {
      let more = 0;
      for (let r = 0; r < rank; r++) more += (up.data[o * rank + r] as number) * (down.data[r * into + i] as number);
      sum[o * into + i] = (sum[o * into + i] as number) + factor * more;
    }
  }
  return { shape, data: sum };
}
