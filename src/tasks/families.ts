// The families of tasks: the shape of their examples and the words that their listings need (Appendix F). Knows no prompt.

import type { Shape } from "./example.ts";

/** One end of a relation. */
export interface EntityRole {
  /** [entity0] or [entity1] of the listings. */
  readonly word: string;
  /** Entity type: the label of its span, and its field in ClinGen's rows. */
  readonly type: string;
  /** Sign that the corpus has in every text instead of the entity's name. */
  readonly mask?: string;
}

/** Fields of a task beyond its labels, by the shape of its examples. */
export interface ShapeData {
  readonly token: object;
  /** Labels of an example: exactly one; none, one or several; or at least one. */
  readonly sentence: { readonly carries: "one" | "any" | "some" };
  readonly relation: { readonly head: EntityRole; readonly tail: EntityRole };
  readonly pair: object;
}

export interface Families {
  /** Named entity recognition: Listings 2 and 8. */
  readonly ner: {
    readonly shape: "token";
    readonly words: {
      /** [domain] */
      readonly domain: string;
    };
  };
  /** Attribute extraction: Listings 3 and 9. */
  readonly attribute: {
    readonly shape: "token";
    readonly words: {
      /** The listings' "clinical attributes" */
      readonly domain: string;
    };
  };
  /** Text classification: Listings 4 and 10. */
  readonly classification: {
    readonly shape: "sentence";
    readonly words: {
      /** [domain] */
      readonly domain: string;
    };
  };
  /** Relation extraction: Listings 5 and 11; [entity0] and [entity1] are head and tail. */
  readonly relation: {
    readonly shape: "relation";
    readonly words: {
      /** [domain] */
      readonly domain: string;
    };
  };
  /** NLI, fact verification, similarity: Listings 6, 7, 12 and 13. */
  readonly pair: {
    readonly shape: "pair";
    readonly words: {
      /** [domain] of Listings 7 and 13 */
      readonly domain: string;
      /** [content] of Listings 6 and 12 */
      readonly firstContent: string;
      /** [content] of Listings 7 and 13 */
      readonly secondContent: string;
    };
  };
}

export type Family = keyof Families;

interface FamilyRow {
  /** As a heading over its tasks. */
  readonly name: string;
  /** Listings of Appendix F: the one for styles, ClinGen's and the baselines'. */
  readonly listings: readonly number[];
  /** Entities that a topic names. */
  readonly topic: "entity" | "pair";
  /** Longest name of a topic in characters (released code). */
  readonly longestTopic: number;
  /** Its examples mark entities in their texts, as a lexicon can. */
  readonly marks: boolean;
}

export const families: { readonly [F in Family]: FamilyRow } = {
  ner: { name: "Entities in a text", listings: [1, 2, 8], topic: "entity", longestTopic: 40, marks: true },
  attribute: { name: "Attributes in a text", listings: [1, 3, 9], topic: "entity", longestTopic: 30, marks: false },
  classification: {
    name: "Topics of a text",
    listings: [1, 4, 10],
    topic: "entity",
    longestTopic: Number.POSITIVE_INFINITY,
    marks: false,
  },
  relation: {
    name: "Relation of two entities",
    listings: [1, 5, 11],
    topic: "pair",
    longestTopic: Number.POSITIVE_INFINITY,
    marks: false,
  },
  pair: { name: "Two texts side by side", listings: [1, 6, 7, 12, 13], topic: "entity", longestTopic: 30, marks: false },
};

/** Every family's shape is one that there is. */
export type FamilyShape<F extends Family> = Families[F]["shape"] & Shape;
