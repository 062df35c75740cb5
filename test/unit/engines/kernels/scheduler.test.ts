// Scheduling line by line over a decoder that only remembers: its next token is a sum over what the seat's places hold, so a wrong place shows.

import { expect, it, vi } from "vitest";
import { turn } from "../../../../src/base/async.ts";
import { ClinfuseError } from "../../../../src/base/errors.ts";
import type { Job } from "../../../../src/engines/batch/job.ts";
import { lineScheduler } from "../../../../src/engines/kernels/scheduler.ts";
import { drawing } from "../../../../src/engines/sampling/drawing.ts";
import type { GrammarState } from "../../../../src/engines/sampling/grammar.ts";
import type { Decoder, Line } from "../../../../src/runtime/line-decoder.ts";

const vocab = 97;
const nextOf = (tokens: readonly number[]) => tokens.reduce((sum, token, i) => (sum + (i + 1) * token) % vocab, 1);

class Remembering implements Decoder {
  readonly lines = 12;
  readonly dispatches = 0;
  readonly steps: Line[][] = [];
  places = 8;
  readonly #tokens = new Map<number, number>();
  readonly #table = new Map<number, number[]>();
  #chosen: readonly number[] = [];
  /** Steps that were asked for and are not back, now and at most. */
  #under = 0;
  together = 0;

  constructor(private readonly most = 1000) {}

