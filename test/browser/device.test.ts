// The browser that the tests run in gives what the app needs: threads by isolation, and a WebGPU adapter.

import { expect, it } from "vitest";

it("is cross-origin isolated", () => {
  expect(crossOriginIsolated).toBe(true);
});

it("has a WebGPU adapter", async () => {
  expect(await navigator.gpu.requestAdapter()).not.toBeNull();
});

it("serves the vendor files with their types, and says 404 for a missing model", async () => {
  const wasm = await fetch("/vendor/ort/ort-wasm-simd-threaded.wasm");
  expect(wasm.headers.get("content-type")).toBe("application/wasm");
  await wasm.body?.cancel();
  expect((await fetch("/models/no-such-model/x.gguf")).status).toBe(404);
});
