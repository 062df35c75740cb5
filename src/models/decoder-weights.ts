// A decoder's weights whatever their file: a GGUF, or a folder in the hub's layout. Knows no runtime.

import { ClinfuseError } from "../base/errors.ts";
import { llamaParameters } from "../nn/llama.ts";
import { type LlamaConfig, readLlamaConfig } from "../nn/llama-config.ts";
import { readHubConfig, tensorName } from "../nn/llama-hub.ts";
import type { Gguf } from "../weights/gguf.ts";
import { openSafetensors } from "../weights/safetensors.ts";
import { jsonOf, type ModelFolder } from "./model-folder.ts";

export interface DecoderTensorFile {
  readonly shape: readonly number[];
  /** A GGUF's type, for instance `Q4_K`; `float` in safetensors, whatever its bits. */
  readonly type: string;
}

export interface DecoderWeights {
  /** For messages. */
  readonly file: string;
  readonly config: LlamaConfig;
  /** By llama.cpp's names. */
  readonly tensors: ReadonlyMap<string, DecoderTensorFile>;
  /** The whole tensor, row-major, [out, in] for a matrix. */
  read(name: string): Promise<Float32Array<ArrayBuffer>>;
  /** [headSize / 2]: what each rotary frequency is divided by. */
  readonly divisors?: Float32Array;
}

/** Errors: `model-unsupported` for an architecture or sizes that we do not build; `model-truncated`. No weight but the divisors is read. */
export async function ggufWeights(gguf: Gguf): Promise<DecoderWeights> {
  const { file, tensors } = gguf;
  const result = readLlamaConfig(gguf.metadata);
  if (!result.ok) throw new ClinfuseError("model-unsupported", `${file}: ${result.why}`, { file, what: result.why });
  refuseUnused(file, result.config, tensors.keys(), ["rope_freqs.weight"]);
  const divisors = tensors.has("rope_freqs.weight") ? { divisors: await gguf.read("rope_freqs.weight") } : {};
  return { file, config: result.config, tensors, read: (name) => gguf.read(name), ...divisors };
}

/** Throws `model-unsupported` for a tensor that the graph would not use: it changes what the model writes. */
function refuseUnused(file: string, config: LlamaConfig, names: Iterable<string>, idle: readonly string[]): void {
  const used = new Set([...llamaParameters(config, false).map(({ tensor }) => tensor), ...idle]);
  const unused = [...names].find((name) => !used.has(name));
  if (unused === undefined) return;
  const why = `it has the tensor ${unused}, which this engine does not know`;
  throw new ClinfuseError("model-unsupported", `${file}: ${why}`, { file, what: why });
}

/**
 * config.json and the *.safetensors beside it, in one file or in parts that model.safetensors.index.json lists. Errors: `model-unsupported`,
 * `model-missing` for a part that is not there, `model-truncated`, `file-malformed`. No weight is read.
 */
export async function folderWeights(folder: ModelFolder, file: string): Promise<DecoderWeights> {
  const result = readHubConfig(await jsonOf(folder, "config.json"));
  if (!result.ok) throw new ClinfuseError("model-unsupported", `${file}: ${result.why}`, { file, what: result.why });
  const tensors = new Map<string, DecoderTensorFile & { read(): Promise<Float32Array<ArrayBuffer>> }>();
  for (const name of await partNames(folder)) {
    const part = folder.get(name);
    if (!part) throw new ClinfuseError("model-missing", `the model's folder has no ${name}`, { file: name });
    for (const { name: tensor, shape, read } of (await openSafetensors(part, name)).tensors) {
      if (recomputed.test(tensor)) continue;
      tensors.set(tensorName(tensor) ?? tensor, { shape, type: "float", read });
    }
  }
  if (result.tied) tensors.delete("output.weight"); // a copy that some files carry
  refuseUnused(file, result.config, tensors.keys(), []);
  return {
    file,
    config: result.config,
    tensors,
    async read(name) {
      const tensor = tensors.get(name);
      if (!tensor) throw new ClinfuseError("model-unsupported", `${file}: it has no tensor ${name}`, { file, what: name });
      return tensor.read();
    },
    ...(result.divisors ? { divisors: result.divisors } : {}),
  };
}

/** Why the graph of the config cannot be built of these tensors, a sentence; undefined where it can. */
export function decoderFault({ file, config, tensors }: Pick<DecoderWeights, "file" | "config" | "tensors">): string | undefined {
  for (const { tensor: name, matrix } of llamaParameters(config, !tensors.has("output.weight"))) {
    const expected = matrix[0] === 1 ? matrix.slice(1) : matrix;
    const tensor = tensors.get(name);
    if (tensor && `${tensor.shape}` === `${expected}`) continue;
    return `${file}: the tensor ${name} is ${tensor ? `[${tensor.shape}]` : "absent"}; expected [${expected}]`;
  }
  return undefined;
}

/** Frequencies that older files carry, and that the config gives. */
const recomputed = /\.rotary_emb\.inv_freq$/;

async function partNames(folder: ModelFolder): Promise<readonly string[]> {
  if (folder.has("model.safetensors") || !folder.has("model.safetensors.index.json")) return ["model.safetensors"];
  const { weight_map: map } = await jsonOf(folder, "model.safetensors.index.json");
  const names = map !== null && typeof map === "object" ? Object.values(map) : [];
  return [...new Set(names.filter((name): name is string => typeof name === "string"))];
}
