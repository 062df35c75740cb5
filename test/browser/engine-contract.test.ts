// The contract of every LanguageModel, asked of each engine of the catalogue on each model that it reads: small random ones that lie here, and the
// real SmolLM2 where models/ holds it. An engine that no model here fits, or that this browser cannot run, says so.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, engines } from "../../src/engines/catalogue.ts";
import type { CompletionProgress, CompletionRequest, LanguageModel } from "../../src/engines/language-model.ts";
import { openScripted, type Script } from "../../src/engines/scripted.ts";
import { openWebllm } from "../../src/engines/webllm/webllm.ts";
import { openWllama } from "../../src/engines/wllama/wllama.ts";
import { adapterFacts, lacks } from "../../src/models/gpu-adapter.ts";
import { type ModelEntry, modelEntry, parseManifest } from "../../src/models/manifest.ts";
import { mlcLayout } from "../../src/models/mlc-model.ts";
import { fetchModelFile, fileOf, verifyBlob } from "../../src/models/verify.ts";
import { capableAdapter, standIn, tinyModel } from "../unit/engines/webllm/stand-in.ts";
import { heapBytes, runningWorkers } from "./memory-watch.ts";

const never = new AbortController().signal;
const manifest = parseManifest(await (await fetch("/models/manifest.json")).text());
const entry: ModelEntry = modelEntry(manifest, "smollm2-135m-instruct");
const file = entry.files[0]!;
const isServed = async (id: string, name: string) => (await fetch(`/models/${id}/${name}`, { method: "HEAD" })).ok;
const present = await isServed(entry.id, file.name);

let weights: Promise<Blob> | undefined;
const read = () => (weights ??= fetchModelFile(entry, file, { signal: never }));

interface Model {
  readonly entry: ModelEntry;
  readonly read: (name: string) => Promise<Blob>;
  /** Weights are random: its text means nothing. */
  readonly random: boolean;
}

const fixture = (id: string, folder: string, names: readonly string[], architecture?: string): Model => ({
  entry: {
    ...entry,
    id,
    name: id,
    files: names.map((name) => ({ name: name.replace("onnx/", ""), bytes: 1, sha256: "0".repeat(64) })),
    ...(architecture === undefined ? {} : { architecture }),
  },
  read: async (name) => {
    const path = names.find((n) => n.endsWith(name)) ?? name;
    return (await fetch(`/test/fixtures/${folder}/${path}`)).blob();
  },
  random: true,
});

/** Models for WebLLM that the manifest lists, are here, and fit a real graphics card (CLINFUSE_GPU=hardware). */
const adapter = await adapterFacts();
const forWebllm: Model[] = [];
for (const model of adapter && !adapter.software ? manifest.models : []) {
  if (!mlcLayout(model) || lacks(model, adapter).length > 0) continue;
  if (!(await Promise.all(model.files.map(({ name }) => isServed(model.id, name)))).every(Boolean)) continue;
  const readReal = (name: string) => fetchModelFile(model, fileOf(model, name), { signal: never });
  forWebllm.push({ entry: model, read: readReal, random: false });
}

const onnx = ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"];
const models: readonly Model[] = [
  fixture("tiny-gpt2", "wllama", ["gpt2.gguf"], "gpt2"),
  fixture("tiny-qwen2", "llama", ["qwen2.gguf"], "qwen2"),
  fixture("tiny-llama-onnx", "transformers/llama", onnx),
  ...(present ? [{ entry, read, random: false }] : []),
  ...forWebllm,
];

interface Candidate {
  readonly name: string;
  /** Why it is left out. */
  readonly skip?: string;
  /** The engine holds its output to a grammar; a script does not. */
  readonly constrains: boolean;
  /** Completions under a grammar, and requests at once: fewer where each takes long. */
  readonly generations: number;
  readonly atOnce: number;
  /** Times that it is opened and closed again. */
  readonly openings: number;
  readonly random: boolean;
  /** Asks all of it, not only what a small model of the same engine cannot show. */
  readonly thorough: boolean;
  readonly open: () => Promise<LanguageModel>;
}

