// What every LanguageModel promises, asked of each engine that there is: the scripted one always, the others with the real SmolLM2
// where models/ holds it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../src/engines/catalogue.ts";
import type { CompletionRequest, LanguageModel } from "../../src/engines/language-model.ts";
import { type ModelEntry, modelEntry, parseManifest } from "../../src/engines/manifest.ts";
import { fetchModelFile, verifyBlob } from "../../src/engines/model-files.ts";
import { openScripted } from "../../src/engines/scripted.ts";
import { openWebllm } from "../../src/engines/webllm.ts";
import { openWllama } from "../../src/engines/wllama.ts";
import { capableAdapter, standIn, tinyModel } from "../unit/engines/webllm-stand-in.ts";

const never = new AbortController().signal;
const entry: ModelEntry = modelEntry(parseManifest(await (await fetch("/models/manifest.json")).text()), "smollm2-135m-instruct");
const file = entry.files[0]!;
const present = (await fetch(`/models/${entry.id}/${file.name}`, { method: "HEAD" })).ok;

let weights: Promise<Blob> | undefined;
const read = () => (weights ??= fetchModelFile(entry, file, { signal: never }));

const lines = ["one swallow makes no summer", "two heads think more than one", "three cooks and no broth at all"];

interface Candidate {
  readonly name: string;
  readonly available: boolean;
  /** Whether the engine holds its output to a grammar; a script says what it says. */
  readonly constrains: boolean;
  readonly open: () => Promise<LanguageModel>;
}

const candidates: Candidate[] = [
  {
    name: "scripted",
    available: true,
    constrains: false,
    open: async () =>
      openScripted({
        script: (last, stream) => `${last.length} ${stream.pick(lines)} ${stream.int(1000)}`,
        millisecondsPerToken: 20,
      }),
  },
  {
    name: "webllm, on a stand-in of its engine",
    available: true,
    constrains: false,
    open: async () => {
      const stand = standIn((last, stream) => `${last.length} ${stream.int(1000)} ${stream.pick(lines)}`, 20);
      const tiny = await tinyModel("contract-q4f32_1-MLC");
      return openWebllm({ ...tiny, engine: stand.engine, adapter: async () => capableAdapter });
    },
  },
  ...engines.map((engine) => ({
    name: engine.id,
    available: present && engine.reads(entry) !== undefined,
    constrains: true,
    open: () => engine.open({ entry, read }),
  })),
];

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

for (const { name, available, constrains, open } of candidates) {
  const why = available ? "" : " (skipped: models/ holds no SmolLM2, npm run models fetches it)";
  describe.skipIf(!available)(`${name}${why}`, () => {
    let model: LanguageModel;
    beforeAll(async () => {
      model = await open();
    }, 120_000);
    afterAll(() => model?.close());

    it("answers, counts tokens, and stops at the limit", async () => {
      const short = await model.complete(ask("Say a word."), never);
      expect(short.text.trim()).not.toBe("");
      expect(short.completionTokens).toBeGreaterThan(0);
      expect(short.completionTokens).toBeLessThanOrEqual(4);
      const cut = await model.complete(ask("Tell me all about the sea, the sky and the mountains.", { maxTokens: 3 }), never);
      expect(cut).toMatchObject({ finish: "length", completionTokens: 3 });
      expect(cut.promptTokens).toBeGreaterThan(short.promptTokens);
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

    it("gives each of two requests in flight its own answer", async () => {
      const both = [ask("Name a fruit.", { temperature: 0 }), ask("Name a long river in Africa, please.", { temperature: 0 })];
      const together = await Promise.all(both.map((request) => model.complete(request, never)));
      expect(together[0]!.promptTokens).toBeLessThan(together[1]!.promptTokens);
      if (model.deterministic) {
        for (const [i, request] of both.entries()) expect((await model.complete(request, never)).text).toBe(together[i]!.text);
      }
    });

    it("stops within a second when told to, before it starts and on the way, and works on", async () => {
      expect(await codeOf(model.complete(ask("Hello."), AbortSignal.abort()))).toBe("aborted");
      const controller = new AbortController();
      const running = codeOf(
        model.complete(ask("Tell me everything about the whole history of medicine.", { maxTokens: 400 }), controller.signal),
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      const told = performance.now();
      controller.abort();
      expect(await running).toBe("aborted");
      expect(performance.now() - told).toBeLessThan(1000);
      expect((await model.complete(ask("Say a word."), never)).text).not.toBe("");
    });

    it("refuses a prompt that does not fit, with its size, before it writes anything", async () => {
      const tooLong = ask("word ".repeat(model.contextTokens + 100));
      const started = performance.now();
      const error = await model.complete(tooLong, never).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "context-overflow" });
      const { got, expected } = (error as { place: { got: number; expected: number } }).place;
      expect(got).toBeGreaterThan(expected);
      expect(performance.now() - started).toBeLessThan(10_000); // reading that many tokens would take minutes
    });

    it("refuses a grammar that it cannot read, and works on", async () => {
      expect(await codeOf(model.complete(ask("Hello.", { grammar: "root ::= ((" }), never))).toBe(
        constrains ? "grammar-invalid" : "no error",
      );
      expect(await codeOf(model.complete(ask("Hello.", { grammar: "nonsense" }), never))).toBe("grammar-invalid");
      expect((await model.complete(ask("Say a word."), never)).text).not.toBe("");
    });

    it.runIf(constrains)("keeps to a grammar", async () => {
      const grammar = 'root ::= ( word " " ){0,2} "[gout]" ( " " word ){1,2} "."\nword ::= [a-z]{1,8}';
      const { text, finish } = await model.complete(ask("Write about gout.", { grammar, maxTokens: 40 }), never);
      expect(text).toMatch(/^([a-z]{1,8} ){0,2}\[gout\]( [a-z]{1,8}){1,2}\.$/);
      expect(finish).toBe("stop");
    });
  });
}

it.skipIf(!present)("wllama without its cache gives equal requests equal text, whatever ran between", async () => {
  const model = await openWllama({ id: "wllama/no-cache", weights: [await read()] });
  expect(model.deterministic).toBe(true);
  const first = await model.complete(ask("Tell me a story."), never);
  await model.complete(ask("Tell me a joke."), never);
  expect(await model.complete(ask("Tell me a story."), never)).toEqual(first);
  await model.close();
});

describe("after it was closed", () => {
  it("a model answers no more", async () => {
    const model = openScripted({ script: () => "x" });
    await model.close();
    expect(await codeOf(model.complete(ask("Hello."), never))).toMatch(/closed/);
  });
});

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
