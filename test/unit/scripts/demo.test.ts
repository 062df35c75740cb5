// npm run demo on what does not fit: the last line says it before a model is fetched or anything is built.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readDemoOptions } from "../../../scripts/demo-options.ts";

const folder = mkdtempSync(join(tmpdir(), "clinfuse-demo-"));
afterAll(() => rmSync(folder, { recursive: true }));

const row = (text: string, label: string) => ({ text, labels: [label] });
const train = [row("My chest hurts.", "urgent"), row("A form to sign.", "routine")];

function taskFile(name: string, examples: object): string {
  const path = join(folder, name);
  const labels = [{ name: "urgent" }, { name: "routine" }];
  writeFileSync(path, JSON.stringify({ name: "Urgency", family: "classification", labels, examples }));
  return path;
}

it.each<[string, () => string[], object]>([
  ["an option that is none", () => ["--sise", "3"], { code: "bad-arguments", file: null }],
  [
    "a task without validation examples",
    () => ["--task", taskFile("unchecked.json", { train })],
    { code: "not-enough-examples", file: "unchecked.json", message: expect.stringContaining("validation") },
  ],
  [
    "a label without a training example",
    () => ["--task", taskFile("lacking.json", { train: train.slice(1), validation: train })],
    { code: "not-enough-examples", file: "lacking.json", message: expect.stringContaining('"urgent"') },
  ],
])("%s", (_, args, fault) => {
  const script = join(import.meta.dirname, "../../../scripts/demo.ts");
  const { status, stdout } = spawnSync(process.execPath, ["--import", "tsx", script, ...args()], { encoding: "utf8" });
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] as string)).toEqual({ error: { message: expect.any(String), file: null, line: null, ...fault } });
  expect(status).toBe(1);
});

it.each([
  ["encoder", "smollm2-135m-instruct", "a language model"],
  ["model", "all-minilm-l6-v2", "an encoder"],
])("--%s takes no %s, which is %s", (option, id) => {
  expect(() => readDemoOptions([`--${option}`, id])).toThrow(new RegExp(`^--${option} takes .*; got "${id}"`));
});
