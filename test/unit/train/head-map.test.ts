// The data map of a linear head: every epoch as PyTorch's AdamW has it, and wrong labels found among clouds of points.

import { describe, expect, it } from "vitest";
import { cartography, doubtfulFirst, rocArea } from "../../../src/analyse/cartography.ts";
import { rng } from "../../../src/base/rng.ts";
import { type HeadData, headData } from "../../../src/classifier/head-data.ts";
import type { Feeds } from "../../../src/runtime/trainer.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { hoc } from "../../../src/tasks/hoc.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { fitHead, type HeadEpoch, headMap } from "../../../src/train/head-map.ts";
import golden from "../../fixtures/head-map/golden.json";
import { linearClassifier } from "./toy.ts";

const never = new AbortController().signal;

async function all(map: AsyncGenerator<HeadEpoch, void>): Promise<HeadEpoch[]> {
  const epochs: HeadEpoch[] = [];
  for await (const epoch of map) epochs.push(epoch);
  return epochs;
}

/** Two clouds, [-1, 0] and [1, 0] apart from noise; of every tenth point the label is wrong. */
function clouds(count: number): { data: HeadData; wrong: boolean[] } {
  const draws = rng("clouds");
  const wrong = Array.from({ length: count }, (_, i) => i % 10 === 3);
  const x = Array.from({ length: count }, (_, i) => [(i % 2 === 0 ? 1 : -1) + draws.next() - 0.5, draws.next() - 0.5, 1]);
  const y = wrong.flatMap((is, i) => ((i % 2 === 0) === is ? [1, 0] : [0, 1]));
  const of = Int32Array.from(wrong, (_, i) => i);
  const whole = { x: Float32Array.from(x.flat()), y: Float32Array.from(y), of };
  return { data: { link: "softmax", outputs: 2, width: 3, examples: count, ...whole }, wrong };
}

describe("each epoch is PyTorch's", () => {
  it.each(golden.cases.map((one) => [one.link, one] as const))("%s", async (_, one) => {
    const { link, outputs, width, of, x, y, batches, epochs } = one;
    const examples = Math.max(...of) + 1;
    const arrays = { x: Float32Array.from(x), y: Float32Array.from(y.flat()), of: Int32Array.from(of) };
    const data = { link: link as HeadData["link"], outputs, width, examples, ...arrays };
    const found = await all(fitHead(data, batches, golden.rate, never));
    expect(found.map(({ epoch }) => epoch)).toEqual(epochs.map((_, i) => i + 1));
    for (const [i, { gold, right }] of epochs.entries()) {
      for (const [e, p] of gold.entries()) expect(found[i]?.gold[e]).toBeCloseTo(p, 8);
      expect(found[i]?.right).toEqual(right);
    }
  });
});

it("finds the wrong labels among two clouds, and the same map for the same seed", async () => {
  const { data, wrong } = clouds(200);
  const epochs = await all(headMap(data, 1, never));
  const places = cartography(epochs);
  expect(
    rocArea(
      places.map(({ confidence }) => -confidence),
      wrong,
    ),
  ).toBeGreaterThan(0.99);
  expect(
    doubtfulFirst(places)
      .slice(0, 20)
      .every((i) => wrong[i]),
  ).toBe(true);
  expect(await all(headMap(data, 1, never))).toEqual(epochs);
  expect(await all(headMap(data, 2, never))).not.toEqual(epochs);
});

it("says that an example without a site is right, and stops when it is told to", async () => {
  const data: HeadData = {
    ...{ link: "softmax", outputs: 2, width: 2, examples: 3 },
    ...{ x: Float32Array.from([1, 1, -1, 1]), y: Float32Array.from([1, 0, 0, 1]), of: Int32Array.from([0, 2]) },
  };
  const [first] = await all(headMap(data, 1, never));
  expect([first?.gold[1], first?.right[1]]).toEqual([1, true]);
  const stop = new AbortController();
  stop.abort();
  await expect(all(headMap(data, 1, stop.signal))).rejects.toMatchObject({ code: "aborted" });
});

it("reads several labels as the task does: the likeliest one where none is likelier than not and one must be", async () => {
  // One feature alone, the bias: the head can learn no more than each label's share, .4, .3 and .3.
  const labels = [2, 1, 0, 2, 0, 1, 0, 2, 0, 1];
  const y = Float32Array.from(labels.flatMap((label) => [0, 1, 2].map((c) => Number(c === label))));
  const arrays = { x: new Float32Array(10).fill(1), y, of: Int32Array.from(labels, (_, i) => i) };
  const data: HeadData = { ...{ link: "sigmoid", outputs: 3, width: 1, examples: 10 }, ...arrays };
  const batches = Array.from({ length: 200 }, () => [[...labels.keys()]]);
  const last = async (of: HeadData) => (await all(fitHead(of, batches, 0.1, never))).at(-1);
  const [any, some] = [await last(data), await last({ ...data, atLeastOne: true })];
  expect(any?.right).toEqual(labels.map(() => false));
  expect(some?.right).toEqual(labels.map((label) => label === 0));
  expect(some?.gold).toEqual(any?.gold);
});

it("is told the task's reading with its features: at least one label for HoC", async () => {
  const read = async (task: Task, example: Example) => {
    const toy = linearClassifier(task);
    const features = async ({ input_ids: ids }: Feeds) => ({
      shape: [...(ids?.shape ?? []), 8],
      data: new Float32Array((ids?.data.length ?? 0) * 8),
    });
    const work = headData({ ...toy, trainer: { ...toy.trainer, features } }, [example], never);
    let next = await work.next();
    while (!next.done) next = await work.next();
    return next.value;
  };
  const text = "the patient had fever";
  const some = await read(hoc, { kind: "sentence", text, labels: [hoc.labels[1]?.id as string] });
  expect([some.link, some.atLeastOne]).toEqual(["sigmoid", true]);
  const one = await read(bc5cdrDisease, { kind: "token", text, spans: [{ start: 16, end: 21, label: "Disease" }] });
  expect([one.link, one.atLeastOne]).toEqual(["softmax", undefined]);
});
