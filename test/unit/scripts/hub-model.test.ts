// A model of the hub by its repository's name, from a hub of our own: what lies in models/ then, what is fetched again, what is refused.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { bringFromHub } from "../../../scripts/hub-model.ts";
import type { ModelEntry } from "../../../src/models/manifest.ts";
import { commit, fakeHub, pubmed } from "../models/fake-hub.ts";

const repo = "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract";
const id = "BiomedNLP-BiomedBERT-base-uncased-abstract";
const weights = "pytorch_model.bin";
const listing = `/api/models/${repo}/revision/main?blobs=true`;
const at = (name: string) => `/${repo}/resolve/${commit}/${name}`;

let root: string;
let server: Server;
let hub: ReturnType<typeof fakeHub>;
const before = process.env.HF_ENDPOINT;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "clinfuse-test-"));
  hub = fakeHub({ [repo]: pubmed });
  server = createServer(async (request, response) => {
    const answer = await hub.ask(`http://hub.invalid${request.url}`);
    const content = Buffer.from(await answer.arrayBuffer());
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : answer.status, Object.fromEntries(answer.headers));
    response.end(content.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true, force: true });
  if (before === undefined) delete process.env.HF_ENDPOINT;
  else process.env.HF_ENDPOINT = before;
});

const bring = (text = repo, known: readonly ModelEntry[] = []) => bringFromHub(text, root, known, () => undefined);

it("brings what an encoder needs, and its entry names the hub's page, whatever the mirror", async () => {
  const { entry, folder } = await bring();
  expect(folder).toBe(join(root, id));
  expect(entry).toMatchObject({ id, kind: "encoder", licence: "mit", homepage: `https://huggingface.co/${repo}` });
  expect(entry.sources).toEqual([{ kind: "hub", repo, revision: commit }]);
  expect(readdirSync(folder).sort()).toEqual(["config.json", weights, "tokenizer_config.json", "vocab.txt"]);
  for (const { name, bytes } of entry.files) {
    expect(readFileSync(join(folder, name), "utf8")).toBe(pubmed.files[name]);
    expect(bytes).toBe(pubmed.files[name]?.length);
  }
  // Once it is in the manifest only the listing is asked for, and what was lost since.
  hub.asked.length = 0;
  rmSync(join(folder, "vocab.txt"));
  await bring(repo, [entry]);
  expect(hub.asked).toEqual([listing, at("vocab.txt")]);
});

it("goes on with weights that broke off, and refuses other ones", async () => {
  await bring();
  rmSync(join(root, id, weights));
  writeFileSync(join(root, id, `${weights}.part`), "weights of ");
  await bring();
  expect(readFileSync(join(root, id, weights), "utf8")).toBe(pubmed.files[weights]);

  rmSync(join(root, id, weights));
  hub.instead.set(at(weights), () => new Response("weights of Pytorch"));
  await expect(bring()).rejects.toThrow(/has sha256/);
  expect(existsSync(join(root, id, weights))).toBe(false);
});

it("leaves nothing of what it does not take, and says why", async () => {
  await expect(bring("https://example.org/a/b")).rejects.toThrow(/names no model repository/);
  await expect(bring("o/n")).rejects.toThrow(/has no o\/n at main/);
  hub.instead.set(at("config.json"), () => new Response("x".repeat((pubmed.files["config.json"] as string).length)));
  await expect(bring()).rejects.toThrow(/its git id is/);
  process.env.HF_ENDPOINT = "http://127.0.0.1:9";
  await expect(bring()).rejects.toThrow(/127\.0\.0\.1:9 cannot be reached/);
  expect(readdirSync(root)).toEqual([]);
});
