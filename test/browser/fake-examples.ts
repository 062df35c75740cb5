// Texts that the fakes of a page write: topics, marked sentences, attempts of a log. Knows no service.

import type { AttemptEntry } from "../../src/generate/log.ts";
import type { RejectReason, Turn } from "../../src/generate/source.ts";
import type { Topic } from "../../src/knowledge/topic.ts";
import type { TokenExample } from "../../src/tasks/example.ts";

/** Diseases that the fakes write of. */
export const names = [
  "asthma",
  "hepatitis B",
  "migraine",
  "nephrotic syndrome",
  "pulmonary embolism",
  "vertigo",
  "cystic fibrosis",
];

export const topic = (i: number): Topic => ({
  entities: [{ id: `DOID:${1000 + i}`, name: names[i % names.length] ?? "", type: i % 3 === 2 ? "Symptom" : "Disease" }],
  source: "kg",
  provenance: { source: i % 3 === 2 ? "Hetionet" : "Disease Ontology", licence: "CC0-1.0" },
});

export function token(text: string, ...marked: string[]): TokenExample {
  const spans = marked.map((m) => ({ start: text.indexOf(m), end: text.indexOf(m) + m.length, label: "Disease" }));
  return { kind: "token", text, spans: spans.sort((a, b) => a.start - b.start) };
}

const reasons: readonly RejectReason[] = ["topic-absent", "no-entity", "duplicate", "truncated"];

/** Entry i of a log in which every third attempt is thrown away. */
export function entry(i: number): AttemptEntry {
  const name = names[i % names.length] ?? "";
  const style = i % 2 ? "medical literature" : "patient-doctor dialogues";
  const text = `After two weeks of treatment the patient with ${name} no longer complained of fever (case ${i + 1}).`;
  const messages = [{ role: "user", content: `Write one sentence in the style of ${style} that mentions ${name}.` }] as const;
  const common = { index: i, label: "Disease" };
  const origin = (turn: Turn) => ({ kind: "prompted" as const, turns: [turn], topic: topic(i), style });
  const turn = { messages, text, promptTokens: 60, completionTokens: 22 };
  if (i % 3 !== 2) return { type: "accepted", ...common, origin: origin(turn), example: token(text, name, "fever") };
  const reason = reasons[(i * 7) % reasons.length] ?? "empty";
  return {
    type: "rejected",
    ...common,
    reason,
    origin: origin({ ...turn, text: `The weather was mild that day, attempt ${i + 1}.` }),
  };
}
