// A batch whose examples are mixed with partners (TMix): its draws, and its feeds. Knows no device and no encoder.

import { beta, type Rng } from "../base/rng.ts";
import { mixInput } from "../graph/parameter.ts";
import type { Feeds, HostTensor } from "../runtime/trainer.ts";
import type { Batch } from "./batches.ts";
import { type Asked, inferenceFeeds, type Layout, targetFeeds, type Weighing } from "./feeds.ts";
import type { Input } from "./task-head.ts";

/** Settings by which a stage mixes. */
export interface Mixing {
  /** Both parameters of the Beta distribution of the share. */
  readonly alpha: number;
  /** Layers of the encoder, from 1: a batch is mixed after one of them. */
  readonly layers: readonly number[];
}

/** The draws of one batch. */
export interface Mixture {
  readonly layer: number;
  /** Share of an example in its mixture; its partner has the rest. */
  readonly share: number;
  /** Index of an example -> that of its partner: a permutation of the batch. */
  readonly partners: ReadonlyMap<number, number>;
}

export function drawMixture({ alpha, layers }: Mixing, indices: readonly number[], draws: Rng): Mixture {
  const share = beta(alpha, alpha, () => draws.next());
  const layer = draws.pick(layers);
  const shuffled = draws.sample(indices, indices.length);
  return { layer, share, partners: new Map(indices.map((index, i) => [index, shuffled[i] as number])) };
}

/** Lengths of examples as long as the longer of each and its partner. */
export function mixedLengths(lengths: readonly number[], { partners }: Mixture): number[] {
  return lengths.map((length, index) => Math.max(length, lengths[partners.get(index) ?? index] as number));
}

/**
 * Feeds of a step: examples in the first half of the rows, their partners in the second, and their targets mixed. `layout.rows` counts one half.
 * For a part of a batch, `whole` is the batch: partners are of it, so that the scale of both halves is one.
 */
export function mixedFeeds(
  inputs: readonly Input[],
  batch: Batch,
  layout: Layout & Asked,
  { layer, share, partners }: Mixture,
  weighing: Weighing,
  whole: readonly number[] = batch.indices,
): Feeds {
  const others = { ...batch, indices: batch.indices.map((index) => partners.get(index) as number) };
  const [own, partner] = [batch, others].map((half) => inferenceFeeds(inputs, half, layout)) as [Feeds, Feeds];
  const [targets, partnerTargets] = [batch, others].map((half) => targetFeeds(inputs, half, layout, weighing, whole)) as [
    Feeds,
    Feeds,
  ];
  const { scale, ...asked } = targets;
  return {
    ...pairwise(own, partner, stacked),
    ...pairwise(asked, partnerTargets, (a, b) => blended(a, b, share)),
    scale: scale as HostTensor,
    [mixInput(layer)]: { shape: [], data: Float32Array.of(share) },
  };
}

function pairwise(a: Feeds, b: Feeds, of: (a: HostTensor, b: HostTensor) => HostTensor): Feeds {
  return Object.fromEntries(Object.entries(a).map(([name, tensor]) => [name, of(tensor, b[name] as HostTensor)]));
}

function stacked(a: HostTensor, b: HostTensor): HostTensor {
  const data = a.data instanceof Int32Array ? new Int32Array(2 * a.data.length) : new Float32Array(2 * a.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { shape: [2 * (a.shape[0] as number), ...a.shape.slice(1)], data };
}

function blended(a: HostTensor, b: HostTensor, share: number): HostTensor {
  const data = Float32Array.from(a.data, (x, i) => share * x + (1 - share) * (b.data[i] as number));
  return { shape: a.shape, data };
}
