// Web Locks of the runs and the models: what one tab writes, no other writes or deletes. Knows no store.

import { ClinfuseError, type Place } from "./errors.ts";

export const runLock = (run: string) => `run:${run}`;
export const trainedLock = (model: string) => `trained:${model}`;
export const modelLock = (model: string) => `model:${model}`;

/** Works while it holds the lock, for which it waits so many milliseconds. Throws `model-busy` with the place, and what the work throws. */
export async function whileHeld<T>(name: string, wait: number, place: Place, work: () => Promise<T>): Promise<T> {
  const waiting = new AbortController();
  const late = setTimeout(() => waiting.abort(), wait);
  try {
    return await navigator.locks.request(name, { signal: waiting.signal }, () => {
      clearTimeout(late);
      return work();
    });
  } catch (error) {
    if (!waiting.signal.aborted) throw error;
    throw new ClinfuseError("model-busy", "another tab is at work on this model", place, { cause: error });
  } finally {
    clearTimeout(late);
  }
}

/** So long is work waited for that is being stopped: this tab's own, most often. Milliseconds. */
const stopping = 2_000;

/** Takes all of them or none. Throws `run-busy` and `training-busy`; resolves to what lets go of them. */
export type Hold = (...names: readonly string[]) => Promise<() => void>;

export const hold: Hold = async (...names) => {
  const releases: (() => void)[] = [];
  const release = () => {
    for (const letGo of releases) letGo();
  };
  try {
    for (const name of names) releases.push(await holdOne(name));
  } catch (error) {
    release();
    throw error;
  }
  return release;
};

/** The lock's own code: what another tab does decides the remedy. */
export const busy = (name: string): ClinfuseError =>
  name.startsWith(trainedLock(""))
    ? new ClinfuseError("training-busy", "another tab is at work on this training", { what: name })
    : new ClinfuseError("run-busy", "another tab is at work on this run", { what: name });

function holdOne(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const waiting = AbortSignal.timeout(stopping);
    const held = navigator.locks.request(name, { signal: waiting }, () => new Promise<void>((release) => resolve(release)));
    held.catch((error) => reject(waiting.aborted ? busy(name) : error));
  });
}

/** One writer of graphs at a time, over all tabs. */
export const graphLock = "graphs";

/** A lock that is waited for: of two who want it, one has it. Both resolve to what lets go of it. */
export interface Turns {
  /** Undefined where another has it. */
  ifFree(name: string): Promise<(() => void) | undefined>;
  /** Rejects with an abort once the signal says so. */
  wait(name: string, signal: AbortSignal): Promise<() => void>;
}

export const turns: Turns = {
  ifFree: (name) => turnOf((held) => navigator.locks.request(name, { ifAvailable: true }, held)),
  wait: async (name, signal) => {
    const release = await turnOf((held) => navigator.locks.request(name, { signal }, held));
    if (!release) throw new Error(`wait: got no lock ${name}, though nothing was to be refused`);
    return release;
  },
};

function turnOf(request: (held: (lock: Lock | null) => Promise<void> | undefined) => Promise<unknown>) {
  return new Promise<(() => void) | undefined>((resolve, reject) => {
    const held = (lock: Lock | null) => {
      if (lock) return new Promise<void>((release) => resolve(release));
      resolve(undefined);
      return undefined;
    };
    request(held).catch(reject);
  });
}
