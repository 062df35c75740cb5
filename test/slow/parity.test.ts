// Three epochs against PyTorch and transformers in the same order (test/fixtures/parity): the loss of each step, and what came of it.

import { expect, it } from "vitest";
import { openClassifier } from "../../src/classifier/classifier.ts";
import { type ModelFiles, openEncoder } from "../../src/classifier/encoder-files.ts";
import { predict } from "../../src/classifier/predict.ts";
import { score } from "../../src/evaluate/score.ts";
import type { Device } from "../../src/runtime/device.ts";
import type { PairExample } from "../../src/tasks/example.ts";
import { mqp } from "../../src/tasks/mqp.ts";
import { train } from "../../src/train/train.ts";
import { readSafetensors, writeSafetensors } from "../../src/weights/safetensors.ts";
import golden from "../fixtures/parity/golden.json";
import order from "../fixtures/parity/order.json";

const patience = 240_000;
const never = new AbortController().signal;

async function fetchFiles(folder: string, names: readonly string[]): Promise<Map<string, Blob>> {
  const found = names.map(async (name): Promise<[string, Blob]> => [name, await (await fetch(`${folder}/${name}`)).blob()]);
  return new Map(await Promise.all(found));
}

async function expectParity(name: keyof typeof golden, files: ModelFiles, device: Device): Promise<void> {
  const { config, epochs } = order[name];
  const examples = order[name].examples as readonly PairExample[];
  const opened = await openEncoder(files);
  // The head is PyTorch's own, so its config has to name the task's labels.
  const id2label = Object.fromEntries(mqp.labels.map(({ id }, i) => [i, id]));
  const encoder = { ...opened, configJson: { ...opened.configJson, id2label } };
  const classifier = await openClassifier(mqp, encoder, { device, maxTokens: config.maxTokens, seed: 0 });
  try {
    expect(classifier.initialised).toEqual([]); // the head too is PyTorch's
    const losses: number[] = [];
    const stages = [{ id: "few", examples, epochs }] as const;
    for await (const event of train(classifier, stages, [], config, never)) if (event.type === "step") losses.push(event.loss);
    expect(losses).toHaveLength(golden[name].losses.length);
    for (const [i, loss] of losses.entries()) {
      expect(Math.abs(loss - (golden[name].losses[i] as number)), `step ${i + 1}`).toBeLessThan(1e-3);
    }
    for await (const event of predict(classifier, examples, never)) {
      if (event.type !== "predicted") continue;
      expect(score(mqp, examples, event.examples as readonly PairExample[]).values.accuracy).toBeCloseTo(
        golden[name].accuracy,
        10,
      );
    }
  } finally {
    await classifier.close();
  }
}

it.each(["wasm", "webgpu"] as const)(
  "a tiny BERT on %s",
  async (device) => {
    const files = await fetchFiles("/test/fixtures/parity/tiny", ["config.json", "vocab.txt", "model.safetensors"]);
    await expectParity("tiny", files, device);
  },
  patience,
);

const minilm = "/models/all-minilm-l6-v2";
const served = (await fetch(`${minilm}/config.json`, { method: "HEAD" })).ok;

it.skipIf(!served)(
  "MiniLM on WASM (skipped where models/all-minilm-l6-v2 is not served)",
  async () => {
    const files = await fetchFiles(minilm, ["config.json", "tokenizer.json", "vocab.txt", "model.safetensors"]);
    const head = await (await fetch("/test/fixtures/parity/minilm-head.safetensors")).blob();
    const weights = new Map([
      ...(await readSafetensors(files.get("model.safetensors") as Blob, "model.safetensors")),
      ...(await readSafetensors(head, "minilm-head.safetensors")),
    ]);
    await expectParity("minilm", files.set("model.safetensors", writeSafetensors(weights)), "wasm");
  },
  patience,
);
