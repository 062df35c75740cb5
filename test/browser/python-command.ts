// Node's side of model-python.test.ts: runs Python's transformers where CLINFUSE_PYTHON names a Python that has it.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** Logits of each input and the labels' names; null where there is no such Python. `files` by name, in base64. */
export function pythonLogits(
  _: unknown,
  files: Readonly<Record<string, string>>,
  inputs: readonly (readonly string[])[],
): { readonly logits: readonly (readonly number[])[]; readonly labels: readonly string[] } | null {
  const python = process.env.CLINFUSE_PYTHON;
  if (!python) return null;
  const folder = mkdtempSync(join(tmpdir(), "clinfuse-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), Buffer.from(content, "base64"));
    const script = "test/fixtures/saved-model/logits.py";
    const out = execFileSync(python, [script, folder], { input: JSON.stringify(inputs), encoding: "utf8" });
    return JSON.parse(out.trim().split("\n").at(-1) as string);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const hasPython = (): boolean => Boolean(process.env.CLINFUSE_PYTHON);