async function opening(engine: Engine, model: Model): Promise<LanguageModel> {
  // For a model this small a second thread only waits for the first, all the longer on a busy machine.
  if (engine.id === "wllama" && model.random) {
    const weights = [await model.read(model.entry.files[0]!.name)];
    return openWllama({ id: "wllama/tiny", weights, threads: 1, cachePrompt: true });
  }
  return engine.open({ entry: model.entry, read: ({ name }) => model.read(name) });
}

async function candidatesOf(engine: Engine): Promise<Candidate[]> {
  const common = { constrains: true, open: () => Promise.reject(new Error("skipped")) };
  const none = { generations: 0, atOnce: 0, openings: 0, random: true, thorough: false };
  const unfit = await engine.unfit?.();
  if (unfit) return [{ ...common, ...none, name: engine.id, skip: unfit.message }];
  const onGpu = engine.device === "webgpu";
  const slow = onGpu && (adapter?.software ?? true); // a GPU that the processor computes takes seconds for a token
  const reads = (random: boolean) => models.filter((model) => model.random === random && engine.reads(model.entry)).slice(0, 1);
  const fitting = [...reads(true), ...(slow ? [] : reads(false))];
  if (fitting.length === 0) return [{ ...common, ...none, name: engine.id, skip: "no model for it lies here" }];
  return fitting.map((model) => ({
    ...common,
    name: `${engine.id}, ${model.entry.id}`,
    generations: slow ? 4 : model.random || onGpu || engine.id === "webllm" ? 200 : engine.id === "batch" ? 8 : 2,
    atOnce: model.random && !slow ? 16 : engine.id === "wllama" ? 2 : 4,
    openings: !model.random ? 1 : slow || engine.id === "wllama" ? 2 : 10,
    random: model.random,
    thorough: model === fitting[0],
    open: () => opening(engine, model),
  }));
}

const lines = ["one swallow makes no summer", "two heads think more than one", "three cooks and no broth at all"];

const script: Script = (last, stream) =>
  last.startsWith("Say: ") ? last.slice(5) : `${last.length} ${stream.int(1000)} ${stream.pick(lines)}`;

const scripted: Candidate = {
  name: "scripted",
  constrains: false,
  generations: 0,
  atOnce: 16,
  openings: 10,
  random: false,
  thorough: true,
  open: async () => openScripted({ script, millisecondsPerToken: 20 }),
};

const webllm: Candidate = {
  ...scripted,
  name: "webllm, on a stand-in of its engine",
  open: async () => {
    const stand = standIn(script, 20);
    return openWebllm({
      ...(await tinyModel("contract-q4f32_1-MLC")),
      engine: stand.engine,
      adapter: async () => capableAdapter,
    });
  },
};

const candidates: Candidate[] = [scripted, webllm, ...(await Promise.all(engines.map(candidatesOf))).flat()];

/** A short prompt and a short answer: each token costs. A system message of our own replaces the longer one of the model's template. */
const ask = (content: string, over: Partial<CompletionRequest> & { maxTokens?: number; temperature?: number } = {}) => {
  const { maxTokens = 4, temperature = 1, ...rest } = over;
  return {
    messages: [
      { role: "system" as const, content: "Be brief." },
      { role: "user" as const, content },
    ],
    sampling: { temperature, topP: 0.95, maxTokens },
    seed: 1,
    ...rest,
  };
};

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

