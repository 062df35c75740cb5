// What is said where there is neither WebGPU nor isolation. (Node has none; a browser that has both: test/browser/trainer.test.ts.)

import { expect, it } from "vitest";
import { devices } from "../../../src/runtime/device.ts";

it("says that there is no WebGPU, and that WASM has one thread for want of isolation", async () => {
  const { webgpu, wasm } = await devices();
  expect(webgpu).toMatchObject({ available: false, error: { code: "no-webgpu", message: "this browser has no WebGPU" } });
  expect(wasm).toMatchObject({ available: true, threads: 1, note: { code: "not-isolated" } });
});
