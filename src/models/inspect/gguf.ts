// A GGUF model, in one file or in parts, checked before it is taken: what it is, whether it is whole, which engine reads it. Knows no storage.

import { ClinfuseError } from "../../base/errors.ts";
import { chatTemplate, parses } from "../../text/chat-template.ts";
import { readGgufTokenizer } from "../../text/gguf-tokenizer.ts";
import { type GgufOutline, type GgufPlace, openGguf, outlineGguf } from "../../weights/gguf.ts";
import { decoderFault, ggufWeights } from "../decoder-weights.ts";
import type { Checked } from "./encoder.ts";
import { type FloatsAt, ggufScales, plainFloats } from "./finite.ts";
import { again, refusal, withRemedy } from "./refusal.ts";

export interface GgufPart {
  /** As it was picked. */
  readonly name: string;
  readonly blob: Blob;
}

/** Architectures whose files write no text, in words. */
const notWriters: Readonly<Record<string, string>> = {
  bert: "a BERT encoder",
  "nomic-bert": "an embedding model (Nomic BERT)",
  "nomic-bert-moe": "an embedding model (Nomic BERT)",
  "jina-bert-v2": "an embedding model (Jina BERT)",
  "jina-bert-v3": "an embedding model (Jina BERT)",
  "modern-bert": "a ModernBERT encoder",
  "neo-bert": "a NeoBERT encoder",
  eurobert: "a EuroBERT encoder",
  roberta: "a RoBERTa encoder",
  "gemma-embedding": "an embedding model (EmbeddingGemma)",
  "llama-embed": "an embedding model",
  t5encoder: "the encoder of a T5, without its decoder",
  clip: "the vision part (mmproj) that goes beside a language model",
  mmproj: "the vision part (mmproj) that goes beside a language model",
  "wavtokenizer-dec": "a decoder of speech",
  whisper: "a speech recogniser",
  flux: "a diffusion model of images (FLUX)",
  sd1: "a diffusion model of images (Stable Diffusion)",
  sd2: "a diffusion model of images (Stable Diffusion)",
  sd3: "a diffusion model of images (Stable Diffusion)",
  sdxl: "a diffusion model of images (Stable Diffusion XL)",
  aura: "a diffusion model of images (AuraFlow)",
  lumina2: "a diffusion model of images (Lumina)",
  hidream: "a diffusion model of images (HiDream)",
  qwen_image: "a diffusion model of images (Qwen-Image)",
  wan: "a diffusion model of video (Wan)",
  ltxv: "a diffusion model of video (LTX)",
  hyvid: "a diffusion model of video (Hunyuan)",
  dream: "a diffusion language model (Dream), which does not write from left to right",
  llada: "a diffusion language model (LLaDA), which does not write from left to right",
  "llada-moe": "a diffusion language model (LLaDA), which does not write from left to right",
  rnd1: "a diffusion language model (RND1), which does not write from left to right",
  "diffusion-gemma": "a diffusion language model, which does not write from left to right",
};

const notModels: Readonly<Record<string, string>> = {
  adapter: "a LoRA adapter and not a whole model",
  mmproj: "the vision part (mmproj) that goes beside a language model",
  imatrix: "an importance matrix, made for quantising, and not a model",
  "control-vector": "a control vector and not a whole model",
};

type Metadata = GgufOutline["metadata"];

/** The metadata's architecture, for the entry; undefined where it is none of a language model. */
export const architectureOf = (metadata: Metadata): string => String(metadata.get("general.architecture") ?? "");

/**
 * Checks all parts, in order. Throws `model-unsupported` for what writes no text or disagrees with itself, `model-truncated` for a cut file,
 * `file-missing` for a part that is not there; each with a remedy. No number is read yet.
 */
