import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { engineChoices, engineFor, engines, enginesFor, openWith } from "../../../src/engines/catalogue.ts";
import type { ModelEntry } from "../../../src/models/manifest.ts";

const entry = (...names: string[]): ModelEntry => ({
  id: "toy",
  kind: "language-model",
  name: "Toy",
  licence: "CC0-1.0",
  homepage: "",
  sources: [],
  files: names.map((name) => ({ name, bytes: 1, sha256: "0".repeat(64) })),
});

/** Memories of 64-bit addresses, which Node may lack: a browser as most are, or one of those that know none. */
function memory64(known: boolean): void {
  const { Memory } = WebAssembly;
  vi.spyOn(WebAssembly, "Memory").mockImplementation(function memory(descriptor) {
    if (!("address" in descriptor)) return new Memory(descriptor);
    if (known) return new Memory({ initial: 1 });
    throw new TypeError("address: i64 is not known");
  } as (descriptor: WebAssembly.MemoryDescriptor) => WebAssembly.Memory);
}

beforeEach(() => memory64(true));
afterEach(() => vi.restoreAllMocks());

describe("the choice of an engine", () => {
  it("offers those that read the model, and tells what the automatic one is and why", async () => {
    const { automatic, engines: offered } = await engineChoices(entry("x.gguf"));
    expect(automatic.id).toBe(engineFor(entry("x.gguf"), "auto").id);
    expect(automatic.reason).not.toBe("");
    expect(offered.map((e) => e.id)).toEqual(engines.filter((e) => e.reads(entry("x.gguf"))).map((e) => e.id));
    expect(offered.map((e) => e.id)).toContain(automatic.id);
  });

  it("says so when nothing reads it, and when the one asked for does not", async () => {
    await expect(engineChoices(entry("notes.txt"))).rejects.toMatchObject({ code: "model-unsupported" });
    expect(() => engineFor(entry("x.gguf"), "nothing")).toThrow(expect.objectContaining({ code: "model-unsupported" }));
  });

  it("leaves a GGUF of another architecture, or in parts, to llama.cpp", async () => {
    const readers = async (model: ModelEntry) => (await enginesFor(model, "auto")).map((engine) => engine.id);
    expect(await readers({ ...entry("x.gguf"), architecture: "qwen3" })).toEqual(["batch", "wllama"]);
    expect(await readers({ ...entry("x.gguf"), architecture: "gemma3" })).toEqual(["wllama"]);
    expect(await readers(entry("x-00001-of-00002.gguf", "x-00002-of-00002.gguf"))).toEqual(["wllama"]);
  });

  it("passes over, in auto alone, what cannot run here: Node has no WebGPU", async () => {
    expect((await enginesFor(entry("x.gguf"), "auto")).map((engine) => engine.id)).not.toContain("batch-webgpu");
    expect((await enginesFor(entry("x.gguf"), "batch-webgpu")).map((engine) => engine.id)).toEqual(["batch-webgpu"]);
  });

  it("passes llama.cpp over without 64-bit memories, and says why where engines are offered", async () => {
    vi.restoreAllMocks();
    memory64(false);
    expect((await enginesFor(entry("x.gguf"), "auto", { wllama: 30 })).map((engine) => engine.id)).toEqual(["batch"]);
    const { engines: offered } = await engineChoices(entry("x.gguf"));
    expect(offered.find(({ id }) => id === "wllama")?.unfit).toContain("memory64");
    expect(offered.find(({ id }) => id === "batch")?.unfit).toBeUndefined();
    const parts = entry("x-00001-of-00002.gguf", "x-00002-of-00002.gguf");
    await expect(openWith("auto", { entry: parts, read: async () => new Blob() })).rejects.toMatchObject({
      code: "browser-lacks",
    });
  });

  it("takes the engine that measured the fastest, and says so", async () => {
    const { automatic } = await engineChoices(entry("x.gguf"), { wllama: 31.25, batch: 12 });
    expect(automatic).toMatchObject({ id: "wllama", reason: expect.stringContaining("31.3 tokens per second") });
    // Measured at all comes before never measured.
    expect((await enginesFor(entry("x.gguf"), "auto", { wllama: 3 })).map((engine) => engine.id)).toEqual(["wllama", "batch"]);
  });
});

describe("opening a model with the automatic engine", () => {
  /** The names under which the file was asked for. */
  const opening = async (id: string, content: Blob, ...names: string[]) => {
    const asked: string[] = [];
    const options = {
      entry: entry(...names),
      read: async (file: { readonly name: string }) => {
        asked.push(file.name);
        return content;
      },
    };
    const error = await openWith(id, options).catch((e: unknown) => e);
    return { asked, error };
  };

  it("reads the file once, however many engines refuse it, and gives the last one's reason", async () => {
    const { asked, error } = await opening("auto", new Blob(["nothing of the kind"]), "x.gguf");
    expect(error).toMatchObject({ code: "model-unsupported" });
    expect(asked).toEqual(["x.gguf"]);
  });

  it("asks nobody else when one engine was named", async () => {
    const { error } = await opening("batch", new Blob(["nothing of the kind"]), "x.gguf");
    expect(error).toMatchObject({ code: "model-unsupported", message: expect.stringContaining("batch/toy") });
  });
});
