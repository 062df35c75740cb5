// onnxruntime-web's file with our kernels. What they compute: test/browser/fused-products.test.ts.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { fusedWasm } from "../../../scripts/ort/fused-wasm.ts";

const original = readFileSync(new URL("../../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm", import.meta.url));

it("takes the place of both kernels, so that it finds neither in its own result", async () => {
  const fused = await fusedWasm(original);
  await expect(fusedWasm(fused)).rejects.toThrow(/not the one that scripts\/ort knows: 0 kernels/);
});

it("leaves what lies before and after the code as it is", async () => {
  const fused = Buffer.from(await fusedWasm(original));
  const first = fused.findIndex((byte, i) => byte !== original[i]);
  expect(first).toBeGreaterThan(1000); // within the code section's head, after types, imports and the table
  const tail = original.subarray(-1_000_000); // of the data
  expect(fused.subarray(-1_000_000).equals(tail)).toBe(true);
});

it("refuses a module without code", async () => {
  await expect(fusedWasm(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))).rejects.toThrow("without code");
});
