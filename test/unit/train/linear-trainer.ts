// A trainer without a runtime: logits are a table's rows, by token or summed over a text. Real gradients, plain descent.

import { mixedAfter, mixInput } from "../../../src/graph/parameter.ts";
import { type Feeds, type HostTensor, partsOf, type Trainer } from "../../../src/runtime/trainer.ts";
import type { Weights } from "../../../src/weights/weight.ts";

interface Options {
  readonly vocabulary: number;
  readonly outputs: number;
  readonly perToken: boolean;
}

export function linearTrainer({ vocabulary, outputs, perToken }: Options): Trainer {
  let table: Float32Array<ArrayBuffer> = new Float32Array(vocabulary * outputs);

  const forward = (feeds: Feeds): HostTensor => {
    const [rows, tokens] = feeds.input_ids!.shape as [number, number];
    const ids = feeds.input_ids!.data;
    const mask = feeds.attention_mask!.data;
    const width = perToken ? tokens : 1;
    const data = new Float32Array(rows * width * outputs);
    for (let at = 0; at < rows * tokens; at++) {
      const to = (perToken ? at : Math.floor(at / tokens)) * outputs;
      for (let k = 0; k < outputs; k++) data[to + k]! += mask[at]! * table[ids[at]! * outputs + k]!;
    }
    return { shape: perToken ? [rows, tokens, outputs] : [rows, outputs], data };
  };

  /** In a linear model a mix of hidden states is the mix of the texts: the same as both at their share. */
  const mixedSlope = (feeds: Feeds, share: number): { loss: number; gradient: Float32Array } => {
    const { data } = forward(feeds);
    const half = data.length / 2;
    const logits = Array.from({ length: half }, (_, i) => share * data[i]! + (1 - share) * data[half + i]!);
    const [rows, tokens] = feeds.input_ids!.shape as [number, number];
    const gradient = new Float32Array(table.length);
    let loss = 0;
    for (let row = 0; row < rows / 2; row++) {
      const target = Array.from(feeds.targets!.data.subarray(row * outputs, (row + 1) * outputs));
      const own = logits.slice(row * outputs, (row + 1) * outputs);
      const total = own.reduce((sum, x) => sum + Math.exp(x), 0);
      const asked = target.reduce((sum, t) => sum + t, 0);
      for (let k = 0; k < outputs; k++) {
        loss -= feeds.scale!.data[0]! * target[k]! * Math.log(Math.exp(own[k]!) / total);
        const change = feeds.scale!.data[0]! * (asked * (Math.exp(own[k]!) / total) - target[k]!);
        for (const [from, part] of [[row, share] as const, [row + rows / 2, 1 - share] as const]) {
          for (let at = from * tokens; at < (from + 1) * tokens; at++) {
            gradient[feeds.input_ids!.data[at]! * outputs + k]! += part * feeds.attention_mask!.data[at]! * change;
          }
        }
      }
    }
    return { loss, gradient };
  };

  const slope = (feeds: Feeds): { loss: number; gradient: Float32Array } => {
    const layer = mixedAfter(Object.keys(feeds));
    if (layer !== undefined) return mixedSlope(feeds, feeds[mixInput(layer)]!.data[0]!);
    const { data: logits } = forward(feeds);
    const { data: targets } = feeds.targets!;
    const scale = feeds.scale!.data[0]!;
    const [rows, tokens] = feeds.input_ids!.shape as [number, number];
    const gradient = new Float32Array(table.length);
    let loss = 0;
    for (let at = 0; at < rows * tokens; at++) {
      const item = perToken ? at : Math.floor(at / tokens);
      const from = item * outputs;
      const row = Array.from(logits.subarray(from, from + outputs));
      const target = Array.from(targets.subarray(from, from + outputs));
      const asked = target.reduce((sum, t) => sum + t, 0);
      const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
      const first = perToken || at % tokens === 0;
      for (let k = 0; k < outputs; k++) {
        if (first) loss -= scale * target[k]! * Math.log(Math.exp(row[k]!) / total);
        const change = scale * (asked * (Math.exp(row[k]!) / total) - target[k]!);
        gradient[feeds.input_ids!.data[at]! * outputs + k]! += feeds.attention_mask!.data[at]! * change;
      }
    }
    return { loss, gradient };
  };

  return {
    device: "wasm",
    path: "onnxruntime",
    ahead: 0,
    async features() {
      throw new Error("everything of it trains");
    },
    async infer(feeds) {
      return forward(feeds);
    },
    async step(batch, { learningRate }) {
      const parts = partsOf(batch).map((feeds) => slope(feeds));
      const gradient = table.map((_, i) => parts.reduce((sum, part) => sum + part.gradient[i]!, 0));
      table = table.map((w, i) => w - learningRate * gradient[i]!);
      return { loss: parts.reduce((sum, part) => sum + part.loss, 0), gradientNorm: Math.hypot(...gradient) };
    },
    async read(): Promise<Weights> {
      return new Map([["table", { shape: [vocabulary, outputs], data: table.slice() }]]);
    },
    async write(weights) {
      table = Float32Array.from(weights.get("table")!.data);
    },
    async state() {
      return { steps: 0, tensors: [{ name: "table", shape: [vocabulary, outputs], read: async () => table }] };
    },
    async restore({ tensors }) {
      table = (await tensors[0]!.read()).slice();
    },
    async close() {},
  };
}
