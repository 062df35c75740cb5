// The real SmolLM2 by our own kernels: transformers' greedy tokens, each after those before it. Skipped where models/ does not hold it.

import { expect, it } from "vitest";
import { decoderSource } from "../../src/engines/kernels/source.ts";
import { ggufWeights } from "../../src/models/decoder-weights.ts";
import { openDecoder } from "../../src/runtime/line-decoder.ts";
import { openGguf } from "../../src/weights/gguf.ts";
import golden from "../fixtures/llama/smollm2.json";

const path = "/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf";
const present = (await fetch(path, { method: "HEAD" })).ok;
const why = present ? "" : " (skipped: models/ holds no SmolLM2, npm run models fetches it)";
/** The order of additions differs between the two: logits of some 20 agree to 1e-4. */
const nearTie = 0.01;

const greatest = (logits: Float32Array) => logits.reduce((best, x, i) => (x > (logits[best] as number) ? i : best), 0);

it.skipIf(!present)(
  `chooses transformers' greedy tokens, but for near ties${why}`,
  async () => {
    const gguf = await openGguf(await (await fetch(path)).blob(), "smollm2");
    const source = decoderSource(await ggufWeights(gguf), "float32", 128);
    const decoder = await openDecoder({ source, contextTokens: 128, seats: 24, lines: 128 });
    if ("refusal" in decoder) throw new Error(decoder.refusal);
    const differing: { readonly i: number; readonly margin: number }[] = [];
    for (const { ids, greedy, margins } of golden.slice(0, 2)) {
      const lines = [...ids, ...greedy].map((token, i) => ({ token, position: i, seat: 0, place: i }));
      const before = greedy.map((_, i) => ids.length + i - 1); // the line whose logits choose greedy token i
      const { logits } = await decoder.step(lines, before);
      const chosen = logits.map(greatest);
      for (const [i, token] of greedy.entries()) if (chosen[i] !== token) differing.push({ i, margin: margins[i] ?? 0 });
    }
    decoder.close();
    expect(differing.filter(({ margin }) => margin >= nearTie)).toEqual([]);
    expect(differing.length).toBeLessThan(3);
  },
  1_200_000,
);
