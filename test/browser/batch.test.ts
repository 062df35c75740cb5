// The batch engine on tiny random models: what its rows give does not depend on who sits beside them, and the promises of the port.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBatch } from "../../src/engines/batch/batch.ts";
import { openBatchDecoder } from "../../src/engines/batch/decoder.ts";
import { promptReader } from "../../src/engines/batch/prompt.ts";
import { scheduler } from "../../src/engines/batch/scheduler.ts";
import type { Completion, CompletionRequest, LanguageModel } from "../../src/engines/language-model.ts";
import { sampler } from "../../src/engines/sampling/sampler.ts";
import { ggufWeights } from "../../src/models/decoder-weights.ts";
import { markedSentence, markedSentenceWithMark, oneLine } from "../../src/prompts/grammar.ts";
import { openGguf } from "../../src/weights/gguf.ts";
import golden from "../fixtures/llama/golden.json";

const blobOf = async (name: string) => (await fetch(`/test/fixtures/llama/${name}.gguf`)).blob();
const never = new AbortController().signal;

type Name = keyof typeof golden;

describe.each(Object.keys(golden) as Name[])("%s", (name) => {
  it("goes on greedily as transformers does, in several rows that start at different times", async () => {
    const { ids, greedy } = golden[name];
    const gguf = await openGguf(await blobOf(name), name);
    const decoder = await openBatchDecoder(await ggufWeights(gguf), { device: "wasm", contextTokens: 512 });
    const prompts = promptReader(decoder, 2 ** 20);
    const schedule = scheduler({ decoder, prompts, ends: new Set(), rowSizes: [1, 2, 4] });
    const run = (maxTokens: number) =>
      schedule.run({
        prompt: { ids, shared: 0 },
        maxTokens,
        sample: sampler({ temperature: 0, topP: 1, maxTokens }, 1),
        grammar: undefined,
        signal: never,
      });
    const results = await Promise.all([24, 3, 24, 9, 24, 1].map(run));
    expect(results.map((r) => r.tokens)).toEqual([24, 3, 24, 9, 24, 1].map((n) => greedy.slice(0, n)));
    expect(results.every((r) => r.finish === "length")).toBe(true);
    await schedule.stop();
    await decoder.close();
  });
});

const request = (i: number, more: Partial<CompletionRequest> = {}): CompletionRequest => ({
  messages: [
    { role: "system", content: "A sentence of a medical paper about a disease, in a style of its own, and no other." },
    { role: "user", content: `Number ${i}: ${"acute renal failure ".repeat(1 + (i % 5))}` },
  ],
  sampling: { temperature: 1, topP: 0.95, maxTokens: 12 + (i % 7) },
  seed: 1000 + i,
  ...more,
});

