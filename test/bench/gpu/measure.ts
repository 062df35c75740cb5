// One case of the benchmark of WebGPU: steps of training or of decoding, counted and timed. Knows no process and no table.

import { rng } from "../../../src/base/rng.ts";
import { openBatchDecoder } from "../../../src/engines/batch/decoder.ts";
import { BatchRows } from "../../../src/engines/batch/rows.ts";
import { madeUpDecoder } from "../../../src/engines/kernels/check.ts";
import { decoderSource } from "../../../src/engines/kernels/source.ts";
import { sampler } from "../../../src/engines/sampling/sampler.ts";
import { bertModel } from "../../../src/nn/model.ts";
import { type Line, openDecoder } from "../../../src/runtime/line-decoder.ts";
import { openTrainer } from "../../../src/runtime/open-trainer.ts";
import type { TokenChoice } from "../../../src/runtime/token-choice.ts";
import { madeUpFeeds, madeUpWeights, stepFlops } from "../../../src/train/measure-training.ts";
import { StepsAhead } from "../../../src/train/steps-ahead.ts";
import { type Backend, type BenchCase, type BenchPath, decoderOf, encoderOf } from "./cases.ts";
import type { Counts } from "./host.ts";

/** Means of a step: milliseconds of the process's CPU time (`ms`) and of the clock, and counts of calls. Or the reason why there are none. */
export type Measured =
  | (Counts & {
      readonly ms: number;
      readonly wallMs: number;
      /** Milliseconds from opening to the end of the first step. */
      readonly firstMs: number;
      readonly loss?: number;
      readonly gradientNorm?: number;
      readonly gflops?: number;
      readonly tokensPerSecond?: number;
      /** The same without a grammar, each step queued before the one before it is back. */
      readonly aheadTokensPerSecond?: number;
    })
  | { readonly left: string };

export interface Meter {
  readonly counts: Counts;
  reset(): void;
  /** Milliseconds of CPU time of this process so far. */
  cpu(): number;
}

const round = (x: number) => Math.round(1000 * x) / 1000;
const warm = 10;
const recipe = { learningRate: 1e-4, weightDecay: 0.01, clipNorm: 1 };
const labels = 3;

/** Times `run` of `steps` steps after one of fewer that only warms up. On a card `ms` is the clock's: there the step is what counts. */
async function timed(meter: Meter, backend: Backend, steps: number, run: (steps: number) => Promise<unknown>) {
  await run(warm);
  meter.reset();
  const [cpu, started] = [meter.cpu(), performance.now()];
  await run(steps);
  const wallMs = round((performance.now() - started) / steps);
  const cpuMs = round((meter.cpu() - cpu) / steps);
  const each = Object.fromEntries(Object.entries(meter.counts).map(([name, n]) => [name, Math.round((10 * n) / steps) / 10]));
  return { ms: backend === "vulkan" ? wallMs : cpuMs, wallMs, ...(each as unknown as Counts) };
}

/** One step after another. */
const eachOf = (step: () => Promise<unknown>) => async (steps: number) => {
  for (let i = 0; i < steps; i++) await step();
};

export async function trainCase(
  meter: Meter,
  { layers, batch, tokens }: Extract<BenchCase, { kind: "train" }>,
  backend: Backend,
  path: BenchPath,
  steps: number,
): Promise<Measured> {
  const config = encoderOf(layers, tokens, backend);
  const model = bertModel(config, { kind: "token", labels });
  const weights = madeUpWeights(model);
  const feeds = madeUpFeeds(config, { batch, tokens }, labels);
  const opened = performance.now();
  const trainer = await openTrainer({ device: "webgpu", path, graphs: model, weights });
  const first = await trainer.step(feeds, recipe);
  const firstMs = round(performance.now() - opened);
  const ahead = new StepsAhead(trainer);
  const found = await timed(meter, backend, steps, async (count) => {
    for (let i = 0; i < count; i++) {
      const held = ahead.holds && i < count - 1;
      ahead.add({}, performance.now(), trainer.step(feeds, { ...recipe, held }), held);
      while (ahead.waiting > ahead.most) await ahead.next();
    }
    while (ahead.waiting > 0) await ahead.next();
  });
  if (trainer.note) return { left: trainer.note };
  const gflops = round(stepFlops(config, { batch, tokens }) / found.wallMs / 1e6);
  return { ...found, firstMs, loss: first.loss, gradientNorm: first.gradientNorm, gflops };
}

