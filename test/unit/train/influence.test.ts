// Influence of a head in closed form against numbers that were computed elsewhere, central differences and models trained anew.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { type HeadData, partOf } from "../../../src/classifier/head-data.ts";
import { conjugateGradients } from "../../../src/train/conjugate-gradients.ts";
import { influences } from "../../../src/train/influence.ts";
import {
  headGradient,
  headLoss,
  hessianProduct,
  reverseCrossEntropy,
  trainHead,
  type ValidationLoss,
} from "../../../src/train/linear-head.ts";

/** One site an example; the bias is added. */
function points(rows: readonly (readonly [features: readonly number[], label: number])[], outputs = 2): HeadData {
  return {
    link: "softmax",
    outputs,
    width: (rows[0]?.[0].length ?? 0) + 1,
    examples: rows.length,
    x: Float32Array.from(rows.flatMap(([features]) => [...features, 1])),
    y: Float32Array.from(rows.flatMap(([, label]) => Array.from({ length: outputs }, (_, c) => (c === label ? 1 : 0)))),
    of: Int32Array.from(rows, (_, i) => i),
  };
}

const training = points([
  [[1, 0.5], 0],
  [[0.8, -0.2], 0],
  [[-0.6, 0.9], 1],
  [[-1, -0.3], 1],
  [[0.9, 0.4], 1], // mislabelled
]);
const validation = points([
  [[1.2, 0.1], 0],
  [[-0.7, 0.2], 1],
]);
const weights = Float64Array.from([0.4, -0.1, 0.05, -0.3, 0.2, 0.0]);
const close = (found: ArrayLike<number>, expected: readonly number[], digits: number) => {
  expect(found.length).toBe(expected.length);
  for (const [i, x] of expected.entries()) expect(found[i]).toBeCloseTo(x, digits);
};
const order = (found: Float64Array) => [...found.keys()].sort((a, b) => (found[a] as number) - (found[b] as number)).join(" ");

describe("the two-feature case", () => {
  const golden: readonly [ValidationLoss, readonly number[], ReadonlyMap<number, readonly [readonly number[], string]>][] = [
    [
      "ce",
      [-0.310543, 0.022887, 0.040101],
      new Map([
        [50, [[-0.00363833, -0.00285827, -0.00339849, -0.00497162, 0.00580818], "3 0 2 1 4"]],
        [0.01, [[-0.423276, -0.414263, -0.731207, -0.791649, 0.67553], "3 2 0 1 4"]],
      ]),
    ],
    [
      "rce",
      [-0.207608, 0.013054, 0.013038],
      new Map([
        [50, [[-0.00264095, -0.00208926, -0.00205592, -0.00313454, 0.00425208], "3 0 1 2 4"]],
        [0.01, [[-0.297492, -0.296993, -0.468669, -0.4963, 0.480089], "3 2 0 1 4"]],
      ]),
    ],
  ];
  it.each(golden)("%s: gradient, influence and order", (loss, v, byLambda) => {
    const gradient = headGradient(weights, validation, loss);
    close(gradient.subarray(0, 3), v, 6);
    close(
      gradient.subarray(3),
      v.map((x) => -x),
      6,
    );
    for (const [lambda, [expected, ranks]] of byLambda) {
      const found = influences({ weights, training, validation, loss, lambda });
      close(found, expected, lambda === 50 ? 8 : 6);
      expect(order(found)).toBe(ranks);
    }
  });

  it("H V is the golden one, and what central differences of the gradient give", () => {
    const v = Float64Array.from([0.3, -0.2, 0.5, -0.1, 0.4, 0.2]);
    const product = hessianProduct(weights, training)(v);
    close(product, [0.071625, -0.010344, 0.05288, -0.071625, 0.010344, -0.05288], 6);
    const at = (sign: number) =>
      headGradient(
        weights.map((w, i) => w + sign * 1e-4 * (v[i] as number)),
        training,
        "ce",
      );
    const [up, down] = [at(1), at(-1)];
    close(
      product,
      Array.from(up, (x, i) => (x - (down[i] as number)) / 2e-4),
      6,
    );
  });

  it("trained to its optimum it tells what leaving an example out does: sign and order, the mislabelled one on top", () => {
    const best = trainHead(training, 0.1);
    close(best, [0.685114, -0.347361, -0.281678, -0.685114, 0.347361, 0.281678], 5);
    expect(headLoss(best, validation)).toBeCloseTo(0.242017, 6);
    const found = influences({ weights: best, training, validation, loss: "ce", lambda: 0.1 });
    close(found, [-0.339432, -0.298764, -0.142767, -0.191552, 0.472078], 4);
    const without = Float64Array.from({ length: 5 }, (_, left) => {
      const rest = { ...training, x: training.x.slice(), y: training.y.slice() };
      rest.x.fill(0, left * 3, left * 3 + 3); // no features and no bias: it teaches nothing, and the others keep their weight of 1/5
      return headLoss(trainHead(rest, 0.1), validation) - headLoss(best, validation);
    });
    close(without, [0.134218, 0.115656, 0.050301, 0.083965, -0.095408], 5);
    const predicted = found.map((x) => -x / 5);
    expect(order(predicted)).toBe(order(without));
    for (const [i, x] of predicted.entries()) expect(Math.sign(x)).toBe(Math.sign(without[i] as number));
    expect(order(found).at(-1)).toBe("4");
  });
});

