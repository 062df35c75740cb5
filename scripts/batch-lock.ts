// One command at a time in a folder: two that read answers into it would each write over what the other kept. Knows no batch.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  take(path);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string): void {
  const own: Holder = { host: hostname(), process: process.pid };
  try {
    writeFileSync(path, JSON.stringify(own), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = holderOf(path);
    if (holder && !isGone(holder)) {
      const { host, process: id } = holder;
      throw new Error(`another command is at work in this folder (process ${id} on ${host}); where it is not, delete ${path}`);
    }
    rmSync(path, { force: true });
    writeFileSync(path, JSON.stringify(own), { flag: "wx" });
  }
}

/** Undefined for a file that is no holder's, or was just taken away. */
function holderOf(path: string): Holder | undefined {
  try {
    const { host, process: id } = JSON.parse(readFileSync(path, "utf8")) as Partial<Holder>;
    return typeof host === "string" && typeof id === "number" ? { host, process: id } : undefined;
  } catch {
    return undefined;
  }
}

/** Tells whether it was stopped: of a process of another machine nobody here can tell. */
function isGone({ host, process: id }: Holder): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(id, 0);
    return id === process.pid; // an earlier process had this one's number
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
