// Factuality: does a knowledge graph know what an example claims of its entities. Knows no graph, only what one answered.

import type { Example } from "../tasks/example.ts";
import { opposites, relations } from "../tasks/graph-words.ts";
import { entitiesOf } from "../tasks/shapes.ts";
import { forLabel, type Task } from "../tasks/task.ts";
import type { TopicQuery } from "../tasks/topic-query.ts";

/** An example's claim about two of its entities. */
export interface Claim {
  readonly pair: readonly [string, string];
  /** Relations that would bear the claim out; `any` for two entities that stand in one text and claim nothing more. */
  readonly asserts: readonly string[] | "any";
  /** Relations that say the opposite. */
  readonly denies: readonly string[];
}

/** A graph's answer to a claim's pair. */
export interface Answered {
  readonly named: readonly [boolean, boolean];
  readonly relations: readonly string[];
}

/**
 * `known`: the graph holds the claimed relation. `opposite`: it holds one that says the contrary. `nothing`: it has both names and neither relation.
 * `unnamed`: it lacks a name, so it cannot say. `unclaimed`: the example claims no relation, or has no two entities.
 */
export type Verdict = "known" | "opposite" | "nothing" | "unnamed" | "unclaimed";

export const verdicts = ["known", "opposite", "nothing", "unnamed", "unclaimed"] as const satisfies readonly Verdict[];

/** Relations that a task's topics ask for under a label: edges alone, not the pairs without one. */
function relationsOf(query: TopicQuery): readonly string[] {
  if (query.kind === "edges") return [query.relation];
  if (query.kind === "any" || query.kind === "first") return [...new Set(query.of.flatMap(relationsOf))];
  return [];
}

/** Relations that say the contrary of any of these. */
function contraryTo(asserted: readonly string[]): readonly string[] {
  return opposites.flatMap((pair) =>
    pair.flatMap((side, i) => {
      const words: readonly string[] = relations[side];
      return asserted.some((relation) => words.includes(relation)) ? relations[pair[1 - i] as typeof side] : [];
    }),
  );
}

/**
 * Claims of an example. A relation claims its label's relations; under a label that stands for none it claims that there is none, which a relation of
 * any other label denies. Other examples claim that each two of their entities have to do with each other.
 */
export function claimsOf(task: Task, example: Example): readonly Claim[] {
  if (example.kind !== "relation") {
    const names = [...new Set(entitiesOf(example).map((name) => name.trim()))].slice(0, mostEntities);
    return names.flatMap((a, i) => names.slice(i + 1).map((b): Claim => ({ pair: [a, b], asserts: "any", denies: [] })));
  }
  const [head = "", tail = ""] = entitiesOf(example);
  const pair = [head, tail] as const;
  const of = (label: string) => relationsOf(forLabel(task.topics, label));
  const negative = task.labels.find(({ id }) => id === example.label)?.negative ?? false;
  if (negative) {
    const positive = task.labels.filter((label) => !label.negative).flatMap(({ id }) => of(id));
    return positive.length === 0 ? [] : [{ pair, asserts: [], denies: positive }];
  }
  const asserts = of(example.label);
  return asserts.length === 0 ? [] : [{ pair, asserts, denies: contraryTo(asserts) }];
}

/** Entities of a text that are paired with each other. */
const mostEntities = 8;

/** Verdict on an example, by its best borne-out claim: one pair that the graph relates bears a text out. */
export function verdictOf(claims: readonly Claim[], answers: readonly Answered[]): Verdict {
  const each = claims.map((claim, i) => verdictOnClaim(claim, answers[i] as Answered));
  return verdicts.find((verdict) => each.includes(verdict)) ?? "unclaimed";
}

function verdictOnClaim({ asserts, denies }: Claim, { named, relations: found }: Answered): Verdict {
  if (!named[0] || !named[1]) return "unnamed";
  if (asserts === "any" ? found.length > 0 : found.some((relation) => asserts.includes(relation))) return "known";
  if (found.some((relation) => denies.includes(relation))) return "opposite";
  return asserts === "any" || asserts.length > 0 ? "nothing" : "unclaimed";
}
