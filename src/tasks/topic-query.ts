// A query for a task's topics in a knowledge graph (section 4.1.1), as data. Types and relations are the graph's own words.

/** A query that a graph answers by itself. */
export type GraphQuery =
  /** Every node of some types; of those whose name ends in one of `endings`, where there are any. */
  | { readonly kind: "nodes"; readonly types: readonly string[]; readonly endings?: readonly string[] }
  /** Every edge of one relation. */
  | { readonly kind: "edges"; readonly relation: string; readonly head: string; readonly tail: string }
  /**
   * Pairs of a node of type `head` and one of type `tail` without an edge of these relations between them; without any edge, where none is named.
   * Both have such an edge to another node of the other's type, where the graph has any; else some edge.
   */
  | { readonly kind: "pairs"; readonly head: string; readonly tail: string; readonly without: readonly string[] };

export type TopicQuery =
  | GraphQuery
  /** All of them; each takes its turn. */
  | { readonly kind: "any"; readonly of: readonly GraphQuery[] }
  /** The first one that the graph holds anything of. */
  | {
      readonly kind: "first";
      readonly of: readonly (GraphQuery | { readonly kind: "any"; readonly of: readonly GraphQuery[] })[];
    };
