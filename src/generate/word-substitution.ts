// DA-Word Substitution (Ribeiro et al. 2020; App. E): few-shot examples with words changed so that the label stays. No model writes.

import type { Rng } from "../base/rng.ts";
import type { Substitutes } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import { labelsOf, textsOf } from "../tasks/shapes.ts";
import { heldSpans, withEdit } from "./augment/edits.ts";
import { withNumberAlike } from "./augment/pair-numbers.ts";
import { type Perturbation, perturbations } from "./augment/perturbations.ts";
import { withOtherName, withSynonym } from "./augment/renaming.ts";
import type { ConfigOf, Source } from "./source.ts";

/** Edits of one example at most. */
const mostEdits = 3;
const kinds = Object.keys(perturbations) as (keyof typeof perturbations)[];
const noNames: Substitutes = { names: {}, synonyms: [] };

export const wordSubstitution: Source<ConfigOf<"word-substitution">> = {
  name: "DA-Word Substitution",
  group: "augmentation",
  summary: "Real examples with names, numbers, contractions and letters changed. Names come from the graph; no model writes.",
  title: () => "DA-Word Substitution",
  needs: () => ["graph"],
  knowledge: () => ({ topics: "none", styles: "none", names: "substitutes" }),
  rounds: () => [],
  extent: (size) => size,
  exact: true,
  tries: 50,
  async attempt(i, { demonstrations, knowledge }, _, stream) {
    const from = i % Math.max(1, demonstrations.length);
    const example = demonstrations[from];
    if (!example) return undefined;
    const origin = { kind: "derived", from: [from], by: "word-substitution" } as const;
    const value = perturbed(example, knowledge.substitutes ?? noNames, stream);
    return { label: labelsOf(example)[0] ?? "", origin, parsed: { ok: true, value } };
  },
};

/** The example after one to three edits; unchanged where none of the draws can be made. */
export function perturbed(example: Example, names: Substitutes, stream: Rng): Example {
  const edits = 1 + stream.int(mostEdits);
  let now = example;
  for (let i = 0; i < edits; i++) {
    const own = stream.fork("edit", i);
    const renamed = own.next() < 0.5 ? withName(now, names, own) : undefined;
    now = renamed ?? withPerturbation(now, own) ?? now;
  }
  return now;
}

/** A labelled entity gets another name of its type; elsewhere a mention gets another name of the same thing. */
function withName(example: Example, { names, synonyms }: Substitutes, stream: Rng): Example | undefined {
  return example.kind === "token" ? withOtherName(example, names, stream) : withSynonym(example, synonyms, stream);
}

function withPerturbation(example: Example, stream: Rng): Example | undefined {
  for (const kind of stream.sample(kinds, kinds.length)) {
    if (kind === "number" && example.kind === "pair") {
      const next = withNumberAlike(example, stream);
      if (next) return next;
      continue;
    }
    const perturbation: Perturbation = perturbations[kind];
    const texts = textsOf(example);
    const of = stream.int(texts.length);
    const edit = perturbation(texts[of] as string, heldSpans(example), stream);
    const next = edit && withEdit(example, edit, of);
    if (next) return next;
  }
  return undefined;
}
