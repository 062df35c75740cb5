// A folder of a BERT, checked before it is taken: config, tokenizer and weights of one model, with whole and finite numbers. Knows no storage.

import type { Parameter } from "../../graph/parameter.ts";
import { bertParameters } from "../../nn/bert.ts";
import { type BertConfig, oneTypeRemark, readBertConfig } from "../../nn/bert-config.ts";
import { headParameters } from "../../nn/heads.ts";
import { readTokenizer, tokenizerFileNames } from "../../text/tokenizer-files.ts";
import { floatTypeWords } from "../../weights/floats.ts";
import { readText } from "../model-folder.ts";
import { familyOfNames } from "./families.ts";
import type { FloatsAt } from "./finite.ts";
import { again, refusal, withRemedy } from "./refusal.ts";
import type { WeightPlace } from "./weight-places.ts";

export interface Checked {
  readonly remarks: readonly string[];
  /** Numbers that must be finite. */
  readonly floats: readonly FloatsAt[];
}

type Json = Readonly<Record<string, unknown>>;

/** Checks an encoder's small files. Throws `model-unsupported`, `file-missing`, `file-malformed`, with a remedy. */
export async function checkEncoderFiles(
  config: Json,
  files: ReadonlyMap<string, Blob>,
  folder: string,
): Promise<{ readonly config: BertConfig; readonly pieces: number; readonly remarks: readonly string[] }> {
  const read = readBertConfig(config);
  if (!read.ok) {
    throw refusal("model-unsupported", `${folder}: config.json: ${read.why}`, again.other, {
      file: "config.json",
      what: read.why,
    });
  }
  refuseOtherVocabulary(files, folder);
  const texts = new Map<string, string>();
  try {
    for (const name of tokenizerFileNames) {
      const blob = files.get(name);
      if (blob) texts.set(name, await readText(blob, name));
    }
    const { tokenizer, remarks } = readTokenizer(texts);
    const pieces = tokenizer.vocabulary.length;
    return {
      config: read.config,
      pieces,
      remarks: [...remarks, ...oneTypeRemark(read.config), ...twoVocabularies(texts, pieces)],
    };
  } catch (error) {
    throw withRemedy(error);
  }
}

function refuseOtherVocabulary(files: ReadonlyMap<string, Blob>, folder: string): void {
  if (files.has("tokenizer.json") || files.has("vocab.txt")) return;
  const other = ["merges.txt", "vocab.json", "sentencepiece.bpe.model", "spm.model", "spiece.model"].find((name) =>
    files.has(name),
  );
  if (other === undefined) return;
  const why = `${folder} has the vocabulary of another kind of model (${other}); a BERT's is vocab.txt or tokenizer.json`;
  throw refusal("model-unsupported", why, "Choose a BERT's folder.", { file: other });
}

function twoVocabularies(texts: ReadonlyMap<string, string>, pieces: number): string[] {
  const lines = texts.has("tokenizer.json") ? texts.get("vocab.txt")?.trimEnd().split(/\r?\n/).length : undefined;
  if (lines === undefined || lines === pieces) return [];
  return [`tokenizer.json has ${pieces} pieces and vocab.txt ${lines}; tokenizer.json is the one that is read.`];
}

/** The weights against the config. Throws as `checkEncoderFiles`. */
export async function checkEncoderWeights(
  { config, pieces }: { readonly config: BertConfig; readonly pieces: number },
  weights: readonly WeightPlace[],
  folder: string,
): Promise<Checked> {
  const byName = new Map(weights.map((place) => [place.name, place]));
  refuseOtherNames([...byName.keys()], folder);
  const parameters = bertParameters(config);
  refuseSizes(config, parameters, byName, pieces, folder);
  const floats: FloatsAt[] = [];
  for (const parameter of parameters) {
    const place = placeOf(parameter, byName);
    if (!place) throw lacking(parameter, folder);
    refuseShape(parameter, place);
    if (!place.floats) throw otherNumbers(place);
    floats.push(await place.floats());
  }
  for (const parameter of headsOf(config)) {
    const place = placeOf(parameter, byName);
    if (place?.floats) floats.push(await place.floats());
  }
  return { remarks: fewPieces(pieces, config.vocabSize), floats };
}

/** Parameters of heads that a checkpoint may carry, and that are taken over. */
const headsOf = (config: BertConfig): readonly Parameter[] =>
  [{ kind: "single", labels: 1 } as const, { kind: "masked" } as const].flatMap((head) => headParameters(config, head));

