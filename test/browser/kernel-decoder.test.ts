// A decoder's step by our own kernels against transformers' logits: prompts in chunks, single tokens, seats of different lengths, a shared beginning.

import { expect, it } from "vitest";
import { decoderSource } from "../../src/engines/kernels/source.ts";
import { ggufWeights } from "../../src/models/decoder-weights.ts";
import type { MatrixFormat } from "../../src/runtime/decoder-source.ts";
import { type Decoder, type Line, openDecoder } from "../../src/runtime/line-decoder.ts";
import { openGguf } from "../../src/weights/gguf.ts";
import golden from "../fixtures/llama/golden.json";
import { correlation } from "./correlation.ts";

type Name = keyof typeof golden;
const names = Object.keys(golden) as Name[];

async function open(name: Name, format: MatrixFormat = "float32", seats = 3): Promise<Decoder> {
  const gguf = await openGguf(await (await fetch(`/test/fixtures/llama/${name}.gguf`)).blob(), name);
  const source = decoderSource(await ggufWeights(gguf), format, 512);
  const decoder = await openDecoder({ source, contextTokens: 512, seats, lines: 40 });
  if ("refusal" in decoder) throw new Error(decoder.refusal);
  return decoder;
}

const largestDifference = (got: Float32Array, expected: readonly number[]) =>
  Math.max(...expected.map((x, i) => Math.abs(x - (got[i] as number))));

/** Lines of a seat's tokens; their places begin at `first`. */
const linesOf = (ids: readonly number[], seat: number, from: number, first: number): Line[] =>
  ids.map((token, i) => ({ token, position: from + i, seat, place: first + from + i }));

const shared = 33;

/** Decoders of few seats take norms into their products, those of many have kernels for them. */
const seatsOf = names.flatMap((name) => (name === names[0] ? [3, 9] : [3]).map((seats) => [name, seats] as const));

it.each(seatsOf)(
  "%s, %i seats: gives transformers' logits in chunks and token by token, after tokens of its own and of another seat",
  async (name, seats) => {
    const { ids, at, logits } = golden[name];
    const decoder = await open(name, "float32", seats);
    const alone = ids.length - 2;
    await decoder.step(linesOf(ids.slice(0, shared), 0, 0, 200), []);
    decoder.seat(
      2,
      Uint32Array.from({ length: shared }, (_, i) => 200 + i),
    );
    for (let from = shared; from < alone; from += 31) {
      // Seat 2 takes the first tokens over from seat 0; the places of the others are its own.
      await decoder.step(linesOf(ids.slice(from, Math.min(from + 31, alone)), 0, from, 200), []);
      await decoder.step(linesOf(ids.slice(from, Math.min(from + 31, alone)), 2, from, 350), []);
    }
    let last: readonly Float32Array[] = [];
    for (let position = alone; position < ids.length; position++) {
      const line = (seat: number, first: number) => linesOf(ids.slice(position, position + 1), seat, position, first);
      last = (await decoder.step([...line(2, 350), ...line(0, 200)], [1, 0])).logits;
      const expected = logits[at.indexOf(position)];
      if (expected) expect(largestDifference(last[0] as Float32Array, expected)).toBeLessThan(1e-3);
    }
    expect(last.length).toBe(2);
    expect(last[0]).toEqual(last[1]);
    decoder.close();
  },
);

it.each(["float16", "blocks8", "blocks4"] as const)("weights in %s: logits keep their order", async (format) => {
  const { ids, logits } = golden.llama;
  const decoder = await open("llama", format, 1);
  await decoder.step(linesOf(ids.slice(0, 40), 0, 0, 0), []);
  const { logits: last } = await decoder.step(linesOf(ids.slice(40), 0, 40, 0), [ids.length - 41]);
  const least = { float16: 0.9999, blocks8: 0.999, blocks4: 0.9 }[format];
  expect(correlation([...(last[0] as Float32Array)], logits.at(-1) as number[])).toBeGreaterThan(least);
  decoder.close();
});
