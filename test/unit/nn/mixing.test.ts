// TMix in the graph: where nothing is mixed it is ordinary training, after the last layer it is a mix of two passes; gradients by finite differences.

import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { Graph } from "../../../src/graph/graph.ts";
import { sizeOf } from "../../../src/graph/ops.ts";
import { mixInput } from "../../../src/graph/parameter.ts";
import { seedsName } from "../../../src/nn/dropout.ts";
import type { Head } from "../../../src/nn/heads.ts";
import { crossEntropy } from "../../../src/nn/loss.ts";
import { bertModel, type Model, type ModelOptions } from "../../../src/nn/model.ts";
import { dropoutSiteCount } from "../../../src/nn/training-graphs.ts";
import { evaluate } from "../graph/evaluate.ts";
import { tinyConfig } from "./tiny-config.ts";

const layers = 3;
const tokens = 4;
const single: Head = { kind: "single", labels: 3 };
const multi: Head = { kind: "multi", labels: 3 };

type Numbers = Record<string, readonly number[]>;

function weightsOf({ parameters }: Model): Numbers {
  return Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const draws = rng("mixing", name);
      const one = name.includes("LayerNorm.weight") ? 1 : 0;
      return [name, Array.from({ length: sizeOf(shape) }, () => one + 0.6 * (draws.next() - 0.5))];
    }),
  );
}

const seeds = { [seedsName]: Array.from({ length: dropoutSiteCount(tinyConfig(layers)) }, (_, i) => (i * 0.377) % 1) };

/** Two texts, one of four tokens and one of three. */
const long = { ids: [2, 5, 7, 3], mask: [1, 1, 1, 1] };
const short = { ids: [2, 4, 3, 0], mask: [1, 1, 1, 0] };
type Text = typeof long;

const textFeeds = (texts: readonly Text[]): Numbers => ({
  input_ids: texts.flatMap((text) => text.ids),
  token_type_ids: texts.flatMap((text) => text.ids.map((_, i) => (i > 2 ? 1 : 0))),
  attention_mask: texts.flatMap((text) => text.mask),
});

const asked = (targets: readonly number[]): Numbers => ({
  targets,
  absences: targets.map((t) => 1 - t),
  scale: [0.5],
  ...seeds,
});

/** Loss and gradients of a mixture of two texts. */
function mixed(
  head: Head,
  pair: readonly Text[],
  share: number,
  mix: number,
  targets: readonly number[],
  options: ModelOptions = {},
) {
  const model = bertModel(tinyConfig(layers), head, options);
  const inputs = { ...weightsOf(model), ...textFeeds(pair), ...asked(targets), [mixInput(mix)]: [share] };
  return evaluate(model.training({ batch: 2, tokens, mix }), inputs);
}

function ordinary(head: Head, text: Text, targets: readonly number[], options: ModelOptions = {}) {
  const model = bertModel(tinyConfig(layers), head, options);
  return evaluate(model.training({ batch: 1, tokens }), { ...weightsOf(model), ...textFeeds([text]), ...asked(targets) });
}

/** Gradients of a table's looked-up rows come a row a token: those of the first text. */
const ofFirst = (numbers: readonly number[], like: readonly number[]) => numbers.slice(0, like.length);