/** Tables are rounded up to a multiple of 128 at most; more rows than that are of another vocabulary, or of tokens that were added. */
function fewPieces(pieces: number, rows: number): string[] {
  if (rows <= Math.ceil(pieces / 128) * 128) return [];
  return [`The tokenizer has ${pieces} pieces and the weights have rows for ${rows}: check that they are of one model.`];
}

const placeOf = ({ name, aliases }: Parameter, byName: ReadonlyMap<string, WeightPlace>): WeightPlace | undefined =>
  [name, ...aliases].map((known) => byName.get(known)).find((place) => place !== undefined);

function refuseOtherNames(names: readonly string[], folder: string): void {
  const family = familyOfNames(names);
  if (family === undefined) return;
  const why = `${folder}: config.json says BERT, and the weights are those of a ${family} by their names (${names[0]})`;
  throw refusal("model-unsupported", why, "Choose a whole BERT checkpoint.", { what: family });
}

/** Sizes that the config names, by the parameter whose axis 0 they are. */
const sizeNames: readonly (readonly [parameter: string, size: keyof BertConfig, key: string, words: string])[] = [
  ["bert.embeddings.word_embeddings.weight", "vocabSize", "vocab_size", "rows of word embeddings"],
  ["bert.embeddings.position_embeddings.weight", "maxPositions", "max_position_embeddings", "rows of position embeddings"],
  ["bert.embeddings.token_type_embeddings.weight", "typeVocabSize", "type_vocab_size", "rows of token type embeddings"],
  ["bert.embeddings.LayerNorm.weight", "hiddenSize", "hidden_size", "numbers a token"],
  ["bert.encoder.layer.0.intermediate.dense.weight", "intermediateSize", "intermediate_size", "numbers inside a layer"],
];

/** Throws with both numbers where config, weights and vocabulary are of different sizes. */
function refuseSizes(
  config: BertConfig,
  parameters: readonly Parameter[],
  byName: ReadonlyMap<string, WeightPlace>,
  pieces: number,
  folder: string,
): void {
  const differ = (file: string, got: number, words: string, key: string, expected: number) => {
    const why = `${folder}: ${file} has ${got} ${words}, and config.json says ${key} ${expected}: they are not of one model`;
    const remedy = "Fetch config.json, the vocabulary and the weights from the same place, and import them together.";
    return refusal("model-unsupported", why, remedy, { file, got, expected });
  };
  for (const [name, size, key, words] of sizeNames) {
    const parameter = parameters.find((p) => p.name === name);
    const place = parameter && placeOf(parameter, byName);
    const got = place?.shape[0];
    if (place && got !== undefined && got !== config[size]) throw differ(place.file, got, words, key, config[size]);
  }
  const layers =
    Math.max(-1, ...[...byName.keys()].map((name) => Number(/(?:^|\.)encoder\.layer\.(\d+)\./.exec(name)?.[1] ?? -1))) + 1;
  const [first] = byName.values();
  if (first && layers > 0 && layers !== config.layers)
    throw differ(first.file, layers, "layers", "num_hidden_layers", config.layers);
  if (pieces > config.vocabSize) throw differ("the tokenizer", pieces, "pieces", "vocab_size", config.vocabSize);
}

function refuseShape(parameter: Parameter, { name, shape, file }: WeightPlace): void {
  if (`${shape}` === `${parameter.shape}`) return;
  const why = `the file ${file}: ${name} has the shape [${shape}], and config.json asks for [${parameter.shape}]`;
  const remedy = "Fetch config.json and the weights from the same place, and import them together.";
  throw refusal("model-unsupported", why, remedy, { file, what: name, got: `[${shape}]`, expected: `[${parameter.shape}]` });
}

function lacking({ name, shape }: Parameter, folder: string): Error {
  const why = `${folder}: the weights have no ${name}, which a BERT of this config.json has`;
  return refusal("model-unsupported", why, "Choose a whole BERT checkpoint.", { what: name, expected: `[${shape}]` });
}

function otherNumbers({ name, type, file }: WeightPlace): Error {
  const why = `the file ${file}: ${name} has numbers of the type ${type}; only ${floatTypeWords} are read`;
  const remedy = "Choose the checkpoint with whole floats, or save it so in Python: model.float().save_pretrained(...).";
  return refusal("model-unsupported", why, remedy, { file, what: name, got: type });
}
