// docs/ray_batch.py over a stand-in for Ray: what it writes is read as answers. Ray itself is too large for a test; docs/cluster.md says how it was run.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { readAnswers, requestLine } from "../../../src/generate/batch-lines.ts";
import { hasPython, python } from "../python.ts";

const root = join(import.meta.dirname, "../../..");

it("answers each request by its name, with its sampling and grammar, and tells failures and cut answers", ({ skip }) => {
  if (!hasPython()) return skip("no Python: docs/ray_batch.py was not tried");
  const folder = mkdtempSync(join(tmpdir(), "clinfuse-ray-"));
  try {
    const sampling = { temperature: 0, topP: 1, maxTokens: 3 };
    const line = (id: string, content: string) =>
      requestLine(
        { id, request: { messages: [{ role: "user", content }], sampling, seed: 1, grammar: 'root ::= "X"' } },
        "m",
        "vllm",
      );
    writeFileSync(
      join(folder, "turn-1.jsonl"),
      `${[line("a", "so β"), line("b", "one two three four"), line("c", "fail")].join("\n")}\n`,
    );
    const env = { ...process.env, PYTHONPATH: join(root, "test/fixtures/ray-stub"), PYTHONDONTWRITEBYTECODE: "1" };
    execFileSync(python, [join(root, "docs/ray_batch.py"), "m", "turn-1.jsonl", "answers-1"], { cwd: folder, env });
    const files = new Map([["answers-1.jsonl", readFileSync(join(folder, "answers-1.jsonl"), "utf8")]]);
    const { fresh, faults } = readAnswers(files, { asked: new Set(["a", "b", "c"]), known: new Map(), isLate: () => false });
    expect(fresh.get("a")).toEqual({ kind: "answered", text: "SO Β", finish: "stop", promptTokens: 4, completionTokens: 2 });
    expect(fresh.get("b")).toMatchObject({ text: "ONE TWO THREE", finish: "length" });
    expect(fresh.get("c")).toMatchObject({ kind: "failed", tooLong: true });
    expect(faults.map(({ fault, id }) => [fault, id])).toEqual([["failed", "c"]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
