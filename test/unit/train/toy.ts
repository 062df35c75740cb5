// A toy vocabulary and toy examples, small enough to learn in seconds: words of sickness are diseases.

import { rng } from "../../../src/base/rng.ts";
import type { Classifier } from "../../../src/classifier/classifier.ts";
import { outputNames } from "../../../src/classifier/task-head.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { PairExample, Span, TokenExample } from "../../../src/tasks/example.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { readTokenizer } from "../../../src/text/tokenizer-files.ts";
import { linearTrainer } from "./linear-trainer.ts";

const plain = ["the", "patient", "had", "no", "and", "was", "seen", "today", "with", "a"];
const sick = ["fever", "cough", "asthma", "gout", "lupus", "flu"];

export const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...plain, ...sick, "##s", ".", ","];
export const vocabularyText = `${vocabulary.join("\n")}\n`;
export const tokenizerFiles = new Map([["vocab.txt", vocabularyText]]);

/** Sentences of plain words with one-word diseases, each marked. */
export function tokenExamples(n: number, seed: number): TokenExample[] {
  const stream = rng("toy token", seed);
  return Array.from({ length: n }, () => {
    const spans: Span[] = [];
    let text = "";
    const count = 2 + stream.int(10);
    for (let i = 0; i < count; i++) {
      if (text !== "") text += " ";
      const ill = i === 1 || stream.next() < 0.2;
      const word = ill ? `${stream.pick(sick)}${stream.next() < 0.3 ? "s" : ""}` : stream.pick(plain);
      if (ill) spans.push({ start: text.length, end: text.length + word.length, label: "Disease" });
      text += word;
    }
    return { kind: "token", text, spans };
  });
}

/** Pairs that are equivalent when the second names the disease of the first. */
export function pairExamples(n: number, seed: number): PairExample[] {
  const stream = rng("toy pair", seed);
  return Array.from({ length: n }, (_, i) => {
    const disease = stream.pick(sick);
    const other = i % 2 === 0 ? disease : stream.pick(sick.filter((s) => s !== disease));
    const label = i % 2 === 0 ? "equivalent" : "not_equivalent";
    return { kind: "pair", first: `the patient had ${disease}`, second: `${stream.pick(plain)} ${other}`, label };
  });
}

/** Pairs that are equivalent when the second names any disease: what a model of single words can learn. */
export function easyPairExamples(n: number, seed: number): PairExample[] {
  const stream = rng("toy easy pair", seed);
  return Array.from({ length: n }, (_, i) => {
    const yes = i % 2 === 0;
    const second = `${stream.pick(plain)} ${stream.pick(yes ? sick : plain)}`;
    return { kind: "pair", first: "the patient", second, label: yes ? "equivalent" : "not_equivalent" };
  });
}

/** A classifier of single words over the toy vocabulary: everything but the BERT. */
export function linearClassifier(task: Task = bc5cdrDisease): Classifier {
  const names = outputNames(task);
  const seen = new Set<string>();
  return {
    task,
    names,
    maxTokens: 64,
    initialised: [],
    remarks: [],
    trains: { kind: "all" },
    variant: "plain",
    query: [],
    fixed: undefined,
    trainer: linearTrainer({ vocabulary: vocabulary.length, outputs: names.length, perToken: task.shape === "token" }),
    encoder: {
      config: {
        vocabSize: vocabulary.length,
        hiddenSize: 8,
        layers: 1,
        heads: 1,
        intermediateSize: 8,
        maxPositions: 64,
        typeVocabSize: 2,
        layerNormEpsilon: 1e-12,
        initializerRange: 0.02,
      },
      configJson: { model_type: "bert", _name_or_path: "somebody/toy" },
      tokenizer: readTokenizer(tokenizerFiles).tokenizer,
      tokenizerFiles,
      remarks: [],
    },
    compiles: (use, rows, tokens) => seen.size < seen.add(`${use} ${rows} ${tokens}`).size,
    close: async () => {},
  };
}

export const toyTasks = { token: bc5cdrDisease, pair: mqp } as const;
