// A model of WebLLM's list from a hub and a library server of our own: what is checked, what is taken as it comes, what is refused.

import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeModel } from "../../../scripts/describe-model.ts";
import { bringPrebuilt } from "../../../scripts/prebuilt-model.ts";
import { tinyModel } from "../engines/webllm-stand-in.ts";

const id = "SmolLM2-360M-Instruct-q4f16_1-MLC";
const { contents } = await tinyModel(id);
const shards = [...contents.keys()].filter((name) => name.endsWith(".bin"));

let root: string;
let server: Server;
let asked: string[];
let served: Map<string, string>;
const before = { hub: process.env.HF_ENDPOINT, libraries: process.env.CLINFUSE_LIBRARIES };

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "clinfuse-test-"));
  asked = [];
  served = new Map(contents);
  server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const name = path.split("/").at(-1) ?? "";
    if (path === `/api/models/mlc-ai/${id}/tree/main`) {
      const files = [...contents].filter(([file]) => !file.endsWith(".wasm"));
      const entries = files.map(([file, text]) => {
        const oid = createHash("sha256").update(text).digest("hex");
        return { type: "file", path: file, size: text.length, ...(shards.includes(file) ? { lfs: { oid } } : {}) };
      });
      const others = [
        { type: "directory", path: "logs" },
        { type: "file", path: "README.md", size: 1 },
        { type: "file", path: "../escape", size: 1 },
      ];
      return void response.end(JSON.stringify([...entries, ...others]));
    }
    const text = path.startsWith("/libraries/") ? "a library" : served.get(name);
    if (text === undefined) return void response.writeHead(404).end();
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.CLINFUSE_LIBRARIES = `${process.env.HF_ENDPOINT}/libraries`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true, force: true });
  for (const [name, value] of [
    ["HF_ENDPOINT", before.hub],
    ["CLINFUSE_LIBRARIES", before.libraries],
  ] as const) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const bring = (model = id) => bringPrebuilt(model, root, () => undefined);

it("brings the weights by the hub's hashes, and says which files nobody vouched for", async () => {
  const { folder, unstated, model } = await bring();
  const library = "SmolLM2-360M-Instruct-q4f16_1_cs1k-webgpu.wasm";
  expect(unstated).toEqual(["mlc-chat-config.json", "ndarray-cache.json", "tokenizer.json", library]);
  expect(readdirSync(folder).sort()).toEqual([...contents.keys()].map((n) => (n.endsWith(".wasm") ? library : n)).sort());
  expect(readFileSync(join(folder, library), "utf8")).toBe("a library");
  expect(model).toMatchObject({ licence: "Apache-2.0", memoryMegabytes: 376.06 });
  expect((await describeModel(folder)).entry.mlc).toMatchObject({ memoryMegabytes: 376.06, features: ["shader-f16"] });
  expect(existsSync(join(root, "escape"))).toBe(false);
  // Again: only the listing is asked for.
  asked = [];
  await bring();
  expect(asked).toEqual([`/api/models/mlc-ai/${id}/tree/main`]);
});

it("refuses a shard that is not what the hub states", async () => {
  served.set("params_shard_0.bin", "1234567X");
  await expect(bring()).rejects.toThrow(/has sha256/);
  expect(existsSync(join(root, id, "params_shard_0.bin"))).toBe(false);
});

it("says what cannot be had: an id that the list lacks, a file, the hub", async () => {
  await expect(bring("gpt-9")).rejects.toThrow(/no model "gpt-9"/);
  served.delete("tokenizer.json");
  await expect(bring()).rejects.toThrow(/tokenizer\.json answered 404/);
  process.env.HF_ENDPOINT = "http://127.0.0.1:9";
  await expect(bring()).rejects.toThrow(/cannot be reached/);
});
