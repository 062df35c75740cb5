// KGPC (Chen et al. 2023; App. E), re-implemented: real examples with other names of the graph, and a training with a question. No model writes.

import type { Rng } from "../base/rng.ts";
import { type Alternatives, alternativesOf } from "../knowledge/alternatives.ts";
import type { Example } from "../tasks/example.ts";
import { labelsOf } from "../tasks/shapes.ts";
import { withEdit } from "./augment/edits.ts";
import type { ConfigOf, Source } from "./source.ts";

export const kgpc: Source<ConfigOf<"kgpc">> = {
  name: "KGPC (re-implementation; generation half from the abstract)",
  group: "augmentation",
  summary:
    "Real examples with names of the graph that have similar relations, and a training that contrasts a question with the words. For named entities.",
  title: () => "KGPC (re-implementation; generation half from the abstract)",
  needs: () => ["graph"],
  knowledge: () => ({ topics: "none", styles: "none", alternatives: true }),
  rounds: () => [],
  extent: (size) => size,
  families: ["ner"],
  exact: true,
  tries: 50,
  training: () => ({ kind: "kgpc" }),
  async attempt(i, { demonstrations, knowledge }, _, stream) {
    const from = i % Math.max(1, demonstrations.length);
    const example = demonstrations[from];
    if (!example) return undefined;
    const origin = { kind: "derived", from: [from], by: "kgpc" } as const;
    return {
      label: labelsOf(example)[0] ?? "",
      origin,
      parsed: { ok: true, value: withOtherNames(example, knowledge.alternatives, stream) },
    };
  },
};

/** Each mention that the graph knows others for gets one of them, the same wherever it stands. Without any the example is as it was. */
export function withOtherNames(example: Example, alternatives: Alternatives | undefined, stream: Rng): Example {
  if (example.kind !== "token") return example;
  const { text, spans } = example;
  let now: Example = example;
  // From the last to the first: an edit moves what stands behind it.
  for (const { start, end, label } of [...spans].sort((a, b) => b.start - a.start)) {
    const mention = text.slice(start, end);
    const names = alternativesOf(alternatives, label, mention);
    if (names.length === 0) continue;
    now = withEdit(now, { start, end, text: stream.fork(label, mention).pick(names) }) ?? now;
  }
  return now;
}
