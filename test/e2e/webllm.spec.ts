// WebLLM in the built app, under its policy, in its worker: it starts from verified files alone and asks no other host for anything.

import { createHash } from "node:crypto";
import { expect, type Page, test } from "@playwright/test";
import { findChromium, quietFlags, swiftShaderFlags } from "../../scripts/chromium.ts";

test.use({ launchOptions: { executablePath: findChromium(), args: [...quietFlags, ...swiftShaderFlags] } });

const shard = { dataPath: "params_shard_0.bin", nbytes: 8, records: [{ name: "w", nbytes: 8 }] };
const contents: Readonly<Record<string, string>> = {
  "mlc-chat-config.json": JSON.stringify({ tokenizer_files: ["tokenizer.json"], context_window_size: 512 }),
  "tensor-cache.json": JSON.stringify({ records: [shard] }),
  "tokenizer.json": "{}",
  "params_shard_0.bin": "12345678",
  "toy-webgpu.wasm": "a library that is none",
};

/** Serves a model of that id beside the real ones; `served` may differ from what the manifest vouches for. */
async function serveModel(page: Page, id: string, served: Readonly<Record<string, string>> = contents): Promise<void> {
  const files = Object.entries(contents).map(([name, text]) => ({
    name,
    bytes: text.length,
    sha256: createHash("sha256").update(text).digest("hex"),
  }));
  const entry = { id, kind: "language-model", name: id, licence: "CC0-1.0", homepage: "", sources: [], files };
  await page.context().route("**/models/manifest.json", async (route) => {
    const real = await (await route.fetch()).json();
    await route.fulfill({ json: { models: [...real.models, entry] } });
  });
  await page.context().route(`**/models/${id}/*`, async (route) => {
    const text = served[route.request().url().split("/").at(-1) ?? ""];
    await route.fulfill(
      text === undefined ? { status: 404, body: "not here" } : { body: text, contentType: "application/octet-stream" },
    );
  });
}

/** Answer of the headless page to a run with that model, and its complaints on the way. */
async function run(page: Page, model: string) {
  const foreign: string[] = [];
  const violations: string[] = [];
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "localhost") foreign.push(request.url());
  });
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) violations.push(message.text());
  });
  await page.goto("/headless.html");
  await page.waitForFunction(() => "clinfuse" in globalThis);
  const reply = await page.evaluate(async (id) => {
    const said: string[] = [];
    type Reply = { ok: boolean; code?: string; message?: string };
    type Headless = { run(request: unknown, onEvent: (event: unknown) => void): Promise<Reply> };
    const { clinfuse } = globalThis as unknown as { clinfuse: Headless };
    const config = {
      task: "bc5cdr-disease",
      preset: "small",
      source: {
        kind: "clingen",
        topics: "kg",
        styles: "paper",
        marks: "model",
        writer: {
          model: id,
          sampling: { temperature: 1, topP: 1, maxTokens: 20 },
          demonstrations: "fixed",
          grammar: true,
        },
      },
      size: 1,
      seed: 1,
      engine: "webllm",
      encoder: "all-minilm-l6-v2",
      device: "wasm",
      graph: "starter",
      topicCount: 5,
    };
    const data = { folder: undefined, source: "sample", test: 1 };
    const cell = { config, seeds: { data: 1, text: 1, training: 1 }, keepModel: false, place: "webllm", data };
    const answer = await clinfuse.run([cell], (event) => said.push(JSON.stringify(event)));
    return { ...answer, said: said.slice(-3) };
  }, model);
  return { ...reply, foreign, violations };
}

test("it reaches the model's library, and refuses one that is none", async ({ page }) => {
  await serveModel(page, "toy-q4f32_1-MLC");
  const reply = await run(page, "toy-q4f32_1-MLC");
  expect(reply).toMatchObject({ ok: false, code: "engine-failed", foreign: [], violations: [] });
  expect(reply.message).toMatch(/WebAssembly/);
});

test("an altered shard is refused by name", async ({ page }) => {
  await serveModel(page, "toy-q4f32_1-MLC", { ...contents, "params_shard_0.bin": "1234567X" });
  const reply = await run(page, "toy-q4f32_1-MLC");
  expect(reply).toMatchObject({ ok: false, code: "model-altered", foreign: [] });
  expect(reply.message).toContain("models/toy-q4f32_1-MLC/params_shard_0.bin");
});

test("a model of 16-bit floats is refused on WebGPU by software, with that reason", async ({ page }) => {
  await serveModel(page, "toy-q4f16_1-MLC");
  const reply = await run(page, "toy-q4f16_1-MLC");
  expect(reply).toMatchObject({ ok: false, code: "adapter-insufficient" });
  expect(reply.message).toContain("shader-f16");
});
