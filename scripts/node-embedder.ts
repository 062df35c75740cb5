// Sentence embeddings in Node, by onnxruntime-web's WASM on one thread: the same graph, weights and tokens as in the app. Knows no use of them.

import { join } from "node:path";
import type * as Ort from "onnxruntime-web";
import { openEncoder } from "../src/classifier/encoder-files.ts";
import { normalizedMean, writeBert } from "../src/engines/embedder-bert.ts";
import type { Embedder } from "../src/engines/language-model.ts";
import { encodeText } from "../src/text/encoding.ts";
import { fileBlob } from "./file-blob.ts";
import { nodeOrt } from "./node-ort.ts";

const files = ["config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "model.safetensors"] as const;

/** sentence-transformers' limit for all-MiniLM-L6-v2. */
const maxTokens = 256;
const batch = 32;

/** Opens the encoder of a folder. `onProgress` hears how many texts are done. Throws as `openEncoder`. */
export async function openNodeEmbedder(
  folder: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Embedder> {
  const encoder = await openEncoder(new Map(files.map((name) => [name, fileBlob(join(folder, name))])));
  const { onnx, weights, shapes } = writeBert(encoder.config, encoder.weights);
  const ort = await nodeOrt();
  const session = await ort.InferenceSession.create(onnx, { externalData: [...weights] });
  const { hiddenSize } = encoder.config;
  const step = async (rows: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    const tokens = Math.max(...rows.map((row) => row.length));
    const shape = [rows.length, tokens];
    const filled = (of: (row: readonly number[], i: number) => number) =>
      rows.flatMap((row) => Array.from({ length: tokens }, (_, i) => of(row, i)));
    const feeds: Record<string, Ort.Tensor> = {
      input_ids: new ort.Tensor("int32", Int32Array.from(filled((row, i) => row[i] ?? encoder.tokenizer.special.pad)), shape),
      token_type_ids: new ort.Tensor("int32", new Int32Array(rows.length * tokens), shape),
      attention_mask: new ort.Tensor("float32", Float32Array.from(filled((row, i) => (i < row.length ? 1 : 0))), shape),
    };
    for (const [name, numbers] of shapes(rows.length, tokens)) {
      feeds[name] = new ort.Tensor("int64", BigInt64Array.from(numbers, BigInt), [numbers.length]);
    }
    const { last_hidden_state } = await session.run(feeds);
    const data = last_hidden_state?.data as Float32Array; // [batch, tokens, hidden]
    return rows.map((row, i) =>
      normalizedMean(data.subarray(i * tokens * hiddenSize, (i * tokens + row.length) * hiddenSize), hiddenSize),
    );
  };
  return {
    id: `node/${folder}`,
    dimension: hiddenSize,
    async embed(texts) {
      const rows = texts.map((text) => encodeText(encoder.tokenizer, text, maxTokens).ids);
      const order = rows.map((_, i) => i).sort((a, b) => (rows[a] as number[]).length - (rows[b] as number[]).length || a - b);
      const found: Float32Array[] = new Array(texts.length);
      for (let at = 0; at < order.length; at += batch) {
        const part = order.slice(at, at + batch);
        for (const [j, vector] of (await step(part.map((i) => rows[i] as number[]))).entries()) found[part[j] as number] = vector;
        onProgress(Math.min(at + batch, order.length), order.length);
      }
      return found;
    },
    close: () => session.release(),
  };
}
