// Statements of the hub on a repository; no other file passes for a stated one.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { contentOf, gitId, type HubAccess, hubAddress, listRepo, repoOf } from "../../../src/models/hub-repo.ts";
import { commit, type FakeHub, fakeHub, pubmed } from "./fake-hub.ts";

const repo = "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract";
const api = `/api/models/${repo}/revision/main`;
const access = (hub: FakeHub, signal = new AbortController().signal): HubAccess => ({ ask: hub.ask, hub: hubAddress, signal });
const list = (hub: FakeHub) => listRepo({ repo, revision: "main" }, access(hub));

describe("a repository's name", () => {
  it.each([
    ["owner/name", { repo: "owner/name", revision: "main" }],
    ["  microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract ", { repo, revision: "main" }],
    [`https://huggingface.co/${repo}`, { repo, revision: "main" }],
    ["https://huggingface.co/o/n/", { repo: "o/n", revision: "main" }],
    ["huggingface.co/o/n?library=transformers#usage", { repo: "o/n", revision: "main" }],
    ["https://hf.co/o/n/tree/v1.0", { repo: "o/n", revision: "v1.0" }],
    ["https://huggingface.co/o/n/tree/refs%2Fpr%2F3/onnx", { repo: "o/n", revision: "refs/pr/3" }],
    ["https://huggingface.co/o/n/blob/main/m.Q4_K_M.gguf", { repo: "o/n", revision: "main", file: "m.Q4_K_M.gguf" }],
    ["https://huggingface.co/o/n/resolve/abc/m.gguf?download=true", { repo: "o/n", revision: "abc", file: "m.gguf" }],
    ["https://huggingface.co/o/n/blob/main/Q8/m.gguf", { repo: "o/n", revision: "main", file: "Q8/m.gguf" }],
  ])("is read from %s", (text, expected) => expect(repoOf(text)).toEqual(expected));

  it.each([
    "",
    "name",
    "owner/",
    "../name",
    "owner/..",
    "owner/name/more",
    "a b/c",
    "https://example.org/owner/name",
    "https://huggingface.co/datasets/owner/name",
    "https://huggingface.co/datasets/name",
    "https://huggingface.co/o/n/discussions",
    "https://huggingface.co/o/n/tree",
    "https://huggingface.co.evil.org/o/n",
    "https://huggingface.co/%2e%2e/n",
    "https://huggingface.co/o/%E0%A4%A",
  ])("is not read from %j", (text) => {
    expect(() => repoOf(text)).toThrowError(expect.objectContaining({ code: "hub-absent" }));
  });
});

