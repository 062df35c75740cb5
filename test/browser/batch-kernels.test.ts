// The batch engine by our own kernels: the texts of the processor, the same alone and among others, and onnxruntime where there are no kernels.

import { afterAll, beforeAll, expect, it } from "vitest";
import { openBatch } from "../../src/engines/batch/batch.ts";
import { checkKernels } from "../../src/engines/kernels/check.ts";
import type { CompletionRequest, LanguageModel } from "../../src/engines/language-model.ts";
import { programDevice } from "../../src/runtime/program/device.ts";

const weights = await (await fetch("/test/fixtures/llama/llama3.gguf")).blob();
const never = new AbortController().signal;
const open = (more: Partial<Parameters<typeof openBatch>[0]> = {}) =>
  openBatch({ id: "batch/tiny", weights, contextTokens: 256, slots: 4, device: "webgpu", path: "program", ...more });

let kernels: LanguageModel;
let processor: LanguageModel;
beforeAll(async () => {
  kernels = await open();
  processor = await open({ device: "wasm" });
  expect(kernels.remark).toBeUndefined(); // onnxruntime is not in their place
});
afterAll(() => Promise.all([kernels.close(), processor.close()]));

const request = (i: number, more: Partial<CompletionRequest> = {}): CompletionRequest => ({
  messages: [
    { role: "system", content: "A sentence of a medical paper about a disease." },
    { role: "user", content: `Number ${i}: ${"acute renal failure ".repeat(1 + (i % 3))}` },
  ],
  sampling: { temperature: 1, topP: 0.9, maxTokens: 6 + i },
  seed: 1000 + i,
  ...more,
});

const cases: readonly CompletionRequest[] = [
  request(0),
  request(1, { sampling: { temperature: 0, topP: 1, maxTokens: 9 }, logProbs: true }),
  request(2, { grammar: 'root ::= "(" [a-z]+ ("," [a-z]+)* ")"' }),
  request(3, { sampling: { temperature: 0.8, topP: 0.95, topK: 20, minP: 0.02, repetitionPenalty: 1.2, maxTokens: 8 } }),
  request(4, { grammar: 'root ::= [a-z] [a-z] " is one of the diseases that they treated " [a-z]', logProbs: true }),
];

it("writes the processor's texts with the same seeds, alone and among others", async () => {
  const together = await Promise.all(cases.map((one) => kernels.complete(one, never)));
  for (const [i, one] of cases.entries()) {
    const expected = await processor.complete(one, never);
    const { logProbs, ...got } = together[i] as Awaited<ReturnType<LanguageModel["complete"]>>;
    expect({
      ...got,
      ...(logProbs ? { logProbs: logProbs.map((p) => (Number.isNaN(p) ? p : expect.closeTo(p, 4))) } : {}),
    }).toEqual(expected);
  }
  for (const i of [1, 2]) expect(await kernels.complete(cases[i] as CompletionRequest, never)).toEqual(together[i]);
  const score = (model: LanguageModel) => model.score?.({ messages: request(2).messages, text: "renal" }, never);
  expect(await score(kernels)).toBeCloseTo((await score(processor)) as number, 3);
});

it("proves on this device that it computes what the processor does", async () => {
  await checkKernels(2);
});

it("keeps within the bindings of a small GPU, and gives way to onnxruntime with a sentence where it cannot", async () => {
  const on = (await programDevice()) as { most: number };
  const { most } = on;
  try {
    on.most = 40_000; // the table lies in three buffers, the cache has 312 places
    const small = await open();
    expect(small.remark).toBeUndefined();
    expect(await small.complete(cases[1] as CompletionRequest, never)).toEqual(
      await kernels.complete(cases[1] as CompletionRequest, never),
    );
    await small.close();
    on.most = 4000;
    const other = await open({ fallbackId: "other/tiny" });
    expect(other.id).toBe("other/tiny");
    expect(other.remark).toMatch(/^onnxruntime writes in the place of our own kernels: 64 rows of \d+ numbers do not fit/);
    await other.close();
  } finally {
    on.most = most;
  }
});

it("stops one request and leaves the others alone", async () => {
  const expected = await kernels.complete(cases[0] as CompletionRequest, never);
  const controller = new AbortController();
  const long = request(6, { sampling: { temperature: 1, topP: 1, maxTokens: 120 }, grammar: "root ::= [a-z ]*" });
  const stopped = kernels.complete(long, controller.signal, ({ completionTokens }) => {
    if (completionTokens > 1) controller.abort();
  });
  const beside = kernels.complete(cases[0] as CompletionRequest, never);
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  expect(await beside).toEqual(expected);
});

it("says device-lost when the GPU goes away", async () => {
  const writing = kernels.complete(request(6, { sampling: { temperature: 1, topP: 1, maxTokens: 150 } }), never);
  const lost = expect(writing).rejects.toMatchObject({ code: "device-lost" });
  const { device } = await programDevice();
  device.destroy();
  await lost;
  await expect(kernels.complete(cases[1] as CompletionRequest, never)).rejects.toMatchObject({ code: "device-lost" });
  expect((await programDevice()).device).not.toBe(device);
});
