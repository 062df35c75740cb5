// The kernel that chooses tokens against the processor's sampler: the same settings, logits and draws, vocabularies that nothing divides.

import { expect, it } from "vitest";
import { rng } from "../../src/base/rng.ts";
import type { Sampling } from "../../src/engines/language-model.ts";
import { drawing, without } from "../../src/engines/sampling/drawing.ts";
import { logProbability, sampler } from "../../src/engines/sampling/sampler.ts";
import { choiceNumbers, maskWords, resultNumbers, sampleCode } from "../../src/runtime/decode/sample.ts";
import { programDevice } from "../../src/runtime/program/device.ts";
import { encodeAll, storageBuffer, whole } from "../../src/runtime/program/pipelines.ts";
import { reader } from "../../src/runtime/program/reader.ts";
import { type Chosen, chosenOf, type TokenChoice, writeChoices } from "../../src/runtime/token-choice.ts";

/** A token for each choice, by the kernel. */
async function chosen(
  vocab: number,
  logits: readonly Float32Array[],
  choices: readonly TokenChoice[],
): Promise<readonly Chosen[]> {
  const { device, pipelines } = await programDevice();
  const rows = choices.length;
  const width = Math.ceil(vocab / 4) * 4;
  const words = maskWords(vocab);
  const buffers = [rows * width, rows * choiceNumbers, 2 * rows * words, rows * resultNumbers].map((n) =>
    storageBuffer(device, 4 * n),
  );
  const [lines, told, masks, results] = buffers as [GPUBuffer, GPUBuffer, GPUBuffer, GPUBuffer];
  for (const [i, row] of logits.entries()) device.queue.writeBuffer(lines, 4 * i * width, row as Float32Array<ArrayBuffer>);
  const [host, bits] = [new Uint32Array(rows * choiceNumbers), new Int32Array(2 * rows * words)];
  writeChoices(host, bits, words, choices);
  device.queue.writeBuffer(told, 0, host);
  device.queue.writeBuffer(masks, 0, bits);
  const pipeline = await pipelines.compile(sampleCode(vocab), 3, 1);
  const back = reader(device);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  encodeAll(pass, [
    { pipeline, group: pipelines.group([lines, told, masks].map(whole), [whole(results)]), groups: [rows, 1, 1] },
  ]);
  pass.end();
  const read = back.copy(encoder, results, 0, 4 * rows * resultNumbers);
  device.queue.submit([encoder.finish()]);
  const found = chosenOf(await read(), rows);
  back.close();
  for (const buffer of buffers) buffer.destroy();
  return found;
}

const settings: readonly Partial<Sampling>[] = [
  { temperature: 0 },
  {},
  { temperature: 0.7, topP: 0.9 },
  { topK: 1 },
  { topK: 40 },
  { topK: 5000, topP: 0.5 },
  { topK: 12, topP: 0.8, minP: 0.1 },
  { minP: 0.3 },
  { topP: 1e-6 },
  { temperature: 2, topP: 0.95, repetitionPenalty: 1.3 },
  { temperature: 0, repetitionPenalty: 1.7 },
];

it.each([33, 701, 1000])("a vocabulary of %i: the processor's tokens", async (vocab) => {
  const random = rng("logits", vocab);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const logits: Float32Array[] = [];
  const choices: TokenChoice[] = [];
  const expected: { id: number; logProb: number }[] = [];
  for (let i = 0; i < 4 * settings.length; i++) {
    const sampling: Sampling = { temperature: 1, topP: 1, maxTokens: 1, ...settings[i % settings.length] };
    // Every third line has many equal logits.
    const row = Float32Array.from({ length: vocab }, () => (i % 3 === 2 ? Math.round(2 * normal()) : 3 * normal()));
    const occurred = random.sample([...row.keys()], 20);
    const banned = i % 4 === 1 ? [row.indexOf(Math.max(...row))] : [];
    const half = Int32Array.from({ length: maskWords(vocab) }, () => Math.floor(random.next() * 2 ** 32) | 0);
    const mask = without(i % 2 === 0 ? half : undefined, banned, vocab);
    const bits = new Int32Array(maskWords(vocab));
    for (const id of occurred) bits[id >> 5] = (bits[id >> 5] as number) | (1 << (id & 31));
    const { topP, topK = 0, minP = 0, repetitionPenalty = 1, temperature } = sampling;
    const draw = drawing(sampling, i).next();
    choices.push({ temperature, topP, topK, minP, repetitionPenalty, draw, mask, occurred: bits, logProb: true });
    logits.push(row);
    const id = sampler(sampling, i)(row.slice(), occurred, mask);
    expected.push({ id, logProb: logProbability(row, id) });
  }
  const got = await chosen(vocab, logits, choices);
  expect(got.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  for (const [i, { logProb }] of got.entries()) expect(logProb).toBeCloseTo(expected[i]?.logProb as number, 4);
  const none = { ...(choices[1] as TokenChoice), mask: new Int32Array(maskWords(vocab)) };
  expect((await chosen(vocab, [logits[0] as Float32Array], [none]))[0]?.id).toBe(-1);
});