describe("the listing", () => {
  it("is one request, and tells commit, licence and what is stated of each file at the top", async () => {
    const hub = fakeHub({
      [repo]: { ...pubmed, files: { ...pubmed.files, "onnx/model.onnx": "x", "../up.json": "x", "a b.json": "x" } },
    });
    const { files, ...rest } = await list(hub);
    expect(hub.asked).toEqual([`${api}?blobs=true`]);
    expect(rest).toEqual({ repo, commit, licence: "mit" });
    expect(files.map(({ name }) => name).sort()).toEqual([
      "LICENSE.md",
      "README.md",
      "config.json",
      "flax_model.msgpack",
      "pytorch_model.bin",
      "tokenizer_config.json",
      "vocab.txt",
    ]);
    expect(files.find(({ name }) => name === "pytorch_model.bin")).toMatchObject({
      bytes: 18,
      sha256: createHash("sha256").update("weights of PyTorch").digest("hex"),
    });
    expect(files.find(({ name }) => name === "vocab.txt")).not.toHaveProperty("sha256");
  });

  it("asks for a revision with a slash as one part of the path, and takes the new name of a renamed repository", async () => {
    const hub = fakeHub({ [repo]: { ...pubmed, over: { id: "microsoft/renamed" } } });
    const { repo: named } = await listRepo({ repo, revision: "refs/pr/3" }, access(hub));
    expect(hub.asked).toEqual([`/api/models/${repo}/revision/refs%2Fpr%2F3?blobs=true`]);
    expect(named).toBe("microsoft/renamed");
  });

  it.each([
    [{ license: ["mit", "apache-2.0"] }, "mit, apache-2.0"],
    [{ license: "other", license_name: "gemma" }, "gemma"],
    [{}, undefined],
    [null, undefined],
    [{ license: 7 }, undefined],
  ])("reads the licence of the card %j", async (cardData, licence) => {
    expect((await list(fakeHub({ [repo]: { ...pubmed, over: { cardData } } }))).licence).toBe(licence);
  });

  const fileWith = (over: object) => ({ siblings: [{ rfilename: "w.bin", size: 1, blobId: "a".repeat(40), ...over }] });
  it.each<[string, Record<string, unknown>]>([
    ["no commit", { sha: undefined }],
    ["a commit that is none", { sha: "main" }],
    ["no list", { siblings: undefined }],
    ["a list of texts", { siblings: ["config.json"] }],
    ["a file without a size", fileWith({ size: undefined })],
    ["a size below nothing", fileWith({ size: -1 })],
    ["a file without a git id", fileWith({ blobId: "b" })],
    ["an SHA-256 that is none", fileWith({ lfs: { sha256: "c", size: 1 } })],
    ["two sizes", fileWith({ lfs: { sha256: "c".repeat(64), size: 2 } })],
  ])("with %s is refused", async (_, over) => {
    await expect(list(fakeHub({ [repo]: { ...pubmed, over } }))).rejects.toMatchObject({ code: "hub-malformed" });
  });

  it("with a name that is not UTF-8 is refused, and says where", async () => {
    const hub = fakeHub({});
    hub.instead.set(api, () => new Response(Buffer.from('{"siblings":[{"rfilename":"na\xefve.gguf"}]}', "latin1")));
    await expect(list(hub)).rejects.toMatchObject({
      code: "hub-malformed",
      message: expect.stringMatching(/line 1: not UTF-8 text \(byte 29\)/),
    });
  });

  it.each([["<html>"], ["[]"], ["null"]])("that is %s is refused", async (text) => {
    const hub = fakeHub({});
    hub.instead.set(api, () => new Response(text));
    await expect(list(hub)).rejects.toMatchObject({ code: "hub-malformed" });
  });

  it.each<[string, Record<string, unknown>]>([
    ["gated by hand", { gated: "manual" }],
    ["gated", { gated: "auto" }],
    ["private", { private: true }],
  ])("of a %s repository says that the hub wants an account", async (_, over) => {
    await expect(list(fakeHub({ [repo]: { ...pubmed, over } }))).rejects.toMatchObject({ code: "hub-gated" });
  });

  it.each([
    [401, "RepoNotFound", "hub-absent"],
    [404, "", "hub-absent"],
    [404, "RevisionNotFound", "hub-absent"],
    [401, "", "hub-absent"],
    [401, "GatedRepo", "hub-gated"],
    [403, "GatedRepo", "hub-gated"],
    [429, "", "hub-unreachable"],
    [503, "", "hub-unreachable"],
  ])("answered by %i %s is %s", async (status, code, expected) => {
    const hub = fakeHub({});
    hub.instead.set(api, () => new Response("no", { status, headers: { "x-error-code": code } }));
    await expect(list(hub)).rejects.toMatchObject({ code: expected });
  });

  it("says that the hub cannot be reached, and stops when it is stopped", async () => {
    const controller = new AbortController();
    const down: HubAccess = {
      hub: hubAddress,
      signal: controller.signal,
      ask: () => Promise.reject(new TypeError("fetch failed", { cause: new Error("ENOTFOUND") })),
    };
    const failed = listRepo({ repo, revision: "main" }, down);
    await expect(failed).rejects.toMatchObject({
      code: "hub-unreachable",
      message: expect.stringMatching(/huggingface\.co.*ENOTFOUND/),
    });
    controller.abort();
    await expect(listRepo({ repo, revision: "main" }, down)).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("a small file", () => {
  const vocab = "vocab.txt";
  const at = `/${repo}/resolve/${commit}/${vocab}`;
  const fetchVocab = async (hub: FakeHub, large: readonly string[] = []) => {
    const listing = await listRepo({ repo, revision: "main" }, access(fakeHub({ [repo]: { ...pubmed, large } })));
    return contentOf(listing, listing.files.find(({ name }) => name === vocab) as never, access(hub));
  };

  it("comes from the commit, and is what git's id states", async () => {
    const hub = fakeHub({ [repo]: pubmed });
    expect(new TextDecoder().decode(await fetchVocab(hub))).toBe(pubmed.files[vocab]);
    expect(hub.asked).toEqual([at]);
    // `git hash-object` of "hello\n" and of nothing
    expect(await gitId(new TextEncoder().encode("hello\n"))).toBe("ce013625030ba8dba906f756967f9e9ca394464a");
    expect(await gitId(new Uint8Array())).toBe("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  });

  it.each([
    ["one letter differs", (text: string) => text.replace("fever", "fevex"), /git id/],
    ["it is longer", (text: string) => `${text}\n`, /more than/],
    ["it is shorter", (text: string) => text.slice(1), /bytes, and the hub states/],
  ])("is refused where %s", async (_, change, why) => {
    const hub = fakeHub({});
    hub.instead.set(at, () => new Response(change(pubmed.files[vocab] as string)));
    await expect(fetchVocab(hub)).rejects.toMatchObject({ code: "hub-malformed", message: expect.stringMatching(why) });
  });

  it("with an SHA-256 must have that one", async () => {
    const hub = fakeHub({ [repo]: pubmed });
    expect(await fetchVocab(hub, [vocab])).toHaveLength((pubmed.files[vocab] as string).length);
    hub.instead.set(at, () => new Response((pubmed.files[vocab] as string).replace("fever", "fevex")));
    await expect(fetchVocab(hub, [vocab])).rejects.toMatchObject({ message: expect.stringMatching(/its SHA-256 is/) });
  });

  it("of more than 64 MB without an SHA-256 is not asked for", async () => {
    const hub = fakeHub({ [repo]: pubmed });
    const listing = await list(hub);
    const huge = { name: vocab, bytes: 64e6 + 1, gitId: "a".repeat(40) };
    hub.asked.length = 0;
    const refused = contentOf(listing, huge, access(hub));
    await expect(refused).rejects.toMatchObject({ code: "hub-malformed", message: expect.stringMatching(/states no SHA-256/) });
    expect(hub.asked).toEqual([]);
  });

  it("that breaks off says so", async () => {
    const hub = fakeHub({});
    const broken = new ReadableStream({ pull: (c) => c.error(new TypeError("network error")) });
    hub.instead.set(at, () => new Response(broken));
    await expect(fetchVocab(hub)).rejects.toMatchObject({ code: "hub-unreachable" });
  });
});
