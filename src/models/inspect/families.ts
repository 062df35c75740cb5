// Families of models by their config.json: which are read here, and what the others are, in words. Knows no weights.

import { isLlamaFamily, llamaFamily } from "../../nn/llama-config.ts";
import { floatTypeWords } from "../../weights/floats.ts";
import { refusal } from "./refusal.ts";

/** The classes' beginnings and a name for people, by `model_type`. */
const encoders: Readonly<Record<string, string>> = {
  roberta: "RoBERTa",
  "xlm-roberta": "XLM-RoBERTa",
  "xlm-roberta-xl": "XLM-RoBERTa",
  camembert: "CamemBERT",
  distilbert: "DistilBERT",
  electra: "ELECTRA",
  deberta: "DeBERTa",
  "deberta-v2": "DeBERTa",
  albert: "ALBERT",
  mobilebert: "MobileBERT",
  squeezebert: "SqueezeBERT",
  mpnet: "MPNet",
  modernbert: "ModernBERT",
  nomic_bert: "Nomic BERT",
  longformer: "Longformer",
  big_bird: "BigBird",
  xlnet: "XLNet",
  funnel: "Funnel Transformer",
  convbert: "ConvBERT",
  "megatron-bert": "Megatron BERT",
  "bert-generation": "BERT for generation",
  roformer: "RoFormer",
  esm: "ESM",
  luke: "LUKE",
  ernie: "ERNIE",
  layoutlm: "LayoutLM",
  rembert: "RemBERT",
  ibert: "I-BERT",
  fnet: "FNet",
  canine: "CANINE",
  flaubert: "FlauBERT",
  xlm: "XLM",
  eurobert: "EuroBERT",
};

const others: Readonly<Record<string, string>> = {
  t5: "T5",
  mt5: "mT5",
  bart: "BART",
  mbart: "mBART",
  pegasus: "Pegasus",
  marian: "a Marian translator",
  m2m_100: "an M2M-100 translator",
  clip: "CLIP, a model of images and text",
  vit: "ViT, a model of images",
  whisper: "Whisper, a model of speech",
  wav2vec2: "wav2vec 2.0, a model of speech",
  "sentence-transformers": "a sentence-transformers model",
};

/** Transformers' class names begin with these where `model_type` is absent. The longest that fits counts. */
const classes: readonly (readonly [beginning: string, type: string])[] = [
  ["XLMRoberta", "xlm-roberta"],
  ["Roberta", "roberta"],
  ["Camembert", "camembert"],
  ["DistilBert", "distilbert"],
  ["Electra", "electra"],
  ["DebertaV2", "deberta-v2"],
  ["Deberta", "deberta"],
  ["Albert", "albert"],
  ["MobileBert", "mobilebert"],
  ["MPNet", "mpnet"],
  ["ModernBert", "modernbert"],
  ["BertGeneration", "bert-generation"],
  ["Bert", "bert"],
  ["Llama", "llama"],
  ["Mistral", "mistral"],
  ["Qwen2For", "qwen2"],
  ["Qwen3For", "qwen3"],
  ["GPT2", "gpt2"],
  ["T5", "t5"],
];

type Json = Readonly<Record<string, unknown>>;

/** `bert` or a decoder's `model_type`. Throws `model-unsupported` with what it is and what to choose. */
export function familyOf(config: Json, folder: string): "encoder" | "decoder" {
  const stated = typeof config.model_type === "string" ? config.model_type : undefined;
  const classNames = Array.isArray(config.architectures) ? config.architectures.filter((name) => typeof name === "string") : [];
  const byClass = classes.find(([beginning]) => (classNames[0] as string | undefined)?.startsWith(beginning))?.[1];
  if (stated === "bert" && byClass !== undefined && byClass !== "bert")
    throw unread(byClass, folder, `architectures ${classNames[0]}`);
  const type = stated ?? byClass ?? (typeof config.vocab_size === "number" && "type_vocab_size" in config ? "bert" : undefined);
  if (type === "bert" && (config.is_decoder === true || /LMHead/.test(String(classNames[0])))) {
    const why = `${folder} is a BERT made into a decoder (is_decoder), which reads only what stands to the left`;
    throw refusal("model-unsupported", why, "Choose a BERT encoder.", { file: "config.json", what: "is_decoder" });
  }
  if (type === "bert") return "encoder";
  if (type !== undefined && isLlamaFamily(type)) return "decoder";
  throw unread(type, folder, type === undefined ? "no model_type" : `model_type "${type}"`);
}

