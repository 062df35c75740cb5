// onnxruntime-web in Node: its WASM from node_modules, on one thread. Knows no graph.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as Ort from "onnxruntime-web";

export const wasmFile = join(import.meta.dirname, "..", "node_modules", "onnxruntime-web", "dist", "ort-wasm-simd-threaded.wasm");

/** Sets the package up for all who load it after this. */
export async function nodeOrt(): Promise<typeof Ort> {
  const ort: typeof Ort = await import("onnxruntime-web/wasm");
  ort.env.wasm.wasmBinary ??= new Uint8Array(readFileSync(wasmFile)).buffer;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  return ort;
}
