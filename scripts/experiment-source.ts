// The config of a source in an experiment file or a batch's: the preset's, with what the file changes. Every fault names its field.

import type { Field } from "../src/base/json-field.ts";
import { scriptedId } from "../src/engines/catalogue.ts";
import { mostExamples, type Preset } from "../src/experiment/experiment-config.ts";
import { presetSource } from "../src/experiment/presets.ts";
import type { ConfigOf, MaskTuning, SourceConfig, SourceKind, Writer } from "../src/generate/source.ts";
import { sourceKinds, withWriter, writerOf } from "../src/generate/sources.ts";
import { topicOrigins } from "../src/knowledge/gather.ts";
import { type Manifest, modelEntry } from "../src/models/manifest.ts";
import { fidelities, shownKinds } from "../src/prompts/conversation.ts";

/** The manifest, and the models that wrote answers elsewhere. */
export interface Models extends Manifest {
  readonly elsewhere?: readonly string[];
}

export function writerField(given: Field, models: Models): string {
  const { elsewhere = [] } = models;
  const isKnown = given.value === scriptedId || elsewhere.some((id) => id === given.value);
  return isKnown ? given.text() : modelOf(given, models, "language-model");
}

export function modelOf(given: Field, manifest: Manifest, kind: string): string {
  const id = given.text();
  const ids = manifest.models.filter((entry) => entry.kind === kind).map((entry) => entry.id);
  if (!ids.includes(id)) throw given.fault(`takes ${ids.join(", ")} (models/manifest.json)`);
  return modelEntry(manifest, id).id;
}

/** Readers of the fields of a source's config. */
const sourceFields: Readonly<Record<string, (given: Field, manifest: Models) => unknown>> = {
  kind: (given) => given.oneOf(sourceKinds),
  topics: (given) => given.oneOf(Object.keys(topicOrigins)),
  styles: (given) => given.oneOf(["llm", "paper", "none"]),
  round: (given) => given.wholeNumber(1, mostExamples),
  influenceFrom: (given) => given.wholeNumber(1, mostExamples),
  validation: (given) => given.oneOf(["synthetic-rce", "few-shot-ce"]),
  draws: (given) => given.oneOf(["uniform", "deficit"]),
  marks: (given) => given.oneOf(["model", "graph"]),
  alpha: (given) => given.above(0),
  layers: (given) => given.list().map((layer) => layer.wholeNumber(1, 12)),
  variant: (given) => given.oneOf(["whole", "window", "same-tags"]),
  window: (given) => given.wholeNumber(1, 512),
  filter: (given) => given.flag(),
  tuning: (given) => {
    const of = given.object(Object.keys(tuningFields));
    return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, tuningFields[name as keyof MaskTuning](value)]));
  },
  writer: (given, manifest) => {
    const of = given.object(Object.keys(writerFields));
    return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, writerFields[name]?.(value, manifest)]));
  },
};

type Optional<C> = { [K in keyof C]-?: Record<never, never> extends Pick<C, K> ? K : never }[keyof C];
type WithOptional = { [K in SourceKind]: [Optional<ConfigOf<K>>] extends [never] ? never : K }[SourceKind];

/** Fields that a source may have, and that no preset names. */
const optionalFields: { readonly [K in WithOptional]: readonly Optional<ConfigOf<K>>[] } = {
  clingen: ["draws"],
  zerogen: ["marks"],
};

const tuningFields: Readonly<Record<keyof MaskTuning, (given: Field) => number>> = {
  epochs: (given) => given.wholeNumber(1, 200),
  learningRate: (given) => given.number(0, 1),
  batchSize: (given) => given.wholeNumber(1, 256),
  maxTokens: (given) => given.wholeNumber(16, 512),
  warmup: (given) => given.number(0, 1),
  weightDecay: (given) => given.number(0, 1),
  dropout: (given) => given.number(0, 1),
  maskRate: (given) => given.number(0, 1),
};

const writerFields: Readonly<Record<string, (given: Field, manifest: Models) => unknown>> = {
  model: writerField,
  demonstrations: (given) => given.oneOf(["shuffled", "fixed", "none"]),
  grammar: (given) => given.flag(),
  fidelity: (given) => given.oneOf(fidelities),
  shown: (given) => given.oneOf(shownKinds),
  uncopied: (given) => given.wholeNumber(0, 1000),
  candidates: (given) => given.wholeNumber(1, 100),
  sampling: (given) => {
    const { temperature, topP, maxTokens } = given.object(["temperature", "topP", "maxTokens"]);
    return {
      ...(temperature ? { temperature: temperature.number(0, 2) } : {}),
      ...(topP ? { topP: topP.number(0, 1) } : {}),
      ...(maxTokens ? { maxTokens: maxTokens.wholeNumber(1, 32_768) } : {}),
    };
  },
};

/** The preset's config of the kind, with what the file changes. */
export function readSource(given: Field, preset: Preset, manifest: Models): SourceConfig {
  const { kind } = given.object(Object.keys(sourceFields));
  if (!kind) throw new Error(`${given.name} has no "kind"`);
  const before = presetSource(preset, kind.oneOf<SourceKind>(sourceKinds));
  const more = (optionalFields as Readonly<Partial<Record<SourceKind, readonly string[]>>>)[before.kind] ?? [];
  const names = [...new Set([...Object.keys(before), ...more])];
  const changes = Object.entries(given.object(names)).map(([name, of]) => [name, sourceFields[name]?.(of, manifest)]);
  const { writer, tuning, ...rest } = Object.fromEntries(changes) as { writer?: Partial<Writer>; tuning?: Partial<MaskTuning> };
  const tuned = tuning && "tuning" in before ? { tuning: { ...before.tuning, ...tuning } } : {};
  const source = { ...before, ...rest, ...tuned } as SourceConfig;
  const asked = writerOf(before);
  return asked && writer ? withWriter(source, { ...writer, sampling: { ...asked.sampling, ...writer.sampling } }) : source;
}
