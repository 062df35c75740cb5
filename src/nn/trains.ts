// The trainable part of a BERT: everything, the last layers, the biases, the head, low-rank additions or a prefix. Knows no graph and no weights.

import type { Parameter } from "../graph/parameter.ts";

export type Trains =
  | { readonly kind: "all" }
  /** The last so many layers and the head. */
  | { readonly kind: "layers"; readonly last: number }
  /** BitFit (Ben Zaken et al. 2022): biases and the head. */
  | { readonly kind: "biases" }
  /** The head alone. */
  | { readonly kind: "head" }
  /** LoRA (Hu et al. 2022), and the head. The additions are multiplied by alpha / rank. */
  | {
      readonly kind: "lora";
      readonly rank: number;
      readonly alpha: number;
      /** Matrices that are added to: queries and values, as the paper of LoRA has it and where absent; attention's four; or all of a layer. */
      readonly targets?: LoraTargets;
    }
  /** Prefix tuning (Li and Liang 2021), and the head: keys and values before every layer's own, over an encoder that is frozen (prefix.ts). */
  | { readonly kind: "prefix"; readonly length: number; readonly width: number };

export type LoraTargets = keyof typeof adapted;

/** Matrices of the encoder that LoRA adds to, by the name of their layer. */
const adapted = {
  "query-value": /^bert\.encoder\.layer\.\d+\.attention\.self\.(query|value)$/,
  attention: /^bert\.encoder\.layer\.\d+\.attention\./,
  all: /^bert\.encoder\.layer\.\d+\./,
};

export const everything: Trains = { kind: "all" };

/** Begins the names of label words' tensors (heads.ts): rows of the frozen table and their weights, which no training changes. */
export const labelWords = "label_words.";

/** The names of the two factors of an addition: down [rank, in], up [out, rank]. */
export const loraNames = (layer: string) => ({ down: `${layer}.lora_A.weight`, up: `${layer}.lora_B.weight` });

/** The factors for each matrix that LoRA adds to: down drawn as BERT draws its weights, up zero, so that nothing changes at first. */
export function loraParameters(parameters: readonly Parameter[], trains: Trains, deviation: number): Parameter[] {
  if (trains.kind !== "lora") return [];
  const targets = adapted[trains.targets ?? "query-value"];
  return parameters.flatMap(({ name, shape }): Parameter[] => {
    const layer = name.replace(/\.weight$/, "");
    if (shape.length !== 2 || !targets.test(layer)) return [];
    const [out, into] = shape as [number, number];
    const { down, up } = loraNames(layer);
    return [
      { name: down, shape: [trains.rank, into], aliases: [], missing: { deviation } },
      { name: up, shape: [out, trains.rank], aliases: [], missing: "zeros" },
    ];
  });
}

/** Number of frozen layers from the input on, embeddings included: their outputs are the same at each step. 0 for none. */
export function frozenLayers(trains: Trains, layers: number): number {
  return trains.kind === "head" ? layers : trains.kind === "layers" ? layers - trains.last : 0;
}

/** Names of the frozen parameters, of an encoder of so many layers with its head. */
export function frozen(parameters: readonly Parameter[], trains: Trains, layers: number): ReadonlySet<string> {
  const names = parameters.map(({ name }) => name);
  return new Set(names.filter((name) => !isTrained(name, trains, layers)));
}

function isTrained(name: string, trains: Trains, layers: number): boolean {
  if (name.startsWith(labelWords)) return false;
  if (/^classifier\.|^cls\.|^prompt\.|^bert\.pooler\./.test(name)) return true;
  switch (trains.kind) {
    case "all":
      return true;
    case "layers": {
      const layer = /^bert\.encoder\.layer\.(\d+)\./.exec(name)?.[1];
      return layer !== undefined && Number(layer) >= layers - trains.last;
    }
    case "biases":
      return name.endsWith(".bias");
    case "head":
    case "prefix":
      return false;
    case "lora":
      return /\.lora_[AB]\.weight$/.test(name);
    default:
      return trains satisfies never;
  }
}

/** A prefix is read by every token of every layer: one as long as a text would cost as much as the text. */
const longestPrefix = 512;

/** A sentence about what cannot be, or undefined. */
export function trainsProblem(trains: Trains, layers: number, hiddenSize: number): string | undefined {
  const whole = (n: number, most: number) => Number.isInteger(n) && n >= 1 && n <= most;
  if (trains.kind === "layers" && !whole(trains.last, layers))
    return `the last ${trains.last} of ${layers} layers cannot be trained`;
  if (trains.kind === "prefix" && !whole(trains.length, longestPrefix))
    return `the prefix has ${trains.length} vectors; expected 1 to ${longestPrefix}`;
  if (trains.kind === "prefix" && !whole(trains.width, Number.MAX_SAFE_INTEGER))
    return `the prefix's width is ${trains.width}; expected 1 or more`;
  if (trains.kind !== "lora") return undefined;
  if (!whole(trains.rank, hiddenSize)) return `LoRA's rank is ${trains.rank}; expected 1 to ${hiddenSize}`;
  return trains.alpha > 0 ? undefined : `LoRA's alpha is ${trains.alpha}; expected more than 0`;
}