  async grow(places: number): Promise<void> {
    if (places > this.most) throw new ClinfuseError("out-of-memory", "full");
    this.places = Math.max(this.places, places);
  }
  seat(seat: number, places: Uint32Array): void {
    this.#table.set(seat, [...places]);
  }
  async step(lines: readonly Line[], wanted: readonly number[], choices: readonly unknown[] = []) {
    this.steps.push([...lines]);
    this.together = Math.max(this.together, ++this.#under);
    for (const { token, position, seat, place } of lines) {
      expect(place).toBeLessThan(this.places);
      this.#tokens.set(place, typeof token === "number" ? token : (this.#chosen[token.chosenBy] as number));
      const table = this.#table.get(seat) ?? [];
      table[position] = place;
      this.#table.set(seat, table);
    }
    const next = wanted.map((i) => {
      const { seat, position } = lines[i] as Line;
      const places = (this.#table.get(seat) ?? []).slice(0, position + 1);
      return nextOf(places.map((place) => this.#tokens.get(place) as number));
    });
    this.#chosen = next.slice(0, choices.length);
    const chosen = this.#chosen.map((id) => ({ id, logProb: 0 }));
    for (let i = 0; i < 9; i++) await turn(); // a GPU takes its time
    this.#under--;
    const logits = next.slice(choices.length).map((id) => Float32Array.from({ length: vocab }, (_, i) => Number(i === id)));
    return { chosen, logits };
  }
  close(): void {}
}

const greedy = { temperature: 0, topP: 1, maxTokens: 5 };
const job = (ids: readonly number[], more: Partial<Job> = {}): Job => ({
  prompt: { ids, shared: 0 },
  maxTokens: 5,
  sample: (logits) => logits.indexOf(1),
  drawing: drawing(greedy, 1),
  grammar: undefined,
  signal: new AbortController().signal,
  ...more,
});

function expected(ids: readonly number[], count = 5): number[] {
  const all = [...ids];
  for (let i = 0; i < count; i++) all.push(nextOf(all));
  return all.slice(ids.length);
}

const open = (decoder: Decoder, keptTokens = 200) =>
  lineScheduler({ decoder, ends: new Set(), seats: 3, vocabSize: vocab, keptTokens });
const beginning = Array.from({ length: 30 }, (_, i) => (7 * i) % 50);

it("writes what each prompt leads to, reads what they share once, and never lets a text wait for a prompt", async () => {
  const decoder = new Remembering();
  const schedule = open(decoder);
  const prompts = [1, 2, 3, 4, 5, 6].map((i) => [...beginning, i, i + 1]);
  const short = [3, 1, 4];
  const { sample, drawing: _, ...rest } = job(short);
  const results = await Promise.all([...prompts.map((ids) => schedule.run(job(ids))), schedule.run({ ...rest, sample })]);
  expect(results.map(({ tokens }) => tokens)).toEqual([...prompts, short].map((ids) => expected(ids)));
  const lines = decoder.steps.flat();
  expect(lines.filter(({ position }) => position < 30)).toHaveLength(30 + short.length + 4);
  // From its first token on, a text has a line in every step until it ends.
  const steps = decoder.steps.map((step) => step.map(({ seat, position }) => `${seat}:${position}`));
  const first = steps.findIndex((step) => step.includes("0:31"));
  expect([1, 2, 3, 4].map((i) => steps[first + i]?.includes(`0:${31 + i}`))).toEqual([true, true, true, true]);
  await schedule.stop();
});

it("forgets beginnings before it fails for want of memory, and says so where that is not enough", async () => {
  const decoder = new Remembering(60);
  const schedule = open(decoder);
  for (let i = 0; i < 5; i++) {
    const ids = Array.from({ length: 25 }, (_, j) => (i * 25 + j) % 90);
    expect((await schedule.run(job(ids))).tokens).toEqual(expected(ids));
  }
  await expect(schedule.run(job(Array.from({ length: 61 }, (_, i) => i)))).rejects.toMatchObject({ code: "out-of-memory" });
  expect((await schedule.run(job([5, 6]))).tokens).toEqual(expected([5, 6]));
  await schedule.stop();
});

it("goes on without timers, which a hidden tab slows down", async () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  const schedule = lineScheduler({ decoder: new Remembering(), ends: new Set(), seats: 3, vocabSize: vocab, keptTokens: 1000 });
  const found = await Promise.all([[3, 4], [5]].map((ids) => schedule.run(job(ids))));
  expect(found.map(({ tokens }) => tokens.length)).toEqual([5, 5]);
  expect(timers).not.toHaveBeenCalled();
  timers.mockRestore();
});

it("lets an aborted text go and leaves the others alone", async () => {
  const schedule = open(new Remembering());
  const controller = new AbortController();
  const stopped = schedule.run(job([...beginning, 1], { maxTokens: 900, signal: controller.signal }));
  const beside = schedule.run(job([...beginning, 2], { onProgress: (_, written) => written === 2 && controller.abort() }));
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  expect((await beside).tokens).toEqual(expected([...beginning, 2]));
  const closing = schedule.run(job([1, 2], { maxTokens: 900 }));
  const refused = expect(closing).rejects.toMatchObject({ code: "aborted" });
  await schedule.stop();
  await refused;
});

it("reads what must come in one step, as part of the text", async () => {
  const decoder = new Remembering();
  const schedule = open(decoder);
  let asked = 0;
  const forced = () => (asked++ === 0 ? [11, 12, 13] : []);
  const { tokens } = await schedule.run(job([1, 2], { forced, maxTokens: 6 }));
  const first = expected([1, 2], 1);
  expect(tokens).toEqual([...first, 11, 12, 13, ...expected([1, 2, ...first, 11, 12, 13], 2)]);
  expect(decoder.steps.map((step) => step.length)).toEqual([2, 4, 1]);
  await schedule.stop();
});

const anything: GrammarState = {
  mask: async () => new Int32Array(4).fill(-1),
  forced: () => "",
  tries: () => true,
  accept: () => undefined,
  dispose: () => undefined,
};
const withoutDrawing = ({ drawing: _, ...rest }: Job): Job => rest;

it.each([
  ["nothing waits for a token", (own: Job): Job => own, 2],
  ["a grammar waits for it", (own: Job): Job => ({ ...own, grammar: anything }), 1],
  ["a penalty waits for it", (own: Job): Job => ({ ...own, drawing: drawing({ ...greedy, repetitionPenalty: 1.2 }, 1) }), 1],
  ["a ban waits for it", (own: Job): Job => ({ ...own, drawing: drawing(greedy, 1, () => []) }), 1],
  ["its sampler waits for the logits", withoutDrawing, 1],
] as const)("queues a step before the one before it is back where nothing waits for its tokens: %s", async (_, of, most) => {
  const decoder = new Remembering();
  const schedule = open(decoder);
  expect((await schedule.run(of(job([1, 2])))).tokens).toEqual(expected([1, 2]));
  expect(decoder.together).toBe(most);
  expect(decoder.steps.flat()).toHaveLength(6); // two of the prompt and four of the text: its last token is not read
  await schedule.stop();
});

it("lets a text end while a line too many is under way, and gives its seat and its places to the next", async () => {
  const prompts = Array.from({ length: 12 }, (_, i) => [i, 2 * i + 1]);
  const ends = new Set([3, 17, 40, 41, 60]);
  const decoder = new Remembering(60);
  const schedule = lineScheduler({ decoder, ends, seats: 3, vocabSize: vocab, keptTokens: 4 });
  const found = await Promise.all(prompts.map((ids, i) => schedule.run(job(ids, { maxTokens: 4 + (i % 9) }))));
  const whole = prompts.map((ids, i) => expected(ids, 4 + (i % 9)));
  const cut = whole.map((tokens) =>
    [...tokens, 3].slice(
      0,
      [...tokens, 3].findIndex((id) => ends.has(id)),
    ),
  );
  expect(found.map(({ tokens }) => tokens)).toEqual(cut.map((tokens, i) => tokens.slice(0, 4 + (i % 9))));
  expect(found.map(({ finish }) => finish)).toContain("stop");
  expect(decoder.together).toBe(2);
  await schedule.stop();
});

it("fails every text with the step that fails, and works again after it", async () => {
  const decoder = new Remembering();
  const schedule = open(decoder);
  const step = decoder.step.bind(decoder);
  let steps = 0;
  decoder.step = async (...args) => {
    const found = await step(...args);
    if (++steps === 3) throw new ClinfuseError("engine-failed", "the third");
    return found;
  };
  const failed = [[1, 2], [3]].map((ids) => expect(schedule.run(job(ids))).rejects.toMatchObject({ code: "engine-failed" }));
  await Promise.all(failed);
  expect((await schedule.run(job([5, 6]))).tokens).toEqual(expected([5, 6]));
  await schedule.stop();
});