for (const { name, skip, constrains, generations, atOnce, openings, random, thorough, open } of candidates) {
  describe.skipIf(skip !== undefined)(skip === undefined ? name : `${name} (skipped: ${skip})`, () => {
    let model: LanguageModel;
    beforeAll(async () => {
      model = await open();
    }, 120_000);
    afterAll(() => model?.close());

    it("answers, counts tokens, and stops at the limit", async () => {
      const short = await model.complete(ask("Say a word."), never);
      if (!random) expect(short.text.trim()).not.toBe("");
      expect(short.completionTokens).toBeGreaterThan(0);
      expect(short.completionTokens).toBeLessThanOrEqual(4);
      const cut = await model.complete(ask("Tell me all about the sea, the sky and the mountains.", { maxTokens: 3 }), never);
      expect(cut).toMatchObject({ finish: "length", completionTokens: 3 });
      expect(cut.promptTokens).toBeGreaterThan(short.promptTokens);
      // The prompt's tokens are the prompt's alone.
      const other = await model.complete(ask("Say a word.", { maxTokens: 1, seed: 7, temperature: 0 }), never);
      expect(other).toMatchObject({ promptTokens: short.promptTokens, completionTokens: 1 });
    });

    it("draws by the seed", async () => {
      const texts: string[] = [];
      for (const seed of [1, 2, 3]) texts.push((await model.complete(ask("Tell me a story.", { seed }), never)).text);
      expect(new Set(texts).size).toBeGreaterThan(1);
      if (model.deterministic) {
        const again = await model.complete(ask("Tell me a story.", { seed: 1 }), never);
        expect(again.text).toBe(texts[0]);
      }
    });

    it("is greedy at temperature 0, whatever the seed", async () => {
      const one = await model.complete(ask("Count to ten.", { temperature: 0, seed: 1 }), never);
      const two = await model.complete(ask("Count to ten.", { temperature: 0, seed: 2 }), never);
      expect(two.text).toBe(one.text);
    });

    it.runIf(thorough)("gives each of many requests in flight its own answer", async () => {
      const requests = Array.from({ length: atOnce }, (_, i) => {
        const text = `case ${i} of ${atOnce}`;
        return ask(`Say: ${text}`, {
          maxTokens: 30,
          seed: i,
          ...(constrains ? { grammar: `root ::= "${text} " [a-z]{2}` } : {}),
        });
      });
      const together = await Promise.all(requests.map((request) => model.complete(request, never)));
      for (const [i, { text }] of together.entries()) expect(text).toMatch(new RegExp(`^case ${i} of ${atOnce}( [a-z]{2})?$`));
      if (model.deterministic) {
        for (const i of [0, atOnce - 1]) expect(await model.complete(requests[i]!, never)).toEqual(together[i]);
      }
    });

    it("stops within a few tokens when told to, before it starts and on the way, and works on", async () => {
      expect(await codeOf(model.complete(ask("Hello."), AbortSignal.abort()))).toBe("aborted");
      const controller = new AbortController();
      // A grammar without an end: nothing random ends it before its time.
      const endless = constrains ? { grammar: "root ::= [a-z] root" } : {};
      const request = ask("Tell me everything about the whole history of medicine.", { maxTokens: 400, ...endless });
      let written = 0;
      const count = ({ completionTokens }: { readonly completionTokens: number }) => {
        written = completionTokens;
      };
      const running = codeOf(model.complete(request, controller.signal, count));
      await new Promise((resolve) => setTimeout(resolve, random ? 10 : 100));
      const before = written;
      controller.abort();
      expect(await running).toBe("aborted");
      expect(written - before).toBeLessThan(50); // of 400
      expect((await model.complete(ask("Say a word."), never)).completionTokens).toBeGreaterThan(0);
    });

    it("refuses a prompt that does not fit, with its size, before it writes anything", async () => {
      const tooLong = ask("word ".repeat(model.contextTokens + 100));
      let written = 0;
      const count = ({ completionTokens }: { readonly completionTokens: number }) => {
        written += completionTokens;
      };
      const error = await model.complete(tooLong, never, count).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "context-overflow" });
      const { got, expected } = (error as { place: { got: number; expected: number } }).place;
      expect(got).toBeGreaterThan(expected);
      expect(written).toBe(0);
    });

    it("refuses a grammar that it cannot read, and works on", async () => {
      expect(await codeOf(model.complete(ask("Hello.", { grammar: "root ::= ((" }), never))).toBe(
        constrains ? "grammar-invalid" : "no error",
      );
      expect(await codeOf(model.complete(ask("Hello.", { grammar: "nonsense" }), never))).toBe("grammar-invalid");
      expect((await model.complete(ask("Say a word."), never)).completionTokens).toBeGreaterThan(0);
    });

    it("tells how far it is, and writes the same", async () => {
      const told: CompletionProgress[] = [];
      const request = ask("Count to ten.", { temperature: 0 });
      const { promptTokens, completionTokens, text } = await model.complete(request, never, (progress) => told.push(progress));
      const written = told.map((progress) => progress.completionTokens);
      expect(written).toEqual(written.toSorted((a, b) => a - b));
      expect(told.length).toBeGreaterThan(0);
      expect(written.at(-1)).toBeLessThanOrEqual(completionTokens);
      for (const progress of told) {
        expect(progress.promptTokens).toBeLessThanOrEqual(progress.promptTotal);
        expect([0, promptTokens]).toContain(progress.promptTotal);
      }
      if (model.deterministic) expect((await model.complete(request, never)).text).toBe(text);
    });

    it.runIf(thorough)("gives text beyond ASCII whole, in a prompt and in an answer", async () => {
      const text = "naïve Ångström, 日本語 🩺👩🏽‍⚕️ ﬁn";
      const request = ask(`Say: ${text}`, { maxTokens: 80, ...(constrains ? { grammar: `root ::= "${text}"` } : {}) });
      const { text: got, finish, completionTokens } = await model.complete(request, never);
      expect(got).toBe(text);
      expect(finish).toBe("stop");
      expect(completionTokens).toBeLessThanOrEqual(new TextEncoder().encode(text).length);
      // Cut in the middle of a character, it ends before that character.
      const cut = await model.complete({ ...request, sampling: { ...request.sampling, maxTokens: 9 } }, never);
      expect(text.startsWith(cut.text)).toBe(true);
      expect(cut.finish).toBe("length");
    });

    it.runIf(constrains)(`keeps to a grammar in ${generations} completions`, async () => {
      const grammar = 'root ::= ( word " " ){0,1} "[gout] " word "."\nword ::= [a-z]{1,4}';
      let stopped = 0;
      for (let i = 0; i < generations; i += atOnce) {
        const seeds = Array.from({ length: Math.min(atOnce, generations - i) }, (_, j) => i + j);
        const requests = seeds.map((seed) => model.complete(ask("Write about gout.", { grammar, seed, maxTokens: 30 }), never));
        for (const { text, finish } of await Promise.all(requests)) {
          expect(text).toMatch(/^([a-z]{1,4} )?\[gout\] [a-z]{1,4}\.$/);
          if (finish === "stop") stopped++;
        }
      }
      expect(stopped).toBe(generations);
    });

    it.runIf(thorough)("frees its memory when it is closed, and answers no more", async () => {
      await model.close();
      expect(await codeOf(model.complete(ask("Hello."), never))).toMatch(/closed/);
      // Heaps of WebAssembly never shrink: what is freed is what the next model takes.
      const [workers, heap] = [runningWorkers(), heapBytes()];
      for (let i = 0; i < openings; i++) {
        const next = await open();
        await next.complete(ask("Say a word.", { maxTokens: 1 }), never);
        await next.close();
      }
      expect(runningWorkers()).toBe(workers);
      expect(heapBytes() - heap).toBeLessThan(16 * 2 ** 20);
    });
  });
}

