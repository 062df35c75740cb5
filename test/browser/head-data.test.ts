// Features of a frozen encoder: the trained model's own head on them gives the model's own logits.

import { describe, expect, it } from "vitest";
import { openClassifier } from "../../src/classifier/classifier.ts";
import { type HeadData, headData } from "../../src/classifier/head-data.ts";
import { mergedLora } from "../../src/classifier/merged-lora.ts";
import { inputsOf } from "../../src/classifier/predict.ts";
import { ignoredLabel } from "../../src/text/bio.ts";
import { logitsOf, smallClassifier, toyExamples } from "./small-classifier.ts";

const never = new AbortController().signal;

/** As the worker reads them: the trained encoder once more, with all of its layers frozen. */
async function featuresOf(kind: "token" | "pair", lora = false) {
  const classifier = await smallClassifier(kind, lora);

  const weights = mergedLora(await classifier.trainer.read(), classifier.trains);
  const options = { device: "wasm", maxTokens: 32, seed: 1, trains: { kind: "head" } } as const;
  const frozen = await openClassifier(classifier.task, { ...classifier.encoder, weights }, options);
  const work = headData(frozen, toyExamples(kind), never);
  let next = await work.next();
  while (!next.done) next = await work.next();
  await frozen.close();
  const data: HeadData = next.value;
  return { classifier, weights, data };
}

describe("head data", () => {
  it.each([false, true])("of tokens, LoRA %s: a site for each tagged token, with the model's own logits", async (lora) => {
    const { classifier, weights, data } = await featuresOf("token", lora);
    const head = weights.get("classifier.weight")?.data as Float32Array;
    const bias = weights.get("classifier.bias")?.data as Float32Array;
    const examples = toyExamples("token");
    const inputs = await inputsOf(classifier, examples, never);
    let site = 0;
    for (const [i, example] of examples.entries()) {
      const logits = await logitsOf(classifier, example);
      for (const [at, target] of (inputs[i]?.targets ?? []).entries()) {
        if (target === ignoredLabel) continue;
        const x = data.x.subarray(site * data.width, (site + 1) * data.width);
        expect(x.at(-1)).toBe(1);
        expect(data.of[site]).toBe(i);
        for (let c = 0; c < data.outputs; c++) {
          const own = x
            .subarray(0, -1)
            .reduce((sum, h, j) => sum + h * (head[c * (data.width - 1) + j] as number), bias[c] as number);
          expect(own).toBeCloseTo(logits[at * data.outputs + c] as number, 3);
          expect(data.y[site * data.outputs + c]).toBe(c === target ? 1 : 0);
        }
        site++;
      }
    }
    expect(data.of).toHaveLength(site);
    await classifier.close();
  });

  it("of pairs: one site each, from the first token", async () => {
    const { classifier, data } = await featuresOf("pair");
    const examples = toyExamples("pair");
    expect([...data.of]).toEqual(examples.map((_, i) => i));
    expect(data.x).toHaveLength(examples.length * data.width);
    const right = examples.map((_, i) => data.y.subarray(i * 2, i * 2 + 2).indexOf(1));
    expect(right).toEqual(examples.map((e) => classifier.names.indexOf(e.kind === "pair" ? e.label : "")));
    await classifier.close();
  });
});
