// Every node of BERT's graphs runs on the GPU: onnxruntime moves what its WebGPU provider lacks to the CPU without a word.

import { expect, it } from "vitest";
import { toOnnx } from "../../src/graph/onnx.ts";
import { loadOrt } from "../../src/runtime/ort.ts";
import { goldenStep } from "./bert-step.ts";

/** What onnxruntime logs. It keeps the console's functions that it finds when it starts, so they are replaced once and before. */
const logged: string[] = [];
for (const method of ["log", "info", "debug", "warn", "error"] as const) {
  console[method] = (...parts: unknown[]) => void logged.push(parts.join(" "));
}

it.each([
  ["token", "training"],
  ["token", "inference"],
  ["pair", "training"],
  ["pair", "inference"],
] as const)("%s head, %s graph", async (kind, use) => {
  const { model } = await goldenStep(kind);
  const ort = await loadOrt("webgpu");
  ort.env.logLevel = "verbose";
  const bytes = toOnnx(model[use]({ batch: 2, tokens: 8 }));
  logged.length = 0;
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["webgpu"], logSeverityLevel: 0 });
  await session.release();
  const lines = logged
    .filter((line) => line.includes("placed on ["))
    .map((line) => line.slice(line.search(/(All nodes|Node\(s\)) placed/)));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^All nodes placed on \[WebGpuExecutionProvider\]\. Number of nodes: [1-9]\d+$/);
});
