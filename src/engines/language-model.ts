// The port of every engine that writes text. Nothing outside engines/ knows which one is behind it.

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface Sampling {
  /** 0 is greedy. */
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  // Settings that `batch` alone knows.
  /** So many of the likeliest tokens stay; 0 or absent for all. */
  readonly topK?: number;
  /** A token stays when it is at least so likely as a share of the likeliest; 0 or absent for all. */
  readonly minP?: number;
  /** Logits of tokens that occurred are divided by it, or multiplied where negative (Keskar et al. 2019); 1 or absent for none. */
  readonly repetitionPenalty?: number;
  /** Texts that end a completion; it is cut before the first of them. */
  readonly stop?: readonly string[];
}

/** The first messages, word for word, and so many characters (UTF-16 code units) of the one after them. */
export interface SharedPrompt {
  readonly messages: number;
  readonly characters: number;
}

export interface CompletionRequest {
  readonly messages: readonly Message[];
  /** The part that many requests share: an engine may read it once. It changes no text. */
  readonly shared?: SharedPrompt;
  readonly sampling: Sampling;
  /** 31 bits. The same request with the same seed gives the same text on an engine that promises it (`deterministic`). */
  readonly seed: number;
  /** EBNF in the subset that GBNF (llama.cpp) and XGrammar share; the start symbol is `root`. */
  readonly grammar?: string;
  /** The day that a chat template which asks for it is told, `2026-11-27`: the run's own, so that a resumed run writes the same. */
  readonly date?: string;
  /** Asks for `Completion.logProbs`. `batch` alone gives them. */
  readonly logProbs?: boolean;
  /** A run of words that the completion may not take over. It holds the sampler of `batch` alone: readers check it for every engine. */
  readonly uncopied?: Uncopied;
}

/** No `words` words that stand in a row in one of the texts may come in a row; neither case nor punctuation makes them others. */
export interface Uncopied {
  readonly texts: readonly string[];
  readonly words: number;
}

/** A text as the answer to a prompt. */
export interface ScoreRequest extends Pick<CompletionRequest, "messages" | "shared" | "date"> {
  readonly text: string;
}

/** A completion to be looked at token by token. */
export interface WatchRequest extends Pick<CompletionRequest, "messages" | "shared" | "date" | "grammar"> {
  readonly text: string;
}

/** A token that could come. */
export interface TokenCandidate {
  readonly piece: string;
  /** By the model itself, before temperature, penalty and grammar. */
  readonly probability: number;
  /** By the grammar. */
  readonly allowed: boolean;
}

/** One token of a completion, and what else could have come. */
export interface TokenStep {
  readonly drawn: TokenCandidate;
  /** The likeliest, in order; the drawn token may be none of them. */
  readonly likeliest: readonly TokenCandidate[];
  /** Probability of all tokens that the grammar forbids here. */
  readonly forbidden: number;
}

export interface Completion {
  readonly text: string;
  readonly finish: "stop" | "length";
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Natural logarithms of what the model itself gave each token of the completion, before temperature, penalty and grammar; NaN for one that the grammar forced. */
  readonly logProbs?: readonly number[];
}

/** How far one request is. */
export interface CompletionProgress {
  /** Tokens of the prompt that were read; 0 of 0 where the engine does not tell. */
  readonly promptTokens: number;
  readonly promptTotal: number;
  /** Tokens of the completion so far. */
  readonly completionTokens: number;
}

/** Called often: after each part of a prompt and each token. It changes no text. */
export type OnProgress = (progress: CompletionProgress) => void;

export interface LanguageModel {
  /** Engine and model, for instance `wllama/smollm2-135m-instruct-q4_1`. */
  readonly id: string;
  readonly contextTokens: number;
  /** Requests worth having in flight. */
  readonly slots: number;
  /** Equal requests give equal text, whatever ran before or beside them. */
  readonly deterministic: boolean;
  /** The model's chat template tells the day, so that requests must name it. */
  readonly asksDate?: boolean;
  /** A decision made at its opening that the user should know: another build of the model than the one asked for. */
  readonly remark?: string;
  /**
   * An engine that can tells `onProgress` how far it is. Errors: `aborted`, `context-overflow` before anything is generated, `grammar-invalid`,
   * `engine-failed`, `device-lost`.
   */
  complete(request: CompletionRequest, signal: AbortSignal, onProgress?: OnProgress): Promise<Completion>;
  /**
   * Log-likelihood of a text as the whole answer, its end among it, in nats; without grammar and sampling. Absent: the engine gives none.
   * Errors: those of `complete`; `context-overflow` where prompt and text together do not fit.
   */
  score?(request: ScoreRequest, signal: AbortSignal): Promise<number>;
  /** Reads a completion again and tells what could have come at each of its tokens. Absent: the engine shows none. Errors: those of `complete`. */
  watch?(request: WatchRequest, signal: AbortSignal): Promise<readonly TokenStep[]>;
  /** Frees memory; the model is of no use afterwards. */
  close(): Promise<void>;
}

/** Turns text into vectors; used by the analysis (section 6). */
export interface Embedder {
  readonly id: string;
  readonly dimension: number;
  /** Vectors of length 1, in the order of the texts. Errors: `device-lost`, `out-of-memory`, `engine-failed`. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  /** Frees memory; the embedder is of no use afterwards. */
  close(): Promise<void>;
}
