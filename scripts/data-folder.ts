// A data folder of this machine as texts by file name. Knows no task.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeUtf8 } from "../src/base/utf8.ts";

/** `field` is named when there is no such folder; `gold` asks for all real training rows too. Only the files of ClinGen's format: a corpus folder may hold much more. */
export function readFolder(field: string, path: string, gold = false): Record<string, string> {
  if (!existsSync(path)) throw new Error(`${field}: there is no folder ${path}`);
  const wanted = new Set([
    "train_few.jsonl",
    "dev_few.jsonl",
    "test.jsonl",
    "label.txt",
    "train.jsonl",
    "dev.jsonl",
    "all.jsonl",
  ]);
  const present = readdirSync(path).filter((name) => wanted.has(name));
  // train, dev and all serve to draw what is missing, train as real training rows too; they are large.
  const whole = present.includes("train_few.jsonl") && present.includes("dev_few.jsonl");
  const names = present.filter((name) => !whole || /_few|test|label/.test(name) || (gold && name === "train.jsonl"));
  return Object.fromEntries(names.map((name) => [name, decodeUtf8(readFileSync(join(path, name)), name)]));
}
