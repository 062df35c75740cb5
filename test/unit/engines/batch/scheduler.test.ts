// The scheduler over a decoder that fails: whoever waits hears of it, wherever the request is.

import { expect, it } from "vitest";
import { KeyValueCache, type NewEntries, nothingShared } from "../../../../src/engines/batch/cache.ts";
import type { BatchDecoder } from "../../../../src/engines/batch/decoder.ts";
import type { Job } from "../../../../src/engines/batch/job.ts";
import { hostMemory } from "../../../../src/engines/batch/memory.ts";
import { promptReader } from "../../../../src/engines/batch/prompt.ts";
import { scheduler } from "../../../../src/engines/batch/scheduler.ts";

const shape = { layers: 1, keyValueHeads: 1, headSize: 2, vocabSize: 10 };
const end = 9;

/** Says that token 3 comes next, always, and fails at the steps that `fails` names. */
function deciding(fails: (rows: number, tokens: number) => boolean): BatchDecoder {
  return {
    config: shape,
    contextTokens: 100,
    memory: hostMemory,
    nothing: nothingShared(shape),
    newCache: (rows: number) => new KeyValueCache(shape, rows),
    async step(_: unknown, { rows }: KeyValueCache, ids: Int32Array) {
      const tokens = ids.length / rows;
      if (fails(rows, tokens)) throw new Error("the decoder failed");
      const logits = Float32Array.from({ length: rows * shape.vocabSize }, (_, i) => Number(i % shape.vocabSize === 3));
      const numbers = () => [new Float32Array(rows * tokens * shape.headSize)];
      const entries: NewEntries = { rows, tokens, keys: numbers(), values: numbers() };
      return { logits, entries };
    },
    close: async () => undefined,
  } as unknown as BatchDecoder;
}

const job = (more: Partial<Job> = {}): Job => ({
  prompt: { ids: [1, 2], shared: 0 },
  maxTokens: 30,
  sample: (logits) => logits.indexOf(Math.max(...logits)),
  grammar: undefined,
  signal: new AbortController().signal,
  ...more,
});

/** Forces so many tokens after the second choice, once. */
function forcing(count: number): Pick<Job, "forced"> {
  let choices = 0;
  return { forced: () => (++choices === 2 ? Array.from({ length: count }, () => 4) : []) };
}

const open = (decoder: BatchDecoder) =>
  scheduler({ decoder, prompts: promptReader(decoder, 2 ** 16), ends: new Set([end]), rowSizes: [1, 2, 4] });

it("reads forced tokens in one step, in their place among the chosen ones, and goes on in a row", async () => {
  const widths: number[] = [];
  const decoder = deciding((_, tokens) => widths.push(tokens) < 0);
  const { tokens, finish } = await open(decoder).run(job({ maxTokens: 14, ...forcing(9) }));
  expect(tokens).toEqual([3, 3, ...Array(9).fill(4), 3, 3, 3]);
  expect(finish).toBe("length");
  expect(widths).toEqual([4, 1, 12, 1, 1]); // the prompt, a step, the second choice with what must follow, two steps
});

it("tells how much of a prompt is read, and of the completion written", async () => {
  const told: (readonly [number, number])[] = [];
  const ids = Array.from({ length: 230 }, (_, i) => i % 7);
  const onProgress = (read: number, written: number) => void told.push([read, written]);
  const schedule = open(deciding(() => false));
  await schedule.run(job({ prompt: { ids, shared: 100 }, maxTokens: 3, onProgress }));
  const read = told.filter(([, written]) => written === 0).map(([tokens]) => tokens);
  expect(read).toEqual([64, 100, 100, 164, 230]); // the beginning in two parts, then it is whole, and the rest
  expect(told.slice(read.length).map(([, written]) => written)).toEqual([1, 2, 3]);
  told.length = 0;
  await schedule.run(job({ prompt: { ids, shared: 100 }, maxTokens: 1, onProgress }));
  expect(told[0]).toEqual([100, 0]); // taken over
  expect(told.at(-1)).toEqual([230, 1]);
});

it.each([
  ["a prompt is read", (rows: number, tokens: number) => rows === 1 && tokens === 4],
  ["rows take a step", (rows: number, tokens: number) => rows > 1 && tokens === 1],
  ["a row reads what must come", (_: number, tokens: number) => tokens === 12],
])("rejects all requests where the decoder fails while %s", async (_, fails) => {
  const schedule = open(deciding(fails));
  const all = [job(forcing(9)), job(), job(forcing(9)), job()].map((j) => schedule.run(j));
  const outcomes = await Promise.allSettled(all);
  expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill("rejected"));
  await schedule.stop();
});
