// DA-Word Substitution (Ribeiro et al. 2020; App. E): few-shot examples with words changed so that the label stays. No model writes.

import type { Rng } from "../base/rng.ts";
import type { Example } from "../tasks/example.ts";
import { labelsOf, textsOf } from "../tasks/shapes.ts";
import { type Edit, heldSpans, withEdit } from "./augment/edits.ts";
import { type Perturbation, perturbations } from "./augment/perturbations.ts";
import type { ConfigOf, Source } from "./source.ts";

/** Edits of one example at most. */
const mostEdits = 3;
const kinds = Object.keys(perturbations) as (keyof typeof perturbations)[];

export const wordSubstitution: Source<ConfigOf<"word-substitution">> = {
  name: "DA-Word Substitution",
  group: "augmentation",
  summary: "Real examples with names, numbers, contractions and letters changed. Names come from the graph; no model writes.",
  title: () => "DA-Word Substitution",
  needs: () => ["graph"],
  knowledge: () => ({ topics: "none", styles: "none", names: true }),
  rounds: () => [],
  extent: (size) => size,
  exact: true,
  tries: 50,
  async attempt(i, { task, demonstrations, knowledge }, _, stream) {
    const from = i % Math.max(1, demonstrations.length);
    const example = demonstrations[from];
    if (!example) return undefined;
    const names = task.labels.length === 1 ? knowledge.lexicon : []; // a lexicon is of one type
    const origin = { kind: "derived", from: [from], by: "word-substitution" } as const;
    return { label: labelsOf(example)[0] ?? "", origin, parsed: { ok: true, value: perturbed(example, names, stream) } };
  },
};

/** The example after one to three edits; unchanged where none of the draws can be made. */
export function perturbed(example: Example, names: readonly string[], stream: Rng): Example {
  const edits = 1 + stream.int(mostEdits);
  let now = example;
  for (let i = 0; i < edits; i++) {
    const own = stream.fork("edit", i);
    const renamed = own.next() < 0.5 ? withOtherName(now, names, own) : undefined;
    now = renamed ?? withPerturbation(now, own) ?? now;
  }
  return now;
}

/** A mention gets another name of its type. */
function withOtherName(example: Example, names: readonly string[], stream: Rng): Example | undefined {
  if (example.kind !== "token" || example.spans.length === 0 || names.length === 0) return undefined;
  const { start, end } = stream.pick(example.spans);
  return withEdit(example, { start, end, text: stream.pick(names) });
}

function withPerturbation(example: Example, stream: Rng): Example | undefined {
  for (const kind of stream.sample(kinds, kinds.length)) {
    const perturbation: Perturbation = perturbations[kind];
    const texts = textsOf(example);
    const of = stream.int(texts.length);
    const text = texts[of] as string;
    const edit = perturbation(text, heldSpans(example), stream);
    const next = edit && withEdit(example, edit, of);
    if (next) return alike(next, kind, text, edit, of);
  }
  return undefined;
}

/** Numbers of a pair change in both of its texts: one that changed in one alone would be another claim. */
function alike(
  example: Example,
  kind: keyof typeof perturbations,
  text: string,
  { start, end, text: to }: Edit,
  of: number,
): Example {
  if (kind !== "number" || example.kind !== "pair") return example;
  const from = new RegExp(`(?<![\\p{L}\\p{N}.,])${text.slice(start, end)}(?![\\p{L}\\p{N}]|[.,]\\d)`, "gu");
  const replaced = (other: string) => other.replace(from, to);
  return of === 0 ? { ...example, second: replaced(example.second) } : { ...example, first: replaced(example.first) };
}
