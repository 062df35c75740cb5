// Topics and styles (section 4.1), which enrich a prompt, each with its provenance. Knows no graph and no model.

import type { Alternatives } from "./alternatives.ts";

export interface Entity {
  /** The graph's id (`DOID:10652`); absent for a language model's topic. */
  readonly id?: string;
  /** As it enters a prompt. */
  readonly name: string;
  /** Node type or entity type, for instance `Disease`. */
  readonly type: string;
}

/** Provenance of a fact, and its terms. It follows every example into each export. */
export interface EdgeProvenance {
  readonly source: string; // "Disease Ontology"
  readonly licence: string; // SPDX id or the source's own words
}

export interface Topic {
  readonly entities: readonly Entity[];
  readonly relation?: string;
  readonly source: "kg" | "llm" | "list";
  readonly provenance?: EdgeProvenance;
}

export interface Style {
  /** As it enters a prompt, for instance `medical literature`. */
  readonly name: string;
  readonly source: "paper" | "llm" | "user";
}

/** Names that word substitution puts in the place of others. */
export interface Substitutes {
  /** Names of a label's own kind of thing, by the label's id. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** Names of one thing each, of which the real examples mention one. */
  readonly synonyms: readonly (readonly string[])[];
}

/** The candidate sets that a method draws from (section 4.2): the same for the whole run. */
export interface Knowledge {
  topicsFor(label: string): readonly Topic[];
  readonly styles: readonly Style[];
  /** Names of the label's own entity type, in lower case but for abbreviations, for marking sentences (`annotation: "graph"`); empty when unknown. */
  readonly lexicon: readonly string[];
  /** Names for the mentions of the few-shot examples; there where a source asks for them. */
  readonly alternatives?: Alternatives;
  /** For word substitution alone. */
  readonly substitutes?: Substitutes;
}

/** Knowledge as plain data, for storing, hashing and crossing a worker's border. */
export interface KnowledgeData {
  readonly topics: Readonly<Record<string, readonly Topic[]>>; // by label id
  readonly styles: readonly Style[];
  readonly lexicon: readonly string[];
  readonly alternatives?: Alternatives;
  readonly substitutes?: Substitutes;
}

export function knowledgeOf({ topics, ...data }: KnowledgeData): Knowledge {
  return { topicsFor: (label) => topics[label] ?? [], ...data };
}

/** Knowledge of a source that needs none. */
export const noKnowledge: KnowledgeData = { topics: {}, styles: [], lexicon: [] };