describe.each([
  [single, [0, 1, 0]],
  [multi, [0, 1, 1]],
] as const)("a mixture for a head of kind %o", (head, targets) => {
  it.each([
    {},
    { dropout: 0.3 },
    { trains: { kind: "lora", rank: 2, alpha: 6 } } as const,
    { trains: { kind: "head" } } as const,
    { trains: { kind: "layers", last: 1 } } as const,
  ])("with the whole share is ordinary training to the bit: %o", (options) => {
    for (const mix of [1, 2, 3]) {
      const found = mixed(head, [long, short], 1, mix, targets, options); // the partner shows no token that the text has not
      for (const [name, numbers] of Object.entries(ordinary(head, long, targets, options))) {
        expect(ofFirst(found[name]!, numbers), `${name} after layer ${mix}`).toEqual(numbers);
      }
    }
  });

  it("with an identical partner is ordinary training", () => {
    for (const mix of [1, 2, 3]) {
      const found = mixed(head, [long, long], 0.5, mix, targets);
      const plain = ordinary(head, long, targets);
      expect(found.loss).toEqual(plain.loss);
      for (const name of ["gradient:classifier.weight", "gradient:bert.encoder.layer.0.output.dense.weight"]) {
        for (const [i, x] of plain[name]!.entries()) expect(found[name]![i], name).toBeCloseTo(x, 12);
      }
    }
  });

  it("is the same seen from its partner, with the rest as share", () => {
    for (const mix of [1, 2, 3]) {
      const [there, back] = [mixed(head, [long, short], 0.3, mix, targets), mixed(head, [short, long], 0.7, mix, targets)];
      expect(back.loss![0]).toBeCloseTo(there.loss![0]!, 14);
    }
  });

  it("after the last layer is a linear mix of two passes", () => {
    const share = 0.3;
    const whole = bertModel(tinyConfig(layers), head, { trains: { kind: "head" } });
    const statesOf = (text: Text) =>
      evaluate(whole.fixed!.features({ batch: 1, tokens }), { ...weightsOf(whole), ...textFeeds([text]) }).features!;
    const [a, b] = [statesOf(long), statesOf(short)];
    const features = a.map((x, i) => share * x + (1 - share) * b[i]!).slice(0, 8); // the head reads the first token
    const ownHead = whole.fixed!.training({ batch: 1, tokens: 1 });
    const { loss } = evaluate(ownHead, { ...weightsOf(whole), features, ...asked(targets) });
    expect(mixed(head, [long, short], share, layers, targets).loss![0]).toBeCloseTo(loss![0]!, 14);
  });

  it("passes gradients to weights below and above the layer, by finite differences", () => {
    const model = bertModel(tinyConfig(layers), head);
    const mix = 2;
    const graph = model.training({ batch: 2, tokens, mix });
    const inputs = { ...weightsOf(model), ...textFeeds([long, short]), ...asked([0.3, 0, 0.7]), [mixInput(mix)]: [0.3] };
    const found = evaluate(graph, inputs);
    const names = ["0.attention.self.query", "1.output.dense", "2.attention.self.value", "2.intermediate.dense"];
    for (const name of [
      ...names.map((part) => `bert.encoder.layer.${part}.weight`),
      "bert.pooler.dense.weight",
      "classifier.bias",
    ]) {
      const moved = (i: number, by: number) =>
        evaluate(graph, { ...inputs, [name]: inputs[name]!.map((x, j) => (i === j ? x + by : x)) }).loss![0]!;
      for (const i of [0, 2]) {
        const slope = (moved(i, 1e-5) - moved(i, -1e-5)) / 2e-5;
        const got = found[`gradient:${name}`]![i]!;
        expect(Math.abs(got - slope) / Math.max(1e-3, Math.abs(slope)), name).toBeLessThan(1e-6);
      }
    }
  });
});

it("behind the layer both texts' tokens are seen, before it each sees its own", () => {
  const loss = (partner: Text, mix: number) => mixed(single, [long, partner], 1, mix, [0, 1, 0]).loss![0]!;
  const masked: Text = { ...long, mask: [1, 1, 0, 0] };
  const hidden = mixed(single, [masked, short], 1, 1, [0, 1, 0]).loss![0]!;
  const alone = ordinary(single, masked, [0, 1, 0]).loss![0]!;
  expect(Math.abs(hidden - alone)).toBeGreaterThan(1e-6); // the partner's third token counts behind layer 1
  expect(mixed(single, [masked, short], 1, layers, [0, 1, 0]).loss![0]).toBeCloseTo(alone, 12); // and nowhere before the last
  expect(loss(short, 1)).toBeCloseTo(loss(long, 1), 12);
});

it("needs an even number of rows", () => {
  expect(() => bertModel(tinyConfig(layers), single).training({ batch: 3, tokens, mix: 1 })).toThrow("even number of rows");
});

it("the loss of targets that are mixed is the facts' golden value", () => {
  const g = new Graph();
  const value = (name: string, shape: number[]) => g.input(name, "float32", shape);
  g.output("loss", crossEntropy(g, value("logits", [1, 2]), value("targets", [1, 2]), value("scale", [])));
  const { loss } = evaluate(g, { logits: [0.2, -0.1], targets: [0.3, 0.7], scale: [1] });
  expect(loss![0]).toBeCloseTo(0.764355, 6);
});
