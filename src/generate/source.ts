// The port of a source of training data, which turns the few real examples into more. Knows no engine, no family and no store.

import type { Rng } from "../base/rng.ts";
import type { LanguageModel, Message, Sampling } from "../engines/language-model.ts";
import type { TopicOrigin } from "../knowledge/gather.ts";
import type { Knowledge, Topic } from "../knowledge/topic.ts";
import type { Fidelity, Shown } from "../prompts/conversation.ts";
import type { Parsed } from "../prompts/rejections.ts";
import type { Example, Shape } from "../tasks/example.ts";
import type { Family } from "../tasks/families.ts";
import type { Task } from "../tasks/task.ts";
import type { MethodOf, TrainingMethod } from "../train/training-method.ts";
import type { Choice, Past } from "./history.ts";
import type { MaskFiller } from "./mask-filler.ts";

/** A language model that writes texts, and how it is asked. */
export interface Writer {
  /** In a choice (experiment/): id in the catalogue, or "scripted". In a run (RunConfig): LanguageModel.id, engine and model. */
  readonly model: string;
  readonly sampling: Sampling;
  /**
   * `shuffled`: three, drawn anew for each prompt, after the listing (released code). `fixed`: the same ones in a prefix that all
   * requests share, which an engine's cache serves. `none`: the listing alone.
   */
  readonly demonstrations: "shuffled" | "fixed" | "none";
  /** Holds the engine to the task's grammar. */
  readonly grammar: boolean;
  /** Words of the prompts and the reading of their answers: the paper's where absent, or the released code's. */
  readonly fidelity?: Fidelity;
  // Choices for small writers (docs/small-models.md). Absent: the paper's.
  /** Labels of the demonstrations, where a prompt asks for one label. */
  readonly shown?: Shown;
  /** A second text of a pair takes over fewer than so many words in a row from the first, or is thrown away; 0 as absent. */
  readonly uncopied?: number;
  /** Completions drawn for a prompt that names its label; the one stays whose words speak most for that label, and not for another. */
  readonly candidates?: number;
}

/** A union: no field that means nothing for its kind. A new kind is a row here, in sources.ts and in experiment/presets.ts. */
export type SourceConfig =
  /** Supervised-Few: the few-shot examples alone. */
  | { readonly kind: "none" }
  /** Supervised-Full: the task's real training rows beyond the few-shot set. */
  | { readonly kind: "gold" }
  | {
      readonly kind: "zerogen";
      /** In runs of 0.1.0, which could name it here to no effect: it is part of their id. */
      readonly marks?: "graph";
      readonly writer: Writer;
    }
  /** ZeroGen's prompt with few-shot examples in it. */
  | { readonly kind: "demogen"; readonly writer: Writer }
  /** Few-shot examples with words changed (App. E). */
  | { readonly kind: "word-substitution" }
  /** The graph's names of the same type, like the mention's own, in few-shot examples; then a training that contrasts a question with the words (KGPC). */
  | { readonly kind: "kgpc" }
  /** A frozen encoder behind a trained prefix, with label words for its head (LightNER): no examples are made. */
  | { readonly kind: "lightner" }
  /** Few-shot examples translated there and back by the language model (App. E). */
  | { readonly kind: "back-translation"; readonly writer: Writer }
  /** Hidden states of few-shot examples mixed in training (App. E). */
  | MethodOf<"tmix">
  /** Tokens of few-shot sequences mixed for training (App. E). */
  | MethodOf<"seqmix">
  /** Few-shot examples with words filled in by a masked model, which reads the label before the text (App. E). */
  | { readonly kind: "conditional-mlm"; readonly tuning: MaskTuning }
  /** Few-shot sentences with entities filled in by a masked model, which reads tags around their words (App. E). */
  | {
      readonly kind: "melm";
      readonly tuning: MaskTuning;
      /** Keeps what a classifier of the few-shot set labels alike. In the paper of the method; not in its code. */
      readonly filter: boolean;
    }
  /** The language model labels the test items itself. */
  | { readonly kind: "in-context"; readonly writer: Writer }
  /** DemoGen's prompt in rounds: feedback of a classifier chooses what the next prompts show. */
  | {
      readonly kind: "progen";
      /** Examples of the first round. Original: 100. */
      readonly round: number;
      /** Examples from which on influence chooses; before, chance does. Original: more than 10,000. */
      readonly influenceFrom: number;
      readonly validation: InfluenceValidation;
      readonly writer: Writer;
    }
  | {
      readonly kind: "clingen";
      /** ClinGen with KG or with LLM (section 4.1.1), with both, or without topics (Table 3). */
      readonly topics: TopicOrigin;
      /** Asked of the language model (4.1.2), the paper's examples, or none (Table 3). */
      readonly styles: StyleOrigin;
      /** Marks of entities: the model's own (paper), or the graph's: the topic and every name that it knows, and nothing else. */
      readonly marks: "model" | "graph";
      /** How topics and styles are drawn: uniformly (paper, and where absent), or what the run has covered least. */
      readonly draws?: "uniform" | "deficit";
      readonly writer: Writer;
    };

