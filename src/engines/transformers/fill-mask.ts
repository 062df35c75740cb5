// Words for a gap in a sentence, by a masked language model on transformers.js. Knows no use of them.

import type { Tensor } from "@huggingface/transformers";
import { mutex } from "../../base/async.ts";
import { ClinfuseError } from "../../base/errors.ts";
import type { ModelFolder } from "../../models/model-folder.ts";
import type { Device } from "../../runtime/device.ts";
import { fromFolder, runError, weightsOf } from "./transformers.ts";

export interface FillMaskOptions {
  readonly id: string;
  /** Verified by the caller: config.json, the tokenizer's files, an ONNX file with the masked-language-model head. */
  readonly files: ModelFolder;
  readonly device?: Device;
}

export interface Filling {
  /** As the vocabulary has it: `##s` continues a word. */
  readonly piece: string;
  /** The model's probability of it. */
  readonly share: number;
}

export interface MaskFiller {
  readonly id: string;
  /** Token in the text where a word is wanted: `[MASK]`. */
  readonly mask: string;
  /**
   * The likeliest pieces for the text's first mask, the likeliest first. Throws an Error for a text without one; `context-overflow` for a text
   * that the model cannot hold; `device-lost`, `out-of-memory`, `engine-failed`.
   */
  fillMask(text: string, topK: number): Promise<readonly Filling[]>;
  /** Frees memory; it is of no use afterwards. */
  close(): Promise<void>;
}

/** Errors: `model-missing` (a file), `model-unsupported`, `file-malformed`, `out-of-memory`, `engine-failed`. */
export async function openFillMask({ id, files, device = "wasm" }: FillMaskOptions): Promise<MaskFiller> {
  const { library, tokenizer, model } = await fromFolder(files, async (library, name) => ({
    library,
    tokenizer: await library.AutoTokenizer.from_pretrained(name),
    model: await library.AutoModelForMaskedLM.from_pretrained(name, await weightsOf(files, device)),
  }));
  const mask = tokenizer.mask_token;
  const maskId = tokenizer.mask_token_id;
  if (typeof mask !== "string" || maskId === undefined) {
    throw new ClinfuseError("model-unsupported", `${id} has no mask token`, { what: id });
  }
  const pieces = new Map([...tokenizer.get_vocab()].map(([piece, number]) => [number, piece]));
  const { max_position_embeddings: positions } = model.config as { max_position_embeddings?: number };
  const one = mutex();

  const logitsAt = async (ids: readonly number[], at: number): Promise<Float32Array> => {
    const shape = [1, ids.length];
    const long = (numbers: readonly number[]) => new library.Tensor("int64", BigInt64Array.from(numbers, BigInt), [...shape]);
    const inputs = { input_ids: long(ids), attention_mask: long(ids.map(() => 1)), token_type_ids: long(ids.map(() => 0)) };
    try {
      const { logits } = (await model(inputs)) as { logits: Tensor }; // [1, tokens, vocabulary]
      const size = logits.dims.at(-1) as number;
      return (logits.data as Float32Array).slice(at * size, (at + 1) * size);
    } catch (error) {
      throw runError(error);
    }
  };

  return {
    id,
    mask,
    async fillMask(text, topK) {
      const ids = tokenizer(text, { return_tensor: false }).input_ids as number[];
      const at = ids.indexOf(maskId);
      if (at < 0) throw new Error(`expected a text with ${mask}, got ${JSON.stringify(text.slice(0, 60))}`);
      if (positions !== undefined && ids.length > positions) {
        const sentence = `the text has ${ids.length} tokens and the model holds ${positions}`;
        throw new ClinfuseError("context-overflow", sentence, { got: ids.length, expected: positions });
      }
      const logits = await one.run(() => logitsAt(ids, at));
      return likeliest(logits, topK).map(({ index, share }) => ({ piece: pieces.get(index) ?? "", share }));
    },
    async close() {
      await one.run(() => model.dispose());
    },
  };
}

/** The largest of a softmax, the largest first. */
function likeliest(logits: Float32Array, count: number): { readonly index: number; readonly share: number }[] {
  const largest = logits.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
  const weights = Float64Array.from(logits, (x) => Math.exp(x - largest));
  const total = weights.reduce((sum, x) => sum + x, 0);
  return [...weights.keys()]
    .sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b)
    .slice(0, count)
    .map((index) => ({ index, share: (weights[index] as number) / total }));
}
