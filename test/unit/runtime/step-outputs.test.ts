// Feeds of a step through segments, and the release of its tensors: also where one fails.

import type { Tensor } from "onnxruntime-web";
import { describe, expect, it } from "vitest";
import { type Outputs, stepOutputs } from "../../../src/runtime/trainer/trainer-sessions.ts";

const count = 3;
const graphs = { segments: { count } } as unknown as Parameters<typeof stepOutputs>[0];
const feeds = { input_ids: { shape: [1, 1], data: Int32Array.of(1) } };

/** Runs that tell what they were given; the one named `failing` fails. */
function runs(failing?: string) {
  const alive = new Set<string>();
  const calls: string[] = [];
  const names = new Map<Tensor, string>();
  const made = (name: string): Tensor => {
    alive.add(name);
    const tensor = { dispose: () => expect(alive.delete(name), `${name} was let go of before`).toBe(true) } as unknown as Tensor;
    names.set(tensor, name);
    return tensor;
  };
  const run: Parameters<typeof stepOutputs>[2] = async (use, _, between = {}) => {
    calls.push([use, ...Object.values(between).map((tensor) => names.get(tensor))].join(" < "));
    for (const tensor of Object.values(between)) expect(alive).toContain(names.get(tensor));
    if (use === failing) throw new Error("no memory");
    const [way, i] = use.split(" ");
    if (way === "forward") return { next_states: made(`states ${i}`) };
    const own: Outputs = { [`gradient:${i}`]: made(`gradient ${i}`) };
    return Number(i) > 0 ? { ...own, next_cotangent: made(`cotangent ${i}`) } : own;
  };
  return { run, alive, calls };
}

it("goes forward, then back, each segment with what the ones beside it gave, and leaves the gradients alone", async () => {
  const { run, alive, calls } = runs();
  const found = await stepOutputs(graphs, feeds, run);
  expect(calls).toEqual([
    "forward 0",
    "forward 1 < states 0",
    "backward 2 < states 1",
    "backward 1 < states 0 < cotangent 2",
    "backward 0 < cotangent 1",
  ]);
  expect(Object.keys(found).sort()).toEqual(["gradient:0", "gradient:1", "gradient:2"]);
  expect([...alive].sort()).toEqual(["gradient 0", "gradient 1", "gradient 2"]);
});

describe("where a segment fails", () => {
  it.each(["forward 0", "forward 1", "backward 2", "backward 1", "backward 0"])("nothing is held on: %s", async (failing) => {
    const { run, alive } = runs(failing);
    await expect(stepOutputs(graphs, feeds, run)).rejects.toThrow("no memory");
    expect([...alive]).toEqual([]);
  });
});
