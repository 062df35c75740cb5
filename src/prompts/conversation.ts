// The port of a conversation. It is a generator: prompts out, completions in, an example or a reason at the end.

import type { Rng } from "../base/rng.ts";
import type { Message, SharedPrompt } from "../engines/language-model.ts";
import type { Knowledge, Topic } from "../knowledge/topic.ts";
import type { Example } from "../tasks/example.ts";
import type { Family } from "../tasks/families.ts";
import type { ExampleOf, Task } from "../tasks/task.ts";
import type { Parsed } from "./rejections.ts";

/** Form of demonstrations in a prompt: some drawn anew, the same ones in a prefix that all requests share, or none. */
export type Mode = "shuffled" | "fixed" | "none";

/**
 * Where the paper and its released code differ: absent, the paper's. `verbatim`: the released code's with its faults, for a task whose labels it
 * describes the wrong way round.
 */
export const fidelities = ["paper", "released", "verbatim"] as const;
export type Fidelity = (typeof fidelities)[number];

/** Demonstrations of the prompt's label alone, or each after one of another label, which is named. Absent: each family's own. */
export const shownKinds = ["label", "contrast"] as const;
export type Shown = (typeof shownKinds)[number];

export interface FilledPrompt {
  readonly messages: readonly Message[];
  /** The part that is the same for every prompt of the run. */
  readonly shared?: SharedPrompt;
  readonly grammar: string;
}

export interface Prompt extends Omit<FilledPrompt, "grammar"> {
  readonly grammar?: string;
  /** Topic and style drawn for it, kept with the example. */
  readonly topic?: Topic;
  readonly style?: string;
  /** The text that the answer is written about and must not take over. */
  readonly about?: string;
}

/** Draws of a source for one prompt (section 4.2); a baseline draws nothing. */
export interface Drawn {
  readonly topic?: Topic;
  readonly style?: string;
}

export interface Context<E extends Example> {
  readonly label: string;
  /** The few-shot training set. */
  readonly demonstrations: readonly E[];
  readonly knowledge: Knowledge;
  readonly config: {
    readonly demonstrations: Mode;
    /** Marks of entities: the model's own, or those of the graph's names. */
    readonly annotation: "model" | "graph";
    /** Words of the prompts: the paper's, or those of the released code. */
    readonly fidelity?: Fidelity;
    readonly shown?: Shown;
  };
}

export type Conversation<E extends Example> = Generator<Prompt, Parsed<E>, string>;

/** Slots that a source fills for one prompt. */
export interface Ask {
  readonly label: string;
  /** ClinGen's: one entity, or head and tail of a relation. A baseline has neither topics nor a style. */
  readonly topics?: readonly string[];
  readonly style?: string;
  /** First sentence of a pair, of which the second turn speaks. */
  readonly first?: string;
}

/** A listing of Appendix F with its slots filled, as the paper prints it. */
export interface FilledListing {
  readonly number: number;
  readonly text: string;
}

/** One family's conversation: all that must agree between its prompts and its reader. */
export interface FamilyPrompts<F extends Family> {
  converse(task: Task<F>, context: Context<ExampleOf<Task<F>>>, drawn: Drawn, stream: Rng): Conversation<ExampleOf<Task<F>>>;
  /** Listings of its turns: ClinGen's where the ask has topics or a style, else the baselines'. */
  listings(task: Task<F>, ask: Ask): readonly FilledListing[];
  /** A demonstration as it stands in the conversation of its label: what a model would have to answer, turn by turn. */
  answers(task: Task<F>, example: ExampleOf<Task<F>>): readonly string[];
  /** The example that such answers give, for a prompt that names these topics. */
  read(task: Task<F>, label: string, answers: readonly string[], topics: readonly string[]): Parsed<ExampleOf<Task<F>>>;
}