/** Settings of a masked model's fine-tuning on the few-shot set. */
export interface MaskTuning {
  readonly epochs: number;
  /** Peak rate; linear decay to 0 after the warm-up. */
  readonly learningRate: number;
  readonly batchSize: number;
  /** Longer inputs are cut, special tokens counted: what is beyond is neither learnt from nor changed. */
  readonly maxTokens: number;
  /** Share of the steps in which the rate rises linearly from 0. */
  readonly warmup: number;
  readonly weightDecay: number;
  readonly dropout: number;
  /** Share of the places that training masks. */
  readonly maskRate: number;
}

/** Examples that influence is measured on: some of the synthetic ones by reverse cross-entropy, or the few-shot validation set by cross-entropy. */
export type InfluenceValidation = "synthetic-rce" | "few-shot-ce";

export type StyleOrigin = "llm" | "paper" | "none";

export type SourceKind = SourceConfig["kind"];
export type ConfigOf<K extends SourceKind> = Extract<SourceConfig, { kind: K }>;

/** Sources whose prompts are steered by topics and styles. */
export type Steered = Extract<SourceConfig, KnowledgeChoice>;

/** A thing that a source asks for. Pages, plan and scripts ask for needs, and compare no kinds. */
export type Need =
  | "writer" // a language model that writes the texts
  | "demonstrations" // few-shot examples in its prompts
  | "topics" // KnowledgeData.topics
  | "styles" // KnowledgeData.styles
  | "graph" // an imported knowledge graph, for topics or marks
  | "suggestions" // a language model asked for topics or styles
  | "gold" // real training rows beyond the few-shot set
  | "test" // the test items, without their labels
  | "encoder" // a classifier that is trained while the source makes its examples
  | "masked"; // the encoder with its masked-language-model head, fine-tuned before the source makes its examples

export { type Parsed, type RejectReason, rejectReasons } from "../prompts/rejections.ts";

/** One exchange with the model. */
export interface Turn {
  readonly messages: readonly Message[];
  /** So many of the first messages are the same in other prompts of the run: the log keeps them once. */
  readonly shared?: number;
  readonly text: string;
  /** Tokens of all its candidates together. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Completions that the text was chosen from; absent for one. */
  readonly candidates?: number;
}

/** Origin of an example. */
export type Origin =
  | { readonly kind: "prompted"; readonly turns: readonly Turn[]; readonly topic?: Topic; readonly style?: string }
  /** Made from real rows, by their positions: in the rows beyond the few-shot set (`gold`) or in the few-shot set. */
  | { readonly kind: "derived"; readonly from: readonly number[]; readonly by: string; readonly turns?: readonly Turn[] };

export interface Attempt {
  readonly label: string;
  readonly origin: Origin;
  readonly parsed: Parsed<Example>;
}

/** Feedback at a barrier: examples that the next prompts demonstrate. */
export interface Feedback {
  /** Accepted examples at the barrier. */
  readonly after: number;
  readonly demonstrations: readonly Example[];
}

/** All that an attempt may depend on beside its index and its random stream. */
export interface Context<C extends SourceConfig = SourceConfig> {
  readonly config: C;
  readonly task: Task;
  /** The few-shot training set. */
  readonly demonstrations: readonly Example[];
  /** Real training rows beyond the few-shot set; empty unless the source needs them. */
  readonly gold: readonly Example[];
  readonly knowledge: Knowledge;
  /** Test items without their labels, for a source that answers them. */
  readonly items?: readonly Example[];
  /** Feedback of the barriers passed, in order. */
  readonly feedback: readonly Feedback[];
  /** Choice of the source's chooser for this attempt. */
  readonly choice?: Choice;
}

