// The stream that hashes a model's file on its way in: what passes, what is refused, and that a refused one never reaches the sink's end.

import { createHash } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ModelEntry, ModelFile } from "../../../src/models/manifest.ts";
import { fetchModelFile, fileOf, verifyBlob, verifying } from "../../../src/models/verify.ts";

const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) & 255);
const file: ModelFile = { name: "w.bin", bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
const entry: ModelEntry = {
  id: "toy",
  kind: "encoder",
  name: "Toy",
  licence: "CC0-1.0",
  homepage: "",
  sources: [],
  files: [file],
};

/** Pipes chunks of 30,000 bytes into a sink, and says what became of it. */
async function pipe(data: Uint8Array<ArrayBuffer>) {
  const written: number[] = [];
  let end = "open";
  const sink = new WritableStream<Uint8Array>({
    write: (chunk) => void written.push(chunk.length),
    close: () => void (end = "closed"),
    abort: () => void (end = "aborted"),
  });
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let i = 0; i < data.length; i += 30_000) controller.enqueue(data.slice(i, i + 30_000));
      controller.close();
    },
  });
  const progress: number[] = [];
  const error = await source
    .pipeThrough(verifying(entry, file, (done) => progress.push(done)))
    .pipeTo(sink)
    .catch((e: unknown) => e);
  return { end, error, progress, written: written.reduce((a, b) => a + b, 0) };
}

describe("verifying", () => {
  it("passes the manifest's file on, telling how far it is", async () => {
    expect(await pipe(bytes)).toMatchObject({ end: "closed", written: 100_000, progress: [30_000, 60_000, 90_000, 100_000] });
  });

  it("aborts the sink for a truncated file, with both sizes", async () => {
    const { end, error } = await pipe(bytes.slice(0, 99_999));
    expect(end).toBe("aborted");
    expect(error).toMatchObject({ code: "model-truncated", place: { file: "models/toy/w.bin", got: 99_999, expected: 100_000 } });
  });

  it("aborts the sink for one changed bit, with the hash expected", async () => {
    const altered = bytes.slice();
    altered[50_000] = (altered[50_000] as number) ^ 4;
    const { end, error } = await pipe(altered);
    expect(end).toBe("aborted");
    expect(error).toMatchObject({ code: "model-altered", place: { expected: file.sha256 } });
  });

  it("stops reading a file that is too long", async () => {
    const { end, error, written } = await pipe(new Uint8Array(1_000_000));
    expect(end).toBe("aborted");
    expect(error).toMatchObject({ code: "model-altered", place: { expected: "100000 bytes" } });
    expect(written).toBeLessThan(130_000);
  });
});

it("a file that is here already is checked the same way", async () => {
  await verifyBlob(entry, file, new Blob([bytes]));
  await expect(verifyBlob(entry, file, new Blob([]))).rejects.toMatchObject({ code: "model-truncated" });
});

describe("fetchModelFile", () => {
  const serving = (body: BodyInit, init?: ResponseInit) =>
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(body, init));
  const fetching = () => fetchModelFile(entry, file, { signal: new AbortController().signal });
  afterEach(() => vi.restoreAllMocks());

  it("gives the file", async () => {
    serving(bytes);
    expect(new Uint8Array(await (await fetching()).arrayBuffer())).toEqual(bytes);
  });

  it("says of an altered and of a truncated one what it is, and not that the connection broke", async () => {
    const altered = bytes.slice();
    altered[1] = 0;
    serving(altered);
    await expect(fetching()).rejects.toMatchObject({ code: "model-altered", place: { file: "models/toy/w.bin" } });
    serving(bytes.slice(1));
    await expect(fetching()).rejects.toMatchObject({ code: "model-truncated" });
  });

  it("says of an absent one, and of a server that answers with its own page, that it is missing", async () => {
    serving("no", { status: 404 });
    await expect(fetching()).rejects.toMatchObject({ code: "model-missing" });
    serving("<!doctype html>", { headers: { "content-type": "text/html" } });
    await expect(fetching()).rejects.toMatchObject({ code: "model-missing" });
  });
});

it("asking for a file that the manifest does not list is an error that names those it lists", () => {
  expect(() => fileOf(entry, "x.bin")).toThrow(/lists w\.bin/);
});
