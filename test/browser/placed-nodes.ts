// Where onnxruntime places a graph's nodes: it moves what its WebGPU provider lacks to the CPU without a word, and tells in its log alone.

import { expect } from "vitest";
import { loadOrt } from "../../src/runtime/ort.ts";

/** Log of onnxruntime. It keeps the console's functions that it finds when it starts, so they are replaced once and before. */
const logged: string[] = [];
for (const method of ["log", "info", "debug", "warn", "error"] as const) {
  console[method] = (...parts: unknown[]) => void logged.push(parts.join(" "));
}

/** Fails unless every node of the ONNX file runs on the GPU. */
export async function expectAllOnGpu(bytes: Uint8Array): Promise<void> {
  const ort = await loadOrt("webgpu");
  ort.env.logLevel = "verbose";
  logged.length = 0;
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["webgpu"], logSeverityLevel: 0 });
  await session.release();
  const lines = logged
    .filter((line) => line.includes("placed on ["))
    .map((line) => line.slice(line.search(/(All nodes|Node\(s\)) placed/)));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^All nodes placed on \[WebGpuExecutionProvider\]\. Number of nodes: [1-9]\d+$/);
}
