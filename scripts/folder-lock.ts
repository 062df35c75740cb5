// One command at a time in a folder: two would each write over what the other kept. Knows no command.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import process from "node:process";

const lockFile = ".lock";

interface Holder {
  readonly host: string;
  readonly process: number;
}

/** Runs the work while the folder is held. Throws an Error in words where another command holds it. */
export async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, lockFile);
  const own: Holder = { host: hostname(), process: process.pid };
  const there = holdAt(path);
  if (there !== undefined) {
    if (!isGone(there)) throw held(path, there);
    takeAway(path, there);
  }
  try {
    writeFileSync(path, JSON.stringify(own), { flag: "wx" });
  } catch (error) {
    throw codeOf(error) === "EEXIST" ? held(path, holdAt(path)) : error; // another was quicker
  }
  try {
    return await work();
  } finally {
    if (JSON.stringify(holdAt(path)) === JSON.stringify(own)) rmSync(path, { force: true });
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

function held(path: string, holder: Holder | "unreadable" | undefined): Error {
  const who = holder === undefined || holder === "unreadable" ? "" : ` (process ${holder.process} on ${holder.host})`;
  return new Error(`another command is at work in this folder${who}; where none is, delete ${path}`);
}

/** Who holds it; undefined for nobody. A file that is being written, or is no lock, is unreadable. */
function holdAt(path: string): Holder | "unreadable" | undefined {
  try {
    const { host, process: id } = JSON.parse(readFileSync(path, "utf8")) as Partial<Holder>;
    return typeof host === "string" && typeof id === "number" ? { host, process: id } : "unreadable";
  } catch (error) {
    return codeOf(error) === "ENOENT" ? undefined : "unreadable";
  }
}

/** Tells whether it was stopped: of a process of another machine nobody here can tell. */
function isGone(holder: Holder | "unreadable"): boolean {
  if (holder === "unreadable" || holder.host !== hostname()) return false;
  try {
    process.kill(holder.process, 0);
    return holder.process === process.pid; // an earlier process had this one's number
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}

/** Takes away the lock of a process that is gone; not one that a quicker command took meanwhile. */
function takeAway(path: string, gone: Holder | "unreadable"): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const taken = holdAt(aside);
  if (JSON.stringify(taken) !== JSON.stringify(gone)) {
    renameSync(aside, path);
    throw held(path, taken);
  }
  rmSync(aside, { force: true });
}