function unread(type: string | undefined, folder: string, stated: string): Error {
  const place = { file: "config.json", what: stated };
  const encoder = type === undefined ? undefined : encoders[type];
  if (encoder) {
    const why = `${folder} is ${article(encoder)} ${encoder} (${stated} in config.json), and of encoders Clinfuse trains BERT alone`;
    return refusal("model-unsupported", why, "Choose a BERT, for instance PubMedBERT (BiomedBERT) or ClinicalBERT.", place);
  }
  const other = type === undefined ? undefined : others[type];
  if (other) {
    const why = `${folder} is ${other} (${stated} in config.json), which is neither a BERT encoder nor a decoder that is built here`;
    return refusal("model-unsupported", why, "Choose a BERT to train, or a GGUF file to write with.", place);
  }
  const why = `${folder} is of an architecture that is not built here (${stated} in config.json): encoders are bert, decoders in safetensors ${llamaFamily.join(", ")}`;
  return refusal("model-unsupported", why, "To write with this model, choose its GGUF file; to train, choose a BERT.", place);
}

const article = (name: string) => (/^([AEIO]|XLM|XLNet|MPN|FNet)/.test(name) ? "an" : "a");

/** Architectures by the names of a checkpoint's tensors, where they contradict a BERT. */
const prefixes: readonly (readonly [RegExp, string])[] = [
  [/^roberta\./, "RoBERTa"],
  [/^distilbert\.|^transformer\.layer\.\d+\.attention\.q_lin\./, "DistilBERT"],
  [/^electra\.|^discriminator_predictions\./, "ELECTRA"],
  [/^deberta\.|\.rel_embeddings\./, "DeBERTa"],
  [/^albert\./, "ALBERT"],
  [/^mpnet\./, "MPNet"],
  [/\.lora_[AB]\./, "LoRA adapter"],
];

/** The family by the names of the tensors; undefined for BERT's and for unknown names. */
export function familyOfNames(names: readonly string[]): string | undefined {
  if (
    names.some((name) => /(^|\.)encoder\.layer\.0\.attention\.self\.query\.(weight|qweight)$/.test(name)) &&
    names.some((name) => name.startsWith("bert."))
  )
    return undefined;
  return prefixes.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
}

/** Tensors that the tools of quantisation put beside or in the place of a layer's weights. */
const quantisedNames =
  /\.(qweight|qzeros|g_idx|SCB|absmax|quant_map|weight_scale|weight_scale_inv|weight_packed)$|\.quant_state\./;

/** Throws `model-unsupported` where the tensors' names say so, whatever the config says. */
export function refuseQuantisedNames(names: readonly string[], folder: string): void {
  const found = names.find((name) => quantisedNames.test(name));
  if (found !== undefined) throw quantisedError(`${folder} holds quantised weights (${found})`);
}

function quantisedError(what: string): Error {
  const why = `${what}, and of safetensors only whole floats are read (${floatTypeWords})`;
  const remedy = "Choose the model's own repository with F16 or BF16 weights, or a GGUF file, which may be quantised.";
  return refusal("model-unsupported", why, remedy, { what: "quantised weights" });
}

/** Throws `model-unsupported` for weights of few bits in a layout of the hub's tools. */
export function refuseQuantised(config: Json, folder: string): void {
  const quantised = config.quantization_config ?? config.compression_config;
  if (quantised === null || typeof quantised !== "object") return;
  const { quant_method: method, bits } = quantised as Json;
  const how = [typeof method === "string" ? method.toUpperCase() : "few bits", typeof bits === "number" ? `${bits} bits` : ""];
  throw quantisedError(`${folder} holds quantised weights (${how.filter(Boolean).join(", ")})`);
}