export async function checkGguf(parts: readonly GgufPart[]): Promise<Checked & { readonly architecture: string }> {
  const outlines: GgufOutline[] = [];
  for (const { blob, name } of parts) {
    try {
      outlines.push(await outlineGguf(blob, name));
    } catch (error) {
      throw withRemedy(error);
    }
  }
  const [{ metadata }, { name: file }] = [outlines[0] as GgufOutline, parts[0] as GgufPart];
  refuseOtherModels(metadata, file);
  refuseMissingParts(outlines, parts);
  refuseStrangeParts(outlines, file);
  const places = outlines.flatMap((outline, i) =>
    [...outline.places.values()].map((place) => ({ place, part: parts[i] as GgufPart })),
  );
  if (places.length === 0) {
    const why = `the file ${file} holds a vocabulary and no weights`;
    throw refusal("model-unsupported", why, "Choose the model's own GGUF file.", { file });
  }
  for (const { place, part } of places) refuseCut(place, part);
  refuseSizes(metadata, new Map(places.map(({ place }) => [place.name, place])), file);
  const architecture = architectureOf(metadata);
  return {
    architecture,
    remarks: [...templateRemarks(metadata, file), ...(await engineRemarks(parts))],
    floats: places.flatMap(({ place, part }) => floatsOf(place, part.blob)),
  };
}

function refuseOtherModels(metadata: Metadata, file: string): void {
  const type = metadata.get("general.type");
  const architecture = metadata.get("general.architecture");
  const notModel = typeof type === "string" ? notModels[type] : undefined;
  const writer = "Choose the GGUF file of a language model.";
  if (notModel)
    throw refusal("model-unsupported", `the file ${file} is ${notModel}`, "Choose the whole model's GGUF file.", { file });
  if (metadata.has("imatrix.chunk_count") || metadata.has("imatrix.datasets"))
    throw refusal("model-unsupported", `the file ${file} is ${notModels.imatrix}`, writer, { file });
  if (typeof architecture !== "string" || architecture === "") {
    if (metadata.has("split.no")) return; // a later part, whose absence of the first is said by name
    const why = `the file ${file} names no architecture (general.architecture), so nothing says what its tensors are`;
    throw refusal("model-unsupported", why, again.other, { file });
  }
  const other = Object.hasOwn(notWriters, architecture) ? notWriters[architecture] : undefined;
  if (other) {
    const encoder = /bert|embed/i.test(architecture);
    const remedy = encoder ? `${writer} To train an encoder, choose a BERT's folder with config.json and safetensors.` : writer;
    throw refusal(
      "model-unsupported",
      `the file ${file} is ${other} (general.architecture ${architecture}): it writes no text`,
      remedy,
      { file },
    );
  }
  const pooling = metadata.get(`${architecture}.pooling_type`);
  if ((typeof pooling === "number" && pooling > 0) || metadata.get(`${architecture}.attention.causal`) === false) {
    const what = pooling === 4 ? "a reranker" : "an embedding model";
    throw refusal("model-unsupported", `the file ${file} is ${what} (${architecture} with pooling): it writes no text`, writer, {
      file,
    });
  }
}

function refuseMissingParts(outlines: readonly GgufOutline[], parts: readonly GgufPart[]): void {
  const count = outlines[0]?.metadata.get("split.count");
  const numbers = outlines.map(({ metadata }) => Number(metadata.get("split.no") ?? 0));
  const total = typeof count === "number" && count > 1 ? count : 1;
  const absent = Array.from({ length: total }, (_, i) => i).filter((i) => !numbers.includes(i));
  if (absent.length > 0) {
    const [file] = [parts[0]?.name ?? ""];
    const list = absent.map((i) => i + 1).join(", ");
    const why = `the file ${file} is one of ${total} parts of a model, and part ${list} is missing`;
    throw refusal("file-missing", why, "Choose all parts together, or the folder that holds them.", {
      file: `part ${list} of ${total}`,
    });
  }
  const wrong = numbers.findIndex((number, i) => number !== i);
  if (total > 1 && wrong >= 0) {
    const why = `the file ${parts[wrong]?.name} calls itself part ${(numbers[wrong] ?? 0) + 1} of ${total}, and its name says ${wrong + 1}`;
    throw refusal("model-unsupported", why, "Give each part the name that it was downloaded with.", {
      file: parts[wrong]?.name ?? "",
    });
  }
}

function refuseCut({ name, begin, bytes }: GgufPlace, part: GgufPart): void {
  const end = begin + (bytes ?? 1);
  if (end <= part.blob.size) return;
  const why = `the file ${part.name} is cut short: it has ${part.blob.size} bytes, and its tensor ${name} ends at ${end}`;
  throw refusal("model-truncated", why, again.fetch, { file: part.name, got: part.blob.size, expected: end });
}

