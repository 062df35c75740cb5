// A small whole run for the tests of its capsule: every part is there, real texts in the prompts too.

import { analyse, type TextSet } from "../../../src/analyse/analysis.ts";
import { vectorsOf } from "../../../src/analyse/vectors.ts";
import type { NotebookData } from "../../../src/experiment/notebook.ts";
import { presetConfig } from "../../../src/experiment/presets.ts";
import { basisOf } from "../../../src/experiment/training-basis.ts";
import type { LogEntry } from "../../../src/generate/log.ts";
import { type RunConfig, runId } from "../../../src/generate/run-config.ts";
import type { RunRecord } from "../../../src/report/run-record.ts";
import type { TokenExample } from "../../../src/tasks/example.ts";

export function token(text: string, ...marked: readonly string[]): TokenExample {
  const spans = marked.map((m) => ({ start: text.indexOf(m), end: text.indexOf(m) + m.length, label: "Disease" }));
  return { kind: "token", text, spans };
}

export const shown = token("Three weeks later she came back because of severe gout of the left foot .", "gout");
export const tested = token("A man of 61 years with long standing asthma was admitted on Monday .", "asthma");

export const data: NotebookData = {
  source: "ward 7",
  remarks: ["2 rows were read."],
  train: [shown],
  validation: [token("No sign of migraine was found in any of the four patients .", "migraine")],
  test: [tested, token("He was well .")],
};

const instruction = { role: "system", content: "You write clinical sentences." } as const;
const prompt = {
  role: "user",
  content: `Like this one: ${shown.text.replace("gout", "[[gout]]")} Write one about vertigo.`,
} as const;

function attempt(index: number, text: string, marked: string): LogEntry {
  const turns = [{ messages: [instruction, prompt], shared: 1, text, promptTokens: 50, completionTokens: 9 }];
  const topic = {
    entities: [
      { id: "DOID:1", name: marked, type: "Disease" },
      { id: "HP:2", name: "fever", type: "Symptom" },
    ],
    relation: "presents",
    source: "kg",
    provenance: { source: "Hetionet", licence: "CC0-1.0" },
  } as const;
  const origin = { kind: "prompted", topic, style: "a letter", turns } as const;
  return { type: "accepted", index, label: "Disease", origin, example: token(text, marked) };
}

/** The third example is a real one, word for word. */
export const entries: readonly LogEntry[] = [
  attempt(0, "The patient was treated for vertigo and went home .", "vertigo"),
  { ...attempt(1, "It rained.", "rained"), type: "rejected", reason: "topic-absent" } as unknown as LogEntry,
  attempt(2, shown.text, "gout"),
  attempt(3, "She has had asthma since childhood .", "asthma"),
].map((entry) => {
  if (entry.type !== "rejected") return entry;
  const { example: _, ...rejected } = entry as typeof entry & { example?: unknown };
  return rejected as LogEntry;
});

const set = (name: string, examples: readonly TokenExample[]): TextSet => ({
  name,
  texts: examples.map(({ text }) => text),
  marked: examples.map(({ text, spans }) => spans.map(({ start, end }) => text.slice(start, end))),
  unit: vectorsOf(examples.map((_, i) => Float32Array.from([Math.cos(i), Math.sin(i), 0]))),
});

export async function sampleRecord(): Promise<RunRecord> {
  const config = { ...presetConfig("small", { task: "bc5cdr-disease", source: "clingen" }), size: 3 };
  const runConfig: RunConfig = { task: config.task, source: config.source, seed: 1, size: 3, examples: "e", knowledge: "k" };
  const id = await runId(runConfig);
  const accepted = entries.flatMap((entry) => (entry.type === "accepted" ? [entry] : []));
  const step = {
    type: "step",
    stage: "few",
    step: 1,
    steps: 1,
    epoch: 1,
    loss: 0.5,
    learningRate: 1e-4,
    gradientNorm: 1,
    milliseconds: 9,
  } as const;
  const f1 = { precision: 1, recall: 1, f1: 1, support: 1 };
  const scores = { values: { f1: 0.625, precision: 1, recall: 0.5 }, perLabel: { Disease: f1 }, examples: 2 };
  const topics = {
    Disease: accepted.flatMap(({ origin }) => (origin.kind === "prompted" && origin.topic ? [origin.topic] : [])),
  };
  const analysis = analyse(
    set("real", [...data.validation, ...data.test] as TokenExample[]),
    [
      set(
        "synthetic",
        accepted.map(({ example }) => example as TokenExample),
      ),
    ],
    { shown: set("shown", [shown]) },
  );
  return {
    notebook: {
      id: "n1",
      createdAt: 5,
      updatedAt: Date.UTC(2025, 0, 2),
      title: "Disease names, a run",
      config,
      data,
      knowledge: {
        topics,
        styles: [{ name: "a letter", source: "paper" }],
        lexicon: ["vertigo"],
        alternatives: { Disease: { gout: ["podagra"] } },
      },
      run: id,
      training: {
        device: "wasm",
        basis: basisOf(config, id, 3, { train: "a", validation: "b", test: "c" }),
        history: [step],
        results: {
          few: {
            scores,
            predicted: [
              { kind: "token", spans: [] },
              { kind: "token", spans: [] },
            ],
          },
          synthetic: { scores, predicted: [tested, data.test[1] as TokenExample] },
        },
      },
      spent: { train: 2000 },
    },
    log: { state: { id, config: runConfig, next: 4 }, entries },
    answers: [
      {
        messages: [prompt],
        seed: 1,
        completion: { text: "vertigo", promptTokens: 1, completionTokens: 1, finish: "stop" } as never,
      },
    ],
    analysis: JSON.parse(JSON.stringify(analysis)),
    models: [
      {
        role: "encoder",
        id: "minilm",
        name: "MiniLM",
        licence: "Apache-2.0",
        files: [{ name: "model.safetensors", bytes: 9, sha256: "a".repeat(64) }],
      },
    ],
  };
}