/** Tokens that each row holds already. */
const past = 100;

export async function decodeCase(
  meter: Meter,
  { rows }: Extract<BenchCase, { kind: "decode" }>,
  backend: Backend,
  path: BenchPath,
  steps: number,
): Promise<Measured> {
  if (path === "program") return decodeByKernels(meter, rows, backend, steps);
  const opened = performance.now();
  const decoder = await openBatchDecoder(
    madeUpDecoder(decoderOf(backend), (i) => 0.02 * Math.sin(i)),
    { device: "webgpu", contextTokens: 1024 },
  );
  const table = new BatchRows(decoder, decoder.nothing, [rows]);
  for (let i = 0; i < rows; i++) {
    const cache = decoder.newCache(1);
    cache.fit(past);
    cache.lengths[0] = past;
    table.add({ next: 5 }, cache);
  }
  const sample = sampler({ temperature: 1, topP: 0.9, maxTokens: 10 }, 1);
  const step = async () => {
    for (const { row, logits } of await table.step()) row.next = Math.max(0, sample(logits, []));
  };
  await step();
  const firstMs = round(performance.now() - opened);
  const found = await timed(meter, backend, steps, eachOf(step));
  return { ...found, firstMs, tokensPerSecond: round((1000 * rows) / found.wallMs) };
}

async function decodeByKernels(meter: Meter, rows: number, backend: Backend, steps: number): Promise<Measured> {
  const opened = performance.now();
  const weights = madeUpDecoder(decoderOf(backend), (i) => 0.02 * Math.sin(i));
  const source = decoderSource(weights, "float32", 1024);
  const decoder = await openDecoder({ source, contextTokens: 1024, seats: rows, lines: rows + 64 });
  if ("refusal" in decoder) return { left: decoder.refusal };
  await decoder.grow(rows * 2 * past);
  const seats = Array.from({ length: rows }, (_, i) => i);
  for (const seat of seats)
    decoder.seat(
      seat,
      Uint32Array.from({ length: past }, (_, i) => 2 * past * seat + i),
    );
  const mask = new Int32Array(Math.ceil(weights.config.vocabSize / 32)).fill(-1); // as a grammar gives for each row
  const choice = { temperature: 1, topP: 0.9, topK: 0, minP: 0, repetitionPenalty: 1, logProb: false };
  const draws = rng("bench");
  let position = past;
  const queued = (token: (seat: number) => Line["token"], more: Partial<TokenChoice>) => {
    const lines = seats.map((seat) => ({ token: token(seat), position, seat, place: 2 * past * seat + position }));
    position = past + ((position + 1 - past) % past); // the room of a seat
    const choices = seats.map(() => ({ ...choice, ...more, draw: Math.floor(draws.next() * 2 ** 32) }));
    return decoder.step(lines, seats, choices);
  };
  let next = seats.map(() => 5);
  const step = async () => {
    const { chosen } = await queued((seat) => next[seat] as number, { mask });
    next = chosen.map(({ id }) => Math.max(0, id));
  };
  await step();
  const firstMs = round(performance.now() - opened);
  const found = await timed(meter, backend, steps, eachOf(step));
  const ahead = await timed(meter, backend, steps, async (count) => {
    let under: Promise<unknown> | undefined;
    for (let i = 0; i < count; i++) {
      const later = queued((seat) => ({ chosenBy: seat }), {});
      await under;
      under = later;
    }
    await under;
  });
  const perSecond = ({ wallMs }: { readonly wallMs: number }) => round((1000 * rows) / wallMs);
  return { ...found, firstMs, tokensPerSecond: perSecond(found), aheadTokensPerSecond: perSecond(ahead) };
}