describe("bad model files", () => {
  it("a missing one is said to be missing, with how to get it", async () => {
    const nowhere = { ...entry, id: "no-such-model" };
    await expect(fetchModelFile(nowhere, file, { signal: never })).rejects.toMatchObject({
      code: "model-missing",
      message: expect.stringContaining("npm run models"),
    });
  });

  it("a file that is no GGUF is refused", async () => {
    const weights = new Blob([new Uint8Array(5000)]);
    expect(await codeOf(openWllama({ id: "wllama/noise", weights: [weights] }))).toBe("model-unsupported");
  });

  it.skipIf(!present)(
    "a truncated GGUF is refused by its size before it is loaded, and by the engine if it is loaded nevertheless",
    async () => {
      const truncated = (await read()).slice(0, 20_000_000);
      await expect(verifyBlob(entry, file, truncated)).rejects.toMatchObject({
        code: "model-truncated",
        place: { got: 20_000_000, expected: file.bytes },
      });
      expect(await codeOf(openWllama({ id: "wllama/truncated", weights: [truncated] }))).toBe("model-unsupported");
    },
  );

  it.skipIf(!present)("an altered GGUF is refused by its hash", async () => {
    const whole = await read();
    const altered = new Blob([whole.slice(0, 50_000_000), new Uint8Array([1]), whole.slice(50_000_001)]);
    await expect(verifyBlob(entry, file, altered)).rejects.toMatchObject({
      code: "model-altered",
      place: { expected: file.sha256 },
    });
    await verifyBlob(entry, file, whole);
  });
});