/** Tools of an attempt. A source finds there what it `needs`. */
export interface Tools {
  readonly model?: LanguageModel;
  readonly fill?: MaskFiller;
  /** The example with the labels that a classifier of the few-shot set gives it. */
  readonly label?: (example: Example) => Promise<Example>;
}

/** The part of a knowledge request that a source decides. */
export interface KnowledgeChoice {
  readonly topics: TopicOrigin;
  readonly styles: StyleOrigin;
  /** Names of the graph to put in the place of others. */
  readonly names?: "substitutes";
  /** Names of the graph in the place of the few-shot examples' mentions. */
  readonly alternatives?: true;
}

/** The part of a request for feedback that a source decides. */
export interface FeedbackChoice {
  readonly influenceFrom: number;
  readonly validation: InfluenceValidation;
}

/** The part of a masked model that a source decides. */
export interface MaskedChoice {
  /** The model reads the labels before the text, or tags around the words of entities. */
  readonly sight: "before" | "around";
  /** Masks of the fine-tuning: a share of an input's places, or each place by itself. */
  readonly masks:
    | { readonly kind: "share"; readonly share: number; readonly most: number }
    | { readonly kind: "each"; readonly rate: number };
  readonly tuning: MaskTuning;
}

/** A pure function of its arguments: `past` is what attempt i may know of those before it. */
export type Chooser<C extends SourceConfig = SourceConfig> = (
  i: number,
  context: Context<C>,
  past: readonly Past[],
  stream: Rng,
) => Choice;

/** A pure function of its arguments. */
export type Draws<C extends SourceConfig = SourceConfig> = (i: number, context: Context<C>, stream: Rng) => Choice;

/** Groups in which a page offers the sources. */
export const sourceGroups = ["clingen", "prompting", "augmentation", "real", "inference"] as const;
export type SourceGroup = (typeof sourceGroups)[number];

export interface Source<C extends SourceConfig = SourceConfig> {
  /** As the paper writes it. */
  readonly name: string;
  readonly group: SourceGroup;
  /** One sentence for the choice of a source: what it does. */
  readonly summary: string;
  /** The name with what the config adds: "ClinGen with KG". */
  title(config: C): string;
  needs(config: C): readonly Need[];
  /** Absent: it works without knowledge. */
  readonly knowledge?: (config: C) => KnowledgeChoice;
  /**
   * Chooses what each attempt sets out to write, where that depends on the attempts before it. Asked in their order. Undefined: `attempt` draws
   * for itself, as it does where nobody asked.
   */
  readonly chooser?: (config: C) => Chooser<C> | undefined;
  /** Choice of each attempt before the run, where it depends on nothing that the run does: `attempt` draws by the same. Absent: it draws no topics. */
  readonly drawsAhead?: (config: C) => Draws<C> | undefined;
  /** Counts of accepted examples at which a barrier lies, ascending. */
  rounds(config: C): readonly number[];
  /** Feedback at its barriers; there where `rounds` gives any. */
  readonly feedback?: (config: C) => FeedbackChoice;
  /** The masked model that it fills places by; there where it needs one. */
  readonly masked?: (config: C) => MaskedChoice;
  /** Accepted examples that its run aims at when `size` are asked for, and `gold` real rows and `test` items are there. */
  extent(size: number, gold: number, test: number): number;
  /** It is a way of training: stage II follows this method. A source that makes no examples beside it has an extent of 0. */
  readonly training?: (config: C) => TrainingMethod;
  /** Its attempt `i` answers test item `i`: the log holds predictions, and nothing is trained on it. A rejected one is a wrong answer. */
  readonly answers?: true;
  /** Shapes of examples that it works for. Absent: every. */
  readonly shapes?: readonly Shape[];
  /** Families of tasks that it works for. Absent: every. */
  readonly families?: readonly Family[];
  /** Two texts are the same where each letter is: changes of case and punctuation make a new one. */
  readonly exact?: true;
  /** After so many attempts in a row without anything new its run ends, with what it has. */
  readonly tries?: number;
  /** Takes examples as they are: real rows may repeat each other. Absent: nothing twice, and no demonstration given back. */
  readonly verbatim?: true;
  /**
   * A pure function of (config, i, rng, feedback so far), for a model that is deterministic. Undefined: there is no i-th attempt, and
   * the run ends. Errors: the tools' own.
   */
  attempt(i: number, context: Context<C>, tools: Tools, rng: Rng, signal: AbortSignal): Promise<Attempt | undefined>;
}
