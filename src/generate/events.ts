// What a generation run tells, and what its log holds. Flat, tagged, plain data.

import type { Message } from "../engines/language-model.ts";
import type { Topic } from "../knowledge/topic.ts";
import type { RejectReason } from "../prompts/rejections.ts";
import type { Example } from "../tasks/example.ts";

export { type Parsed, type RejectReason, rejectReasons } from "../prompts/rejections.ts";

/** One exchange with the model. */
export interface Turn {
  readonly messages: readonly Message[];
  readonly text: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

interface Attempt {
  readonly index: number; // of the attempt, from 0: prompts are a pure function of (config, seed, index)
  readonly label: string;
  readonly topic?: Topic;
  readonly style?: string;
  readonly turns: readonly Turn[];
}

/** An accepted example with where it came from. */
export interface Synthetic extends Attempt {
  readonly type: "accepted";
  readonly example: Example;
}

export interface Rejected extends Attempt {
  readonly type: "rejected";
  readonly reason: RejectReason;
}

/** What the log holds, in order of index. No times: the same config writes the same bytes. */
export type LogEntry = Synthetic | Rejected;

export type GenerateEvent =
  | {
      readonly type: "opened";
      readonly run: string;
      readonly next: number;
      readonly accepted: number;
      readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
    }
  | LogEntry
  | { readonly type: "finished"; readonly accepted: number; readonly attempts: number };