it("reverse cross-entropy has the golden values", () => {
  const logits = [0.3, -0.2, 1.1, 0.4];
  const found = [2, 3, 4].map((classes) => reverseCrossEntropy(logits.slice(0, classes), 1));
  close(found, [0.935721, 1.393167, 1.620821], 5);
});

describe("any labels, and tokens", () => {
  const stream = rng("influence");
  const random = (n: number) => Float32Array.from({ length: n }, () => stream.next() * 2 - 1);
  const sites = 24;
  const tokens: HeadData = {
    link: "softmax",
    outputs: 3,
    width: 4,
    examples: 6,
    x: random(sites * 4),
    y: Float32Array.from({ length: sites * 3 }, (_, i) => (i % 3 === Math.floor(i / 3) % 3 ? 1 : 0)),
    of: Int32Array.from({ length: sites }, (_, i) => Math.floor(i / 4)),
  };
  const multi: HeadData = { ...tokens, link: "sigmoid", y: Float32Array.from({ length: sites * 3 }, () => stream.int(2)) };

  it.each([
    ["tokens", tokens],
    ["any labels", multi],
  ] as const)("%s: gradients and H V equal central differences", (_, data) => {
    const w = Float64Array.from(random(12));
    const v = Float64Array.from(random(12));
    const moved = (by: number) => w.map((x, i) => x + by * (v[i] as number));
    const along = (g: Float64Array) => g.reduce((sum, x, i) => sum + x * (v[i] as number), 0);
    expect(along(headGradient(w, data, "ce"))).toBeCloseTo(
      (headLoss(moved(1e-5), data) - headLoss(moved(-1e-5), data)) / 2e-5,
      6,
    );
    const [up, down] = [headGradient(moved(1e-4), data, "ce"), headGradient(moved(-1e-4), data, "ce")];
    close(
      hessianProduct(w, data)(v),
      Array.from(up, (x, i) => (x - (down[i] as number)) / 2e-4),
      6,
    );
    // RCE is, but for a constant, minus the probability of what is right.
    const rce = (at: Float64Array) => {
      let sum = 0;
      for (let site = 0; site < sites; site++) {
        const z = [0, 1, 2].map((c) =>
          [0, 1, 2, 3].reduce((s, j) => s + (at[c * 4 + j] as number) * (data.x[site * 4 + j] as number), 0),
        );
        const y = [0, 1, 2].map((c) => data.y[site * 3 + c] as number);
        if (data.link === "softmax") sum += reverseCrossEntropy(z, y.indexOf(1));
        else for (const [c, logit] of z.entries()) sum -= 1 / (1 + Math.exp(y[c] ? -logit : logit)) / 3;
      }
      return sum / data.examples;
    };
    expect(along(headGradient(w, data, "rce"))).toBeCloseTo((rce(moved(1e-5)) - rce(moved(-1e-5))) / 2e-5, 6);
  });

  it("adds up the sites of an example, and parts keep each example's own", () => {
    const w = Float64Array.from(random(12));
    const whole = influences({ weights: w, training: tokens, validation: tokens, loss: "ce", lambda: 50 });
    const apart = { ...tokens, examples: sites, of: Int32Array.from({ length: sites }, (_, i) => i) };
    // With every site an example of its own the means are over 4 times as many.
    const each = influences({ weights: w, training: apart, validation: apart, loss: "ce", lambda: 50 / 4 });
    for (const [i, x] of whole.entries()) {
      expect(x).toBeCloseTo(
        [0, 1, 2, 3].reduce((sum, j) => sum + (each[i * 4 + j] as number), 0),
        8,
      );
    }
    const part = partOf(tokens, 2, 4);
    expect([...part.of]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect([...part.x]).toEqual([...tokens.x.subarray(8 * 4, 16 * 4)]);
  });
});

it("conjugate gradients solve a system of 40 unknowns", () => {
  const stream = rng("system");
  const n = 40;
  const m = Array.from({ length: n }, () => Array.from({ length: n }, () => stream.next() - 0.5));
  const a = m.map((row, i) => m.map((other, j) => row.reduce((sum, x, k) => sum + x * (other[k] as number), i === j ? 0.5 : 0)));
  const product = (v: Float64Array) => Float64Array.from(a, (row) => row.reduce((sum, x, k) => sum + x * (v[k] as number), 0));
  const wanted = Float64Array.from({ length: n }, () => stream.next());
  close(conjugateGradients(product, product(wanted)), [...wanted], 7);
});
