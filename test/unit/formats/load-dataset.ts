// Python's own reading of a data set's folder, for tests: by its card, and its JSONL alone. Undefined where no Python has the package.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { hasPython, python } from "../python.ts";

interface Read {
  readonly rows: readonly object[];
  readonly features: object;
}

const script = join(import.meta.dirname, "../../fixtures/load_dataset.py");

export function splitsOf(folder: string): { readonly card: Read; readonly jsonl: Read } | undefined {
  if (!hasPython("datasets")) return undefined;
  const env = { ...process.env, HF_HUB_OFFLINE: "1", HF_HOME: join(folder, ".cache") };
  return JSON.parse(execFileSync(python, [script, folder], { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] }));
}