/** Throws where the parts together have other tensors than the first says: a part of another file is among them. */
function refuseStrangeParts(outlines: readonly GgufOutline[], file: string): void {
  const expected = outlines[0]?.metadata.get("split.tensors.count");
  const got = new Set(outlines.flatMap(({ places }) => [...places.keys()])).size;
  if (outlines.length < 2 || typeof expected !== "number" || got === expected) return;
  const why = `the parts of ${file} hold ${got} tensors, and their own count is ${expected}: one of them is of another file`;
  throw refusal("model-unsupported", why, "Fetch every part from the same place, and import them together.", {
    file,
    got,
    expected,
  });
}

/** llama.cpp refuses these at its first use of the file; the numbers are said here. */
function refuseSizes(metadata: Metadata, places: ReadonlyMap<string, GgufPlace>, file: string): void {
  const architecture = architectureOf(metadata);
  const number = (key: string) => {
    const value = metadata.get(key);
    return Array.isArray(value) ? value.length : typeof value === "number" ? value : undefined;
  };
  const layers = Math.max(-1, ...[...places.keys()].map((name) => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1))) + 1;
  const [rows, width] = places.get("token_embd.weight")?.shape ?? [];
  const pairs = [
    [rows, "rows of token embeddings", number("tokenizer.ggml.tokens"), "tokens in its vocabulary"],
    [width, "numbers a token", number(`${architecture}.embedding_length`), "as its embedding_length"],
    [layers > 0 ? layers : undefined, "layers of tensors", number(`${architecture}.block_count`), "as its block_count"],
  ] as const;
  for (const [got, words, expected, stated] of pairs) {
    if (got === undefined || expected === undefined || got === expected) continue;
    if (words === "layers of tensors" && got > expected) continue; // layers that predict further tokens are not counted
    const why = `the file ${file} has ${got} ${words} and ${expected} ${stated}: it disagrees with itself`;
    throw refusal("model-unsupported", why, "Convert the model again, or choose another file of it.", { file, got, expected });
  }
}

const otherTemplate = "Choose another GGUF file of the model: one whose chat template takes a conversation.";

/** Throws `model-unsupported` for a template that renders no conversation. */
function templateRemarks(metadata: Metadata, file: string): string[] {
  const source = metadata.get("tokenizer.chat_template");
  if (typeof source !== "string" || source.trim() === "") {
    return [
      "It has no chat template: it may be a base model, which follows no instructions. wllama writes messages in llama.cpp's own form (ChatML); batch does not read it.",
    ];
  }
  try {
    const { remark } = chatTemplate(source, {}, file);
    return remark === undefined ? [] : [sentence(remark)];
  } catch (error) {
    if (!(error instanceof ClinfuseError)) throw error;
    if (parses(source)) throw refusal(error.code, `the file ${error.message}`, otherTemplate, error.place); // no engine writes with it
    return [sentence(`${error.message}; llama.cpp may read it all the same`)];
  }
}

/** Why `batch` passes it over, where it does: wllama is what reads it then. */
async function engineRemarks(parts: readonly GgufPart[]): Promise<string[]> {
  const [{ blob, name }, ...others] = parts as readonly [GgufPart, ...GgufPart[]];
  if (others.length > 0) return ["It lies in several files, which only wllama reads: one request at a time."];
  try {
    const gguf = await openGguf(blob, name);
    const fault = decoderFault(await ggufWeights(gguf));
    if (fault !== undefined) return [alone(fault)];
    readGgufTokenizer(gguf.metadata, name);
    return [];
  } catch (error) {
    if (!(error instanceof ClinfuseError)) throw error;
    return [alone(error.message)];
  }
}

const alone = (why: string) => sentence(`only wllama reads it, one request at a time: ${why}`);
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

function floatsOf({ name, type, begin, bytes }: GgufPlace, blob: Blob): FloatsAt[] {
  const end = begin + (bytes ?? 0);
  if (type === "F32" || type === "F16" || type === "BF16") return [plainFloats(name, blob, begin, end, type)];
  const [stride, ...offsets] = ggufScales[type] ?? [];
  return stride === undefined ? [] : [{ tensor: name, blob, begin, end, float: "F16", stride, offsets }];
}
