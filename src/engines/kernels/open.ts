// Opens a decoder by our own kernels behind a scheduler, or says why there is none here. Knows no text.

import { ClinfuseError } from "../../base/errors.ts";
import { type DecoderWeights, decoderFault } from "../../models/decoder-weights.ts";
import type { LlamaPrecision } from "../../nn/llama.ts";
import type { MatrixFormat } from "../../runtime/decoder-source.ts";
import { openDecoder } from "../../runtime/line-decoder.ts";
import type { Scheduler } from "../batch/job.ts";
import { lineScheduler } from "./scheduler.ts";
import { decoderSource } from "./source.ts";

export interface LinesOptions {
  readonly contextTokens: number;
  readonly precision: LlamaPrecision;
  readonly onWeights?: (done: number, total: number) => void;
  readonly ends: ReadonlySet<number>;
  readonly slots: number;
  /** For beginnings of prompts that later prompts share, in bytes. */
  readonly prefixBytes: number;
}

export interface Lines {
  readonly schedule: Scheduler;
  readonly contextTokens: number;
  readonly slots: number;
  readonly deterministic: true;
  close(): Promise<void>;
}

/** Tokens of prompts that a step reads beside those that are written. */
const promptLines = 64;

/** Errors: `model-unsupported`, `no-webgpu`, `out-of-memory`, those of the file. A refusal is a sentence. */
export async function openLines(weights: DecoderWeights, options: LinesOptions): Promise<Lines | { readonly refusal: string }> {
  const { slots, ends, prefixBytes, onWeights } = options;
  const { config, file } = weights;
  const fault = decoderFault(weights);
  if (fault) throw new ClinfuseError("model-unsupported", fault, { file, what: fault });
  const contextTokens = Math.min(options.contextTokens, config.contextTokens);
  const source = decoderSource(weights, formatOf(weights, options.precision), contextTokens, onWeights);
  const decoder = await openDecoder({ source, contextTokens, seats: slots, lines: slots + promptLines });
  if ("refusal" in decoder) return decoder;
  const tokenBytes = 2 * 4 * config.layers * config.keyValueHeads * config.headSize;
  return {
    schedule: lineScheduler({
      decoder,
      ends,
      seats: slots,
      vocabSize: config.vocabSize,
      keptTokens: Math.floor(prefixBytes / tokenBytes),
    }),
    contextTokens,
    slots,
    deterministic: true,
    close: async () => decoder.close(),
  };
}

/** Halves where the file has nothing else. */
function formatOf({ tensors }: DecoderWeights, precision: LlamaPrecision): MatrixFormat {
  const matrices = [...tensors.values()].filter(({ shape }) => shape.length > 1);
  if (matrices.every(({ type }) => type === "F16")) return "float16";
  return precision === "int8" ? "blocks8" : precision;
}
