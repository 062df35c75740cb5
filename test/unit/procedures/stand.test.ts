// The standing of methods as the analyse worker gives it: the best constant answer beside them, on their own test sets.

import { expect, it } from "vitest";
import { analyseProcedures, type StandRequest } from "../../../src/procedures/analyse.ts";
import { surenessOf } from "../../../src/report/sureness.ts";
import type { Example } from "../../../src/tasks/example.ts";

const unasked = (): never => {
  throw new Error("neither asks for a model or a graph");
};
const models = { manifest: unasked, read: unasked };
const { stand, intervals } = analyseProcedures({ models, graphs: unasked, openEmbedder: unasked });

async function standingOf(request: StandRequest) {
  for await (const event of stand(request, new AbortController().signal)) if (event.type === "stood") return event.standing;
  throw new Error("no standing");
}

const pair = (label: string): Example => ({ kind: "pair", first: "a", second: "b", label });
const foreign: Example = { kind: "sentence", text: "a", labels: ["evading growth suppressors"] };
const [equal, unequal] = ["equivalent", "not_equivalent"].map(pair) as [Example, Example];
const own = [equal, unequal, unequal, equal, unequal];

it("has the best constant answer on the test sets of its runs, whatever other sets are given", async () => {
  const answers = own.map(() => ({ kind: "pair", label: "equivalent" }) as const);
  const { constant, methods } = await standingOf({
    task: "mqp",
    sets: { other: [foreign, foreign], own },
    runs: [{ method: "m", seed: 0, set: "own", answers }],
    compared: ["m"],
    ranked: ["m"],
  });
  expect(methods[0]?.mean).toBeCloseTo(2 / 5);
  expect(constant).toEqual({ labels: ["not_equivalent"], values: { accuracy: 3 / 5 } });
});

it("pairs each model with the best constant answer", async () => {
  const always = (label: string) => own.map(() => ({ kind: "pair", label }) as const);
  const both = [always("not_equivalent"), always("equivalent")];
  const { constant } = await intervals({ task: "mqp", gold: own, models: both }, new AbortController().signal);
  expect(constant?.labels).toEqual(["not_equivalent"]);
  expect(constant?.less.map((of) => of?.difference)).toEqual([0, 2 / 5 - 3 / 5]);
});

it("says nothing of scores whose test examples a capsule left out", async () => {
  const tagged = { kind: "token", text: "Fever.", spans: [] } as const;
  const results = { synthetic: { scores: { values: { f1: 0.3 } }, predicted: [{ kind: "token", spans: [] }] } } as never;
  const ask = (request: Parameters<typeof intervals>[0]) => intervals(request, new AbortController().signal);
  expect(await surenessOf("bc5cdr-disease", [], results, ask)).toEqual({ intervals: {} });
  expect(await surenessOf("bc5cdr-disease", [tagged], results, ask)).toHaveProperty("overlapping.synthetic");
});
