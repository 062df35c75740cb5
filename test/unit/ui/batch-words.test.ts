// The file to be answered next, and the command for it, by the state of a batch.

import { describe, expect, it } from "vitest";
import type { BatchTold } from "../../../src/experiment/batch-file.ts";
import { countRows, vllmCommand, waitingFile, waitingRequests } from "../../../src/ui/run/generate/batch-words.ts";

const counts = { asked: 24, answered: 9, failed: 1, turn: 1, next: "missing.jsonl" } as BatchTold["counts"];
const told: BatchTold = { counts, last: { requests: 24, waiting: 14 }, again: 15, faults: [], faulty: 0, remarks: [] };

describe("words of a batch", () => {
  it.each([
    ["a turn of which nothing came is answered as it is", { last: { requests: 24, waiting: 24 }, again: 24 }, "turn-1.jsonl", 24],
    ["what is missing of a turn is answered alone", {}, "missing.jsonl", 15],
    [
      "a turn that is due goes before what is missing of those before",
      { counts: { ...counts, turn: 2, next: "turn-2.jsonl" }, last: { requests: 8, waiting: 8 }, again: 3 },
      "turn-2.jsonl",
      8,
    ],
    [
      "missing ones of an earlier turn are answered with those of the last",
      { last: { requests: 8, waiting: 8 }, again: 10 },
      "missing.jsonl",
      10,
    ],
    ["nothing waits at the end", { counts: { ...counts, next: null } }, undefined, 24],
  ])("%s", (_, change, file, requests) => {
    const state = { ...told, ...change };
    expect(waitingFile(state)).toBe(file);
    if (file) expect(waitingRequests(state)).toBe(requests);
  });

  it("counts as missing what was asked and has neither answer nor failure", () => {
    expect(Object.fromEntries(countRows(told))).toMatchObject({ Asked: 24, Answered: 9, Missing: 14, Failed: 1 });
  });

  it.each([
    [
      "turn-2.jsonl",
      "org/model-7B",
      "vllm run-batch -i turn-2.jsonl -o answers-2.jsonl --model org/model-7B --enable-prefix-caching",
    ],
    [
      "missing.jsonl",
      "my model's",
      "vllm run-batch -i missing.jsonl -o answers-missing.jsonl --model 'my model'\\''s' --enable-prefix-caching",
    ],
  ])("gives the command for %s and a model %s", (file, model, command) => {
    expect(vllmCommand(file, model)).toBe(command);
  });
});