describe("the port", () => {
  let model: LanguageModel;
  let other: LanguageModel;
  beforeAll(async () => {
    const weights = await blobOf("llama3");
    const open = () => openBatch({ id: "batch/tiny", weights, contextTokens: 256, prefixBytes: 2 ** 20 });
    [model, other] = [await open(), await open()];
  });
  afterAll(async () => {
    await model.close();
    await other.close();
  });
  const complete = (i: number, m = model, more: Partial<CompletionRequest> = {}): Promise<Completion> =>
    m.complete(request(i, more), never);

  it("gives a request the same text alone, among 15 others, and in another engine", async () => {
    const together = await Promise.all(Array.from({ length: 24 }, (_, i) => complete(i)));
    for (const i of [0, 7, 23]) expect(await complete(i, other)).toEqual(together[i]);
    expect(await Promise.all([23, 3, 7].map((i) => complete(i)))).toEqual([together[23], together[3], together[7]]);
    expect(new Set(together.map((c) => c.text)).size).toBeGreaterThan(20); // seeds and prompts matter
  });

  it("gives it the same text when it shares its first messages, with rows that share others beside it", async () => {
    const shared = { shared: { messages: 1, characters: 6 } };
    const other = (i: number) => ({
      messages: [{ role: "system" as const, content: `System ${i % 3}.` }, ...request(i).messages.slice(1)],
    });
    const together = await Promise.all([
      ...Array.from({ length: 9 }, (_, i) => complete(i, model, shared)),
      ...Array.from({ length: 9 }, (_, i) => complete(i, model, { ...shared, ...other(i) })),
      ...Array.from({ length: 3 }, (_, i) => complete(i)),
    ]);
    const alone = [await complete(0, model, shared), await complete(7, model, { ...shared, ...other(7) })];
    expect(alone).toEqual([together[0], together[16]]);
    expect(together[0]!.promptTokens).toBe(together[18]!.promptTokens);
  });

  it("reads what the grammar forces with the prompt, and counts it as completion", async () => {
    const sampling = { temperature: 1, topP: 1, maxTokens: 40 };
    const start = '{"sentence":"';
    const open = { grammar: `root ::= ${JSON.stringify(start)} [a-z]+ ${JSON.stringify('"}')}`, sampling, logProbs: true };
    const { text, completionTokens, logProbs } = await complete(3, model, open);
    expect(text).toMatch(/^\{"sentence":"[a-z]+/);
    expect(logProbs).toHaveLength(completionTokens);
    const forced = logProbs!.findIndex((p) => !Number.isNaN(p));
    expect(forced).toBeGreaterThan(0);
    const short = await complete(3, model, { ...open, sampling: { ...sampling, maxTokens: 2 } });
    expect(short).toMatchObject({ finish: "length", completionTokens: 2 });
    expect(start).toContain(short.text);
  });

  it("reads what the grammar forces on the way in one step, with the same text alone and among others", async () => {
    const middle = " is one of the diseases that they treated ";
    const grammar = `root ::= [a-z] [a-z] ${JSON.stringify(middle)} [a-z] [a-z] "."`;
    const request = { grammar, sampling: { temperature: 1, topP: 1, maxTokens: 60 }, logProbs: true };
    const alone = await complete(5, model, request);
    expect(alone.text).toMatch(new RegExp(`^[a-z]{2}${middle}[a-z]{2}\\.$`));
    expect(alone.logProbs).toHaveLength(alone.completionTokens);
    const forced = alone.logProbs!.filter((p) => Number.isNaN(p)).length;
    expect(forced).toBeGreaterThan(7);
    const others = Array.from({ length: 6 }, (_, i) => complete(20 + i));
    expect(await complete(5, model, request)).toEqual(alone);
    await Promise.all(others);
    // It counts, and a limit within it holds.
    const short = await complete(5, model, { ...request, sampling: { ...request.sampling, maxTokens: 12 } });
    expect(short).toMatchObject({ finish: "length", completionTokens: 12 });
    expect(alone.text.startsWith(short.text)).toBe(true);
  });

  it("gives the probabilities of the tokens that it chose, whatever the temperature", async () => {
    const greedy = { sampling: { temperature: 0, topP: 1, maxTokens: 6 }, logProbs: true };
    const best = await complete(2, model, greedy);
    expect(best.logProbs).toHaveLength(best.completionTokens);
    const hot = await complete(2, model, { ...greedy, sampling: { temperature: 3, topP: 1, maxTokens: 1 } });
    expect(hot.logProbs![0]).toBeLessThanOrEqual(best.logProbs![0] as number);
    for (const p of best.logProbs!) expect(p).toBeLessThan(0);
    expect(await complete(2, model, { ...greedy, logProbs: false })).not.toHaveProperty("logProbs");
  });

  it("scores a text by the probability that it gave its token, and that of the end after it, alone and among others", async () => {
    const grammar = "root ::= [a-z]+";
    const sampling = { temperature: 0, topP: 1, maxTokens: 1 };
    const { text, logProbs } = await complete(2, model, { grammar, sampling, logProbs: true });
    const score = (i: number, of: string) => model.score!({ messages: request(i).messages, text: of }, never);
    const alone = await score(2, text);
    const end = alone - (logProbs![0] as number);
    expect(end).toBeLessThan(0);
    expect(end).toBeGreaterThan(-40);
    const others = Array.from({ length: 6 }, (_, i) => complete(20 + i));
    expect(await Promise.all([score(2, text), score(3, text)])).toEqual([alone, expect.not.closeTo(alone, 4)]);
    await Promise.all(others);
    await expect(score(2, "word ".repeat(300))).rejects.toMatchObject({ code: "context-overflow" });
  });

  it("shows at each token of a completion what could have come: the model's own probabilities, and what the grammar forbids", async () => {
    const grammar = 'root ::= [ab]+ "."';
    const { text } = await complete(2, model, { grammar, sampling: { temperature: 1, topP: 1, maxTokens: 12 } });
    const { messages } = request(2);
    const steps = await model.watch!({ messages, text, grammar }, never);
    expect(steps.map(({ drawn }) => drawn.piece).join("")).toBe(text);
    for (const { drawn, likeliest, forbidden } of steps) {
      expect(drawn.allowed).toBe(true);
      expect(likeliest).toHaveLength(8);
      for (const { piece, allowed } of likeliest) if (allowed) expect(piece).toMatch(/^[ab.]+$/);
      const shown = likeliest.filter(({ allowed }) => !allowed).reduce((sum, { probability }) => sum + probability, 0);
      expect(forbidden).toBeGreaterThanOrEqual(shown - 1e-6);
      expect(forbidden).toBeLessThan(1);
    }
    // Without a grammar nothing is forbidden, and the probabilities are those that a score multiplies.
    const free = await model.watch!({ messages, text }, never);
    expect(free.map(({ forbidden }) => forbidden)).toEqual(free.map(() => 0));
    const product = free.reduce((sum, { drawn }) => sum + Math.log(drawn.probability), 0);
    expect(await model.score!({ messages, text }, never)).toBeLessThan(product);
    expect(free.map(({ drawn }) => drawn.probability)).toEqual(steps.map(({ drawn }) => expect.closeTo(drawn.probability, 5)));
  });

  it("takes over no run of words that it may not", async () => {
    const grammar = 'root ::= "x" w w w w w w w w\nw ::= " the" | " cat" | " sat" | " ran"';
    const sampling = { temperature: 2, topP: 1, maxTokens: 60 };
    const uncopied = { texts: ["The cat sat. The ran."], words: 2 };
    const runs = (given: Partial<CompletionRequest>) =>
      Promise.all(Array.from({ length: 8 }, (_, i) => complete(i, model, { grammar, sampling, ...given }))).then(
        (all) => all.flatMap(({ text }) => text.match(/the cat|cat sat|the ran/g) ?? []).length,
      );
    const [free, held] = [await runs({}), await runs({ uncopied })];
    expect(free).toBeGreaterThan(3);
    expect(held).toBe(0);
  });

  it("ends before a stop text, even one within a token's text", async () => {
    const grammar = 'root ::= "abc" [a-z]+';
    const sampling = { temperature: 1, topP: 1, maxTokens: 60 };
    const whole = await complete(1, model, { grammar, sampling });
    const stop = whole.text.slice(5, 7);
    const { text, finish } = await complete(1, model, { grammar, sampling: { ...sampling, stop: ["§", stop] } });
    expect({ text, finish }).toEqual({ text: whole.text.slice(0, whole.text.indexOf(stop)), finish: "stop" });
  });

  it("counts tokens and stops at the limit", async () => {
    const completion = await complete(4);
    expect(completion.completionTokens).toBeLessThanOrEqual(16);
    expect(completion.promptTokens).toBeGreaterThan(60);
    expect(completion.finish).toBe(completion.completionTokens === 16 ? "length" : "stop");
  });

  it("obeys a grammar in every one of 40 generations, and ends where it does", async () => {
    const grammar = 'root ::= "(" word ("," word)* ")"\nword ::= [a-z]+';
    const sampling = { temperature: 1, topP: 1, maxTokens: 60 };
    const texts = await Promise.all(Array.from({ length: 40 }, (_, i) => complete(i, model, { grammar, sampling })));
    for (const { text, finish } of texts) {
      if (finish === "stop") expect(text).toMatch(/^\([a-z]+(,[a-z]+)*\)$/);
      else expect(text).toMatch(/^\([a-z,]+$/);
    }
    const fixed = await complete(1, model, { grammar: 'root ::= "naïve 🩺" ', sampling });
    expect(fixed).toMatchObject({ text: "naïve 🩺", finish: "stop" });
  });

  it("obeys more grammars at a time than it keeps", async () => {
    const sampling = { temperature: 1, topP: 1, maxTokens: 20 };
    const words = Array.from({ length: 40 }, (_, i) => `word-${"abcdefgh".slice(i % 8)}-${i}`);
    const texts = await Promise.all(words.map((w, i) => complete(i, model, { grammar: `root ::= "${w}"`, sampling })));
    expect(texts.map((t) => t.text)).toEqual(words);
  });

  it.each(Object.entries({ markedSentence, markedSentenceWithMark, oneLine }))(
    "reads the app's own grammar %s",
    async (_, grammar) => {
      const { text, completionTokens } = await complete(3, model, {
        grammar,
        sampling: { temperature: 1, topP: 1, maxTokens: 40 },
      });
      expect(text.length).toBeGreaterThan(0);
      expect(completionTokens).toBeGreaterThan(0);
    },
  );

  it("says that a grammar does not parse, and goes on", async () => {
    await expect(complete(1, model, { grammar: 'root ::= "a' })).rejects.toMatchObject({ code: "grammar-invalid" });
    await expect(complete(1, model, { grammar: "root ::= nothing" })).rejects.toMatchObject({ code: "grammar-invalid" });
    const good = { grammar: 'root ::= "good"', sampling: { temperature: 1, topP: 1, maxTokens: 9 } };
    expect(await complete(1, model, good)).toMatchObject({ text: "good", finish: "stop" });
  });

  it("refuses a prompt that does not fit before it generates", async () => {
    const messages = [{ role: "user" as const, content: "liver ".repeat(300) }];
    await expect(complete(1, model, { messages })).rejects.toMatchObject({
      code: "context-overflow",
      place: { expected: 256 },
    });
  });

  it("ends at the context's end", async () => {
    const messages = [{ role: "user" as const, content: "a b c d e f g h ".repeat(14) }];
    const sampling = { temperature: 1, topP: 1, maxTokens: 10_000 };
    const { promptTokens, completionTokens, finish } = await complete(2, model, {
      messages,
      sampling,
      grammar: "root ::= [a-z]*",
    });
    expect(promptTokens + completionTokens).toBeLessThanOrEqual(256);
    if (finish === "length") expect(promptTokens + completionTokens).toBe(256);
  });

  it("stops one request on its way and those that wait, and leaves the others alone", async () => {
    const expected = await complete(5);
    const controller = new AbortController();
    const long = { temperature: 1, topP: 1, maxTokens: 150 };
    let written = 0;
    const stopped = model.complete(
      request(6, { sampling: long, grammar: "root ::= [a-z ] root" }),
      controller.signal,
      ({ completionTokens }) => {
        written = completionTokens;
        controller.abort();
      },
    );
    const beside = complete(5);
    const waiting = Array.from({ length: 20 }, (_, i) => model.complete(request(i, { sampling: long }), controller.signal));
    for (const result of await Promise.allSettled([stopped, ...waiting])) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "aborted" } });
    }
    expect(written).toBeLessThan(10); // of 150
    expect(await beside).toEqual(expected);
    await expect(model.complete(request(1), AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  });

  it("ends what is under way when it is closed", async () => {
    const weights = await blobOf("qwen2");
    const closing = await openBatch({ id: "batch/closing", weights, contextTokens: 256 });
    const open = closing.complete(request(1, { sampling: { temperature: 1, topP: 1, maxTokens: 150 } }), never);
    const refused = expect(open).rejects.toMatchObject({ code: "aborted" });
    await closing.close();
    await refused;
    await expect(closing.complete(request(1), never)).rejects.toThrow("closed");
  });
});

it("refuses another architecture by its name before it reads any weight", async () => {
  const bytes = new Uint8Array(await (await blobOf("llama")).arrayBuffer());
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
  for (let at = text.indexOf("llama"); at >= 0; at = text.indexOf("llama", at + 1)) {
    bytes.set(new TextEncoder().encode("mamba"), at);
  }
  const error = openBatch({ id: "x.gguf", weights: new Blob([bytes]) });
  await expect(error).rejects.toMatchObject({ code: "model-unsupported" });
  await expect(error).rejects.toThrow('"mamba"');
});
