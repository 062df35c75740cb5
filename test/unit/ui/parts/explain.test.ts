// Every failure has its words: a title, what happened, what to do; filled from where it happened.

import { describe, expect, it } from "vitest";
import { ClinfuseError, errorCodes } from "../../../../src/base/errors.ts";
import { explain } from "../../../../src/ui/parts/explain.ts";

describe("explain", () => {
  it.each(errorCodes)("%s: a title, a sentence and a remedy, each for people", (code) => {
    const place = { file: "test.jsonl", line: 12, what: "the thing", got: 7, expected: 5 };
    const { title, sentence, remedy } = explain(new ClinfuseError(code, "something broke", place));
    for (const text of [title, sentence, remedy]) {
      expect(text.trim()).not.toBe("");
      expect(text).not.toMatch(/undefined|null|NaN|\[object| {2}|\.\./);
    }
    expect(sentence).toMatch(/[.!?]$/);
    expect(remedy).toMatch(/[.!?]$/);
    expect(title).not.toMatch(/[.!?]$/);
  });

  it.each(errorCodes)("%s: says nothing odd when the place is unknown", (code) => {
    const { title, sentence, remedy } = explain(new ClinfuseError(code, "it broke"));
    expect(`${title} ${sentence} ${remedy}`).not.toMatch(/undefined|null|NaN| {2}/);
  });

  it("says which file and line", () => {
    const { title } = explain(new ClinfuseError("file-malformed", "not JSON", { file: "train_few.jsonl", line: 3 }));
    expect(title).toContain("train_few.jsonl, line 3");
  });

  it("leaves a file's name in its case where the sentence begins with it", () => {
    const place = { file: "task.json" };
    const fault = (more: object) => new ClinfuseError("task-malformed", "task.json: name takes a text", { ...place, ...more });
    expect(explain(fault({})).sentence).toMatch(/^task\.json: name takes/);
    expect(explain(fault({ remedy: "Mend it." })).sentence).toMatch(/^task\.json: name takes/);
  });

  it("gives the command that fetches a missing model", () => {
    expect(explain(new ClinfuseError("model-missing", "it is not there", { what: "all-minilm-l6-v2" }))).toMatchObject({
      title: "The model all-minilm-l6-v2 is not here",
      command: "npm run models",
    });
  });

  it("keeps the words of an error that it does not know, and of what is no error", () => {
    expect(explain(new TypeError("x is not a function")).sentence).toBe("X is not a function.");
    expect(explain("odd").sentence).toBe("Odd.");
  });
});
