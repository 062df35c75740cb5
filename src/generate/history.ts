// The attempts of a run before one of them, as far as that attempt may know: the same however many are in flight. Knows no source.

import { type Rng, rng } from "../base/rng.ts";
import type { Topic } from "../knowledge/topic.ts";
import { type AttemptEntry, drawnOf } from "./log.ts";

/** Topic, style and label that an attempt sets out to write. */
export interface Choice {
  readonly label: string;
  readonly topic?: Topic;
  readonly style?: string;
}

/** Random numbers of attempt i: of a run of this seed, whatever came before it. */
export const attemptStream = (seed: number, i: number): Rng => rng("generate", seed, i);

/** An earlier attempt. Open: what came of it is not known yet, or not told yet. */
export interface Past extends Choice {
  readonly outcome: "accepted" | "rejected" | "open";
}

/**
 * Attempts whose outcomes are told at once. Attempt i knows those of the blocks before its own but one, and the choices of all before it. So up to
 * this many are in flight, and a run does not depend on how many its engine holds.
 */
export const historyBlock = 16;

/** Outcomes that attempt i may know: those of the attempts below. */
export const knownTo = (i: number): number => Math.max(0, (Math.floor(i / historyBlock) - 1) * historyBlock);

export interface History {
  /** An attempt that the log holds now. They come in order. */
  record(entry: AttemptEntry): void;
  /** The choice of attempt i, made once those before it are made and what it may know is there. Rejects when stopped. */
  choose(i: number, make: (past: readonly Past[]) => Choice | undefined, stop: AbortSignal): Promise<Choice | undefined>;
}

export function attemptHistory(): History {
  const choices: (Choice | undefined)[] = [];
  const outcomes: Past["outcome"][] = [];
  let told: (() => void) | undefined;
  let before: Promise<unknown> = Promise.resolve();
  const reached = async (count: number, stop: AbortSignal) => {
    while (outcomes.length < count) {
      stop.throwIfAborted();
      await new Promise<void>((resolve) => {
        const go = () => {
          stop.removeEventListener("abort", go);
          resolve();
        };
        stop.addEventListener("abort", go);
        told = go;
      });
    }
    stop.throwIfAborted();
  };
  return {
    record(entry) {
      const at = outcomes.length;
      choices[at] ??= { label: entry.label, ...drawnOf(entry) };
      outcomes.push(entry.type);
      told?.();
    },
    choose(i, make, stop) {
      const mine = before.then(async () => {
        const known = knownTo(i);
        await reached(known, stop);
        const past = choices
          .slice(0, i)
          .flatMap((choice, j): Past[] =>
            choice ? [{ ...choice, outcome: j < known ? (outcomes[j] as Past["outcome"]) : "open" }] : [],
          );
        const choice = make(past);
        choices[i] = choice;
        return choice;
      });
      before = mine.catch(() => undefined);
      return mine;
    },
  };
}
