// Flags of a browser for models: by the machine's hardware, and by the user's word.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { graphicsFlags, hasGraphics, modelFlags, quietFlags, swiftShaderFlags } from "../../../scripts/chromium.ts";

it("are those of the graphics card where there is one, of software elsewhere, the quiet ones always", () => {
  for (const flag of quietFlags) expect(modelFlags({}, true)).toContain(flag);
  for (const flag of graphicsFlags) expect(modelFlags({}, true)).toContain(flag);
  expect(modelFlags({}, true)).not.toContain("--use-webgpu-adapter=swiftshader");
  for (const flag of swiftShaderFlags) expect(modelFlags({}, false)).toContain(flag);
});

it("follow CLINFUSE_GPU, and CLINFUSE_CHROMIUM_FLAGS come last", () => {
  expect(modelFlags({ CLINFUSE_GPU: "software" }, true)).toContain("--use-webgpu-adapter=swiftshader");
  expect(modelFlags({ CLINFUSE_GPU: "none" }, true)).toEqual(quietFlags);
  expect(modelFlags({ CLINFUSE_CHROMIUM_FLAGS: " --use-angle=gl  --a=b " }, true).slice(-2)).toEqual(["--use-angle=gl", "--a=b"]);
  expect(() => modelFlags({ CLINFUSE_GPU: "yes" }, true)).toThrow(/hardware, software or none/);
});

it.runIf(process.platform === "linux")("a card is told by its device file", () => {
  const dev = mkdtempSync(join(tmpdir(), "clinfuse-dev-"));
  expect(hasGraphics(dev)).toBe(false);
  writeFileSync(join(dev, "nvidiactl"), "");
  expect(hasGraphics(dev)).toBe(false); // the driver alone
  writeFileSync(join(dev, "nvidia0"), "");
  expect(hasGraphics(dev)).toBe(true);
  rmSync(join(dev, "nvidia0"));
  mkdirSync(join(dev, "dri"));
  writeFileSync(join(dev, "dri", "renderD128"), "");
  expect(hasGraphics(dev)).toBe(true);
  rmSync(dev, { recursive: true });
});
