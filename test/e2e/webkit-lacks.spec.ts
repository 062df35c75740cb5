// WebKit's lacks, taken away from Chromium's page and workers: JSPI, createWritable, relaxed SIMD, WebGPU. The whole run goes through, on its rung.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { built, ownHeaders, serveBuilt, tinyEncoder } from "./own-server.ts";
import { toGenerate, toTrain } from "./way.ts";

/** Runs as text in the page and in workers, so it names nothing outside itself. */
function takeAway(): void {
  const assembly = WebAssembly as unknown as Record<string, unknown>;
  delete assembly.Suspending;
  delete assembly.promising;
  delete (globalThis.FileSystemFileHandle?.prototype as { createWritable?: unknown } | undefined)?.createWritable;
  const own = Object.getPrototypeOf(navigator) as object;
  if ("gpu" in own) Object.defineProperty(own, "gpu", { get: () => undefined, configurable: true });
  const { validate } = WebAssembly;
  const relaxedMadd = [0xfd, 0x85, 0x02]; // f32x4.relaxed_madd
  WebAssembly.validate = (source) => {
    const bytes = new Uint8Array(source as ArrayBuffer);
    const has = bytes.length < 200 && bytes.some((_, i) => relaxedMadd.every((byte, j) => bytes[i + j] === byte));
    return !has && validate.call(WebAssembly, source);
  };
}

/** Every script of the build, with that before it: no init script of the runner reaches a worker. */
function scriptsWithout(): ReadonlyMap<string, Buffer> {
  const folders = ["assets", "vendor/ort"];
  const scripts = folders.flatMap((folder) =>
    readdirSync(join(built, folder)).flatMap((name) => (/\.m?js$/.test(name) ? [`${folder}/${name}`] : [])),
  );
  return new Map(scripts.map((path) => [path, Buffer.from(`(${takeAway})();\n${readFileSync(join(built, path), "utf8")}`)]));
}

test("a browser with WebKit's lacks writes, trains, scores, keeps the model, and is told its rung", async ({ page }, info) => {
  const server = await serveBuilt(ownHeaders, { changed: scriptsWithout() });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.addInitScript(takeAway);
  await toGenerate(page, { origin: server.url });
  await toTrain(page, 4, tinyEncoder);
  await expect(page.getByRole("radio", { name: /Graphics|WebGPU/ })).toBeDisabled();
  await page.getByRole("button", { name: /^Train on/ }).click();
  await page.getByRole("link", { name: "Go on to Evaluate" }).click();
  await expect(page.getByRole("row", { name: /^F1/ }).first()).toBeVisible();
  const lacks = () => [
    "Suspending" in WebAssembly,
    "createWritable" in FileSystemFileHandle.prototype,
    (navigator as { gpu?: unknown }).gpu !== undefined,
  ];
  const workers = page.workers().filter((worker) => /worker/.test(worker.url()));
  expect(workers.length).toBeGreaterThan(1);
  const nothing = [false, false, false];
  expect(await page.evaluate(lacks)).toEqual(nothing);
  for (const worker of workers) expect(await worker.evaluate(lacks)).toEqual(nothing);

  // The model was written through the other door of the file system, and is read again from there.
  await page.reload();
  await page.getByLabel("Sentence", { exact: true }).fill("Did she have gout?");
  await page.getByRole("button", { name: "Read it" }).click();
  await expect(page.getByRole("status").filter({ hasText: "gout" })).toBeVisible();

  await page.goto(`${server.url}/#/device`);
  await expect(page.getByText(/WASM on (one thread|\d+ cores)/).first()).toBeVisible();
  await expect(page.getByText(/this browser offers no WebGPU adapter/).first()).toBeVisible();
  await expect(page.getByText("no: WASM multiplies, then adds, which takes longer")).toBeVisible();
  await expect(page.getByRole("region", { name: "Without a network" })).toContainText("runs no service worker here"); // the runner blocks it
  await page.screenshot({ path: info.outputPath("device.png"), fullPage: true });
  expect(server.asked.filter((one) => one.includes("fused.wasm"))).toEqual([]); // its instruction is not known here
  expect(complaints).toEqual([]);
  await server.cut();
});
