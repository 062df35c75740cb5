// Mentions that get another name: of the same type where the name is labelled, of the same thing elsewhere. Knows no graph.

import type { Rng } from "../../base/rng.ts";
import { mentions } from "../../knowledge/lexicon.ts";
import type { Example, TokenExample } from "../../tasks/example.ts";
import { textsOf } from "../../tasks/shapes.ts";
import { type Edit, heldSpans, withEdit } from "./edits.ts";

/** The name with a capital where what it replaces begins with one, as at the start of a sentence. */
function inCaseOf(written: string, name: string): string {
  return /^\p{Lu}\P{Lu}*$/u.test(written) ? name.charAt(0).toUpperCase() + name.slice(1) : name;
}

/** A labelled mention gets another name of its label. */
export function withOtherName(
  example: TokenExample,
  names: Readonly<Record<string, readonly string[]>>,
  stream: Rng,
): Example | undefined {
  const spans = example.spans.filter(({ label }) => (names[label]?.length ?? 0) > 0);
  if (spans.length === 0) return undefined;
  const { start, end, label } = stream.pick(spans);
  const name = stream.pick(names[label] as readonly string[]);
  return withEdit(example, { start, end, text: inCaseOf(example.text.slice(start, end), name) });
}

interface Mention {
  readonly name: string;
  readonly others: readonly string[];
  /** In each text of the example. */
  readonly edits: readonly (readonly Omit<Edit, "text">[])[];
}

/** A mention outside the entities gets another name of the same thing; in a pair, everywhere in both texts, and only where both have it. */
export function withSynonym(example: Example, sets: readonly (readonly string[])[], stream: Rng): Example | undefined {
  const lower = textsOf(example).map((text) => text.toLowerCase());
  const found = sets.flatMap((set) => {
    const there = set.filter((name) => lower.every((text) => text.includes(name.toLowerCase()))); // cheaper than looking for words
    return there.flatMap((name) => mentionOf(example, set, name) ?? []);
  });
  if (found.length === 0) return undefined;
  const { others, edits } = stream.pick(found);
  const other = stream.pick(others);
  let now: Example | undefined = example;
  for (const [of, places] of edits.entries()) {
    for (const { start, end } of places.toReversed()) {
      const written = (textsOf(example)[of] as string).slice(start, end);
      now = now && withEdit(now, { start, end, text: inCaseOf(written, other) }, of);
    }
  }
  return now;
}

/** Undefined where the name does not stand as it is, stands in an entity, or in one of two texts alone. */
function mentionOf(example: Example, set: readonly string[], name: string): Mention | undefined {
  const held = heldSpans(example);
  const edits = textsOf(example).map((text) =>
    mentions(text, name).filter(({ start, end }) => text.slice(start, end).toLowerCase() === name.toLowerCase()),
  );
  const isFree = edits.every((of) => of.every(({ start, end }) => held.every((span) => end <= span.start || span.end <= start)));
  if (!isFree || edits.some((of) => of.length === 0)) return undefined;
  const written = textsOf(example).join("\n").toLowerCase();
  const others = set.filter((other) => other !== name && !written.includes(other.toLowerCase()));
  return others.length > 0 ? { name, others, edits } : undefined;
}
