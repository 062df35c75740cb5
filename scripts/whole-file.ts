// Files that are there whole or not at all: written under another name first. Knows no content.

import { appendFileSync, createWriteStream, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Makes its folders too. A file that is there stays as it is until the new one is whole. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const file = begun(path);
  file.kept(() => writeFileSync(file.at, content));
  file.end();
}

/** As `writeWhole`, of a stream. */
export async function writeWholeFrom(path: string, content: Readable): Promise<void> {
  const file = begun(path);
  try {
    await pipeline(content, createWriteStream(file.at));
  } catch (error) {
    file.drop();
    throw error;
  }
  file.end();
}

/** A file that is written part by part. */
export interface Begun {
  append(text: string): void;
  /** Puts it under its name. */
  end(): void;
}

/** As `writeWhole`. What is never ended is never there. */
export function beginWhole(path: string): Begun {
  const file = begun(path);
  file.kept(() => writeFileSync(file.at, ""));
  return { append: (text) => file.kept(() => appendFileSync(file.at, text)), end: file.end };
}

/** A pipe or a device is written at once: it cannot be replaced. A link stays, and the file that it names is replaced. */
function begun(asked: string) {
  mkdirSync(dirname(asked), { recursive: true });
  const there = statSync(asked, { throwIfNoEntry: false });
  const path = there?.isFile() ? realpathSync(asked) : asked;
  const at = there && !there.isFile() ? path : `${path}.new`;
  const drop = () => at !== path && rmSync(at, { force: true });
  return {
    at,
    drop,
    /** Takes the part away where its writing fails, as on a full disk. */
    kept(write: () => void) {
      try {
        write();
      } catch (error) {
        drop();
        throw error;
      }
    },
    end: () => at !== path && renameSync(at, path),
  };
}
