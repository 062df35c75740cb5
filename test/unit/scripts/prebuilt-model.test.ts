// A model of WebLLM's list from a hub and a library server of our own: what is checked, what is taken as it comes, what is refused.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeModel } from "../../../scripts/describe-model.ts";
import { bringPrebuilt } from "../../../scripts/prebuilt-model.ts";
import { tinyModel } from "../engines/webllm/stand-in.ts";
import { commit, listingOf } from "../models/fake-hub.ts";

const id = "SmolLM2-360M-Instruct-q4f16_1-MLC";
const repo = `mlc-ai/${id}`;
const listing = `/api/models/${repo}/revision/main?blobs=true`;
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
    if (path === listing) {
      const files = [...contents].filter(([file]) => !file.endsWith(".wasm"));
      const others = [
        ["README.md", "x"],
        ["../escape", "x"],
        ["logs/train.txt", "x"],
      ] as const;
      return void response.end(
        JSON.stringify(listingOf(repo, { files: Object.fromEntries([...files, ...others]), large: shards })),
      );
    }
    const isOfCommit = path === `/${repo}/resolve/${commit}/${name}`;
    const text = path.startsWith("/libraries/") ? "a library" : isOfCommit ? served.get(name) : undefined;
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

it("brings every file of the weights' repository as the hub states it at a commit, and says that nobody states the library", async () => {
  const { folder, unstated, model, commit: stated } = await bring();
  const library = "SmolLM2-360M-Instruct-q4f16_1_cs1k-webgpu.wasm";
  expect(stated).toBe(commit);
  expect(unstated).toBe(library);
  expect(readdirSync(folder).sort()).toEqual([...contents.keys()].map((n) => (n.endsWith(".wasm") ? library : n)).sort());
  expect(readFileSync(join(folder, library), "utf8")).toBe("a library");
  expect(model).toMatchObject({ licence: "Apache-2.0", memoryMegabytes: 376.06 });
  expect((await describeModel(folder)).entry.mlc).toMatchObject({ memoryMegabytes: 376.06, features: ["shader-f16"] });
  expect(existsSync(join(root, "escape"))).toBe(false);
  // Again: only the listing is asked for.
  asked = [];
  await bring();
  expect(asked).toEqual([listing]);
  // A small file that was altered meanwhile is fetched again, alone.
  writeFileSync(join(folder, "tokenizer.json"), "x");
  asked = [];
  await bring();
  expect(asked).toEqual([listing, `/${repo}/resolve/${commit}/tokenizer.json`]);
  expect(readFileSync(join(folder, "tokenizer.json"), "utf8")).toBe(contents.get("tokenizer.json"));
});

it("refuses a shard that is not what the hub states", async () => {
  served.set("params_shard_0.bin", "1234567X");
  await expect(bring()).rejects.toThrow(/has sha256/);
  expect(existsSync(join(root, id, "params_shard_0.bin"))).toBe(false);
});

it("refuses a small file whose git id is not the hub's", async () => {
  served.set("mlc-chat-config.json", `${contents.get("mlc-chat-config.json")?.slice(0, -1)} `);
  await expect(bring()).rejects.toThrow(/mlc-chat-config\.json.*its git id is/);
  expect(existsSync(join(root, id, "mlc-chat-config.json"))).toBe(false);
});

it("says what cannot be had: an id that the list lacks, a file, the hub", async () => {
  await expect(bring("gpt-9")).rejects.toThrow(/no model "gpt-9"/);
  served.delete("tokenizer.json");
  await expect(bring()).rejects.toThrow(/has no tokenizer\.json of mlc-ai/);
  process.env.HF_ENDPOINT = "http://127.0.0.1:9";
  await expect(bring()).rejects.toThrow(/cannot be reached/);
});
