import { describe, expect, it } from "vitest";
import type { Analysis } from "../../../src/analyse/analysis.ts";
import { type Analysed, measureRun, type RunSets, runTexts } from "../../../src/experiment/measured-run.ts";
import type { LogReader } from "../../../src/experiment/ports.ts";
import type { PairExample } from "../../../src/tasks/example.ts";
import { memoryProducts } from "./memory-products.ts";

const pair = (text: string): PairExample => ({ kind: "pair", first: text, second: text, label: "yes" });
const data = { source: "", remarks: [], train: [pair("shown")], validation: [pair("validation")], test: [pair("test")] };
const keys = { train: "t", validation: "v", test: "e" };
const never = new AbortController().signal;

/** A log of three accepted examples with a rejected attempt between them. */
const readRun = async function* () {
  const origin = { kind: "derived", of: 0 };
  for (const text of ["one", "two"]) yield { type: "accepted", example: pair(text), origin };
  yield { type: "rejected", reason: "too-short", origin };
  yield { type: "accepted", example: pair("three"), origin };
} as unknown as LogReader;

/** Measures by counting: enough to see what it was given. */
function counting() {
  const asked: RunSets[] = [];
  const analyse = async function* (request: RunSets): AsyncGenerator<{ type: "measuring" } | Analysed, void> {
    asked.push(request);
    yield { type: "measuring" };
    yield { type: "analysed", analysis: { asked: asked.length } as unknown as Analysis };
  };
  return { asked, analyse };
}

const measured = { run: "r", source: { kind: "none" }, accepted: 2, seed: 1 } as const;

async function analysisOf(of: Parameters<typeof measureRun>[0], ports: Parameters<typeof measureRun>[1]): Promise<unknown> {
  for await (const event of measureRun(of, ports, never)) if ("analysis" in event) return event.analysis;
  return undefined;
}

describe("the measures of a run's texts", () => {
  it("are of its first accepted examples, beside the real rows and those that were shown", async () => {
    const { asked, analyse } = counting();
    const texts = await runTexts(keys, data, { ...measured, graph: "starter" });
    await analysisOf(texts, { products: memoryProducts(), readRun, analyse });
    const words = (set: { examples: readonly unknown[] } | undefined) => set?.examples.map((of) => (of as PairExample).first);
    expect(words(asked[0]?.synthetic[0])).toEqual(["one", "two"]);
    expect(words(asked[0]?.real)).toEqual(["validation", "test"]);
    expect(words(asked[0]?.shown)).toEqual(["shown"]);
    expect(asked[0]).toMatchObject({ graph: "starter", seed: 1 });
  });

  it("are taken once, and again for more examples or another graph", async () => {
    const { asked, analyse } = counting();
    const ports = { products: memoryProducts(), readRun, analyse };
    const of = async (change: object) => analysisOf(await runTexts(keys, data, { ...measured, graph: null, ...change }), ports);
    expect(await of({})).toEqual({ asked: 1 });
    expect(await of({})).toEqual({ asked: 1 });
    expect(await of({ accepted: 3 })).toEqual({ asked: 2 });
    expect(await of({ graph: "starter" })).toEqual({ asked: 3 });
    expect(asked.at(0)).not.toHaveProperty("graph");
  });
});
