// Data maps (Swayamdipta et al. 2020): confidence, variability and correctness of training examples over the epochs. Knows no model.

/** A model's view of the examples after one epoch. */
export interface EpochView {
  readonly epoch: number;
  /** Probability of each example's own label. */
  readonly gold: readonly number[];
  /** The example's own label was predicted. */
  readonly right: readonly boolean[];
}

export interface Placed {
  /** Mean probability of the example's own label over the epochs. */
  readonly confidence: number;
  /** Standard deviation of it, by the number of epochs (the paper's sigma). */
  readonly variability: number;
  /** Share of the epochs that predict the example's own label. */
  readonly correctness: number;
}

/** One place for each example. An epoch that was told twice, by a training that resumed, counts as it was told last. No epoch: no place. */
export function cartography(told: readonly EpochView[]): Placed[] {
  const epochs = [...new Map(told.map((view) => [view.epoch, view])).values()];
  const n = epochs[0]?.gold.length ?? 0;
  return Array.from({ length: n }, (_, i) => {
    const gold = epochs.map((view) => view.gold[i] as number);
    const confidence = gold.reduce((a, b) => a + b, 0) / gold.length;
    const variance = gold.reduce((sum, p) => sum + (p - confidence) ** 2, 0) / gold.length;
    const correctness = epochs.filter((view) => view.right[i]).length / epochs.length;
    return { confidence, variability: Math.sqrt(variance), correctness };
  });
}

/** Indices of the examples, the likeliest to be mislabelled first: by confidence, then by correctness, then as they stand. */
export function doubtfulFirst(places: readonly Placed[]): number[] {
  return places
    .map((place, i) => ({ ...place, i }))
    .sort((a, b) => a.confidence - b.confidence || a.correctness - b.correctness || a.i - b.i)
    .map(({ i }) => i);
}

/** Area under the ROC curve: probability that a true case has the higher score, ties counting half. Undefined without both kinds. */
export function rocArea(scores: readonly number[], truths: readonly boolean[]): number | undefined {
  const order = scores.map((score, i) => ({ score, truth: truths[i] === true })).sort((a, b) => a.score - b.score);
  const trues = order.filter(({ truth }) => truth).length;
  const falses = order.length - trues;
  if (trues === 0 || falses === 0) return undefined;
  let ranks = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && order[to]?.score === order[from]?.score) to++;
    const middle = (from + 1 + to) / 2; // ranks from + 1 to `to`
    ranks += middle * order.slice(from, to).filter(({ truth }) => truth).length;
    from = to;
  }
  return (ranks - (trues * (trues + 1)) / 2) / (trues * falses);
}
