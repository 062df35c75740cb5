// Python's own reading of a data set's folder, for tests: by its card, and its JSONL alone. Undefined where no Python has the package.

import type { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

interface Read {
  readonly rows: readonly object[];
  readonly features: object;
}

const script = join(import.meta.dirname, "../../fixtures/load_dataset.py");

/** `CLINFUSE_PYTHON` names the Python; python3 where it is not set. */
export function splitsOf(folder: string, run: typeof execFileSync): { readonly card: Read; readonly jsonl: Read } | undefined {
  const python = process.env.CLINFUSE_PYTHON || "python3";
  try {
    run(python, ["-c", "import datasets"], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  const environment = { ...process.env, HF_HUB_OFFLINE: "1", HF_HOME: join(folder, ".cache") };
  return JSON.parse(run(python, [script, folder], { encoding: "utf8", env: environment, stdio: ["ignore", "pipe", "pipe"] }));
}
