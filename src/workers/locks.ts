// Web Locks of the runs and the trained models: what one tab writes, no other writes or deletes. Knows no store.

import { ClinfuseError } from "../base/errors.ts";

export const runLock = (run: string) => `run:${run}`;
export const trainedLock = (model: string) => `trained:${model}`;

/** Takes all of them or none, at once. Throws `run-busy`; resolves to what lets go of them. */
export async function hold(...names: readonly string[]): Promise<() => void> {
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
}

function holdOne(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock) return new Promise<void>((release) => resolve(release));
      reject(new ClinfuseError("run-busy", "another tab is at work on this run", { what: name }));
      return undefined;
    });
    held.catch(reject);
  });
}
