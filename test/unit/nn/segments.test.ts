// Training in segments of layers: run one after the other they give what the whole graph gives, and none reads more than its own.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { sizeOf } from "../../../src/graph/ops.ts";
import { type BatchShape, mixInput, rowsInput } from "../../../src/graph/parameter.ts";
import { seedsName } from "../../../src/nn/dropout.ts";
import type { Head } from "../../../src/nn/heads.ts";
import { bertModel, type Model, type ModelOptions } from "../../../src/nn/model.ts";
import { dropoutSiteCount } from "../../../src/nn/training-graphs.ts";
import { evaluate } from "../graph/evaluate.ts";
import { tinyConfig } from "./tiny-config.ts";

const shape: BatchShape = { batch: 2, tokens: 4 };
const words = "bert.embeddings.word_embeddings.weight";

type Numbers = Record<string, readonly number[]>;

function weightsOf({ parameters }: Model): Numbers {
  return Object.fromEntries(
    parameters.map(({ name, shape: s }) => {
      const draws = rng("segments", name);
      const one = name.includes("LayerNorm.weight") ? 1 : 0;
      return [name, Array.from({ length: sizeOf(s) }, () => one + 0.6 * (draws.next() - 0.5))];
    }),
  );
}

function feedsOf(head: Head, layers: number): Numbers {
  const outputs = head.kind === "masked" ? 11 : head.labels;
  const asked = head.kind === "token" || head.kind === "masked" ? 8 : 2;
  return {
    input_ids: [2, 5, 7, 3, 2, 4, 3, 0],
    token_type_ids: [0, 0, 1, 1, 0, 0, 0, 0],
    attention_mask: [1, 1, 1, 1, 1, 1, 1, 0],
    targets: Array.from({ length: asked * outputs }, (_, i) => Number(i % outputs === (i >> 2) % outputs)),
    scale: [0.5],
    [seedsName]: Array.from({ length: dropoutSiteCount(tinyConfig(layers)) }, (_, i) => (i * 0.377) % 1),
  };
}

/** The steps of a trainer with them. */
function through({ segments }: Model, inputs: Numbers, of = shape): Numbers {
  const { count, forward, backward } = segments!;
  const states: (readonly number[])[] = [[]];
  for (let i = 0; i < count - 1; i++) states.push(evaluate(forward(i, of), { ...inputs, states: states[i]! }).next_states!);
  const found: Numbers = {};
  let passed: readonly number[] | undefined;
  for (let i = count - 1; i >= 0; i--) {
    const { next_cotangent, ...own } = evaluate(backward(i, of), { ...inputs, states: states[i]!, cotangent: passed ?? [] });
    for (const name of Object.keys(own)) expect(found).not.toHaveProperty([name]); // each gradient comes from one segment
    Object.assign(found, own);
    passed = next_cotangent;
  }
  expect(passed).toBeUndefined(); // the first one reads ids
  return found;
}

const heads: readonly Head[] = [{ kind: "token", labels: 3 }, { kind: "single", labels: 3 }, { kind: "masked" }];
const ways: readonly ModelOptions[] = [
  {},
  { dropout: 0.3 },
  { trains: { kind: "lora", rank: 2, alpha: 6 } },
  { trains: { kind: "biases" }, dropout: 0.1 },
];

describe.each([3, 4, 5])("of %i layers", (layers) => {
  it.each(heads.flatMap((head) => ways.map((options) => ({ head, options }))))(
    "give the loss and the gradients of the whole: $head.kind, $options",
    ({ head, options }) => {
      const model = bertModel(tinyConfig(layers), head, { ...options, checkpointing: true });
      expect(model.segments?.count).toBe(Math.ceil(layers / 2));
      const inputs = { ...weightsOf(model), ...feedsOf(head, layers) };
      const whole = evaluate(model.training(shape), inputs);
      const got = through(model, inputs);
      expect(Object.keys(got).sort()).toEqual(Object.keys(whole).sort());
      for (const [name, numbers] of Object.entries(whole)) {
        for (const [i, x] of numbers.entries()) expect(got[name]![i], name).toBeCloseTo(x, 12);
      }
    },
  );
});

it.each([1, 2, 3, 4])("give them of two rows that are mixed after layer %i of 4", (mix) => {
  const head = heads[1]!;
  const model = bertModel(tinyConfig(4), head, { checkpointing: true, dropout: 0.2 });
  const one = { targets: [0.3, 0, 0.7], [mixInput(mix)]: [0.3] };
  const inputs = { ...weightsOf(model), ...feedsOf(head, 4), ...one };
  const whole = evaluate(model.training({ ...shape, mix }), inputs);
  const got = through(model, inputs, { ...shape, mix });
  expect(Object.keys(got).sort()).toEqual(Object.keys(whole).sort());
  for (const [name, numbers] of Object.entries(whole)) {
    for (const [i, x] of numbers.entries()) expect(got[name]![i], name).toBeCloseTo(x, 12);
  }
});

it("read no other segment's layers, and rows that were looked up outside", () => {
  const model = bertModel(tinyConfig(4), heads[0]!, { gathered: true, checkpointing: true });
  const layersIn = (i: number) =>
    new Set([...model.segments!.backward(i, shape).inputs.keys()].flatMap((name) => /layer\.(\d)/.exec(name)?.[1] ?? []));
  expect([...layersIn(0)]).toEqual(["0", "1"]);
  expect([...layersIn(1)]).toEqual(["2", "3"]);
  const first = model.segments!.forward(0, shape).inputs;
  expect(first.has(rowsInput(words))).toBe(true);
  expect(first.has(words)).toBe(false);
});

it("are there only where they were asked for, and where layers can be cut", () => {
  const of = (layers: number, options: ModelOptions) => bertModel(tinyConfig(layers), heads[0]!, options).segments;
  expect(of(4, {})).toBeUndefined();
  expect(of(2, { checkpointing: true })).toBeUndefined(); // one segment is the whole
  expect(of(4, { checkpointing: true, trains: { kind: "layers", last: 1 } })).toBeUndefined(); // nothing is kept below
});
