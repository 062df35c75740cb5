// Runs of words taken over from another text.

import { describe, expect, it } from "vitest";
import { around, takesOver } from "../../../src/base/word-runs.ts";

const first = "What is the best treatment for gout?";

describe("takesOver", () => {
  it.each([
    ["what is the BEST, and for whom?", 4, true],
    ["what is the best, and for whom?", 5, false],
    ["How do I treat gout?", 4, false],
    ["For gout: what is it?", 3, false],
    ["A treatment — for “gout” — is what I want.", 3, true],
    ["What's the best, is what I ask.", 3, false],
    ["", 2, false],
    ["gout", 1, true],
  ])("%s, %i words: %s", (text, words, expected) => expect(takesOver(text, [first], words)).toBe(expected));

  it("counts words of other scripts as words", () => {
    expect(takesOver("Как лечить подагру дома?", ["Скажите, как лечить подагру?"], 3)).toBe(true);
    expect(takesOver("Как лечить ангину дома?", ["Скажите, как лечить подагру?"], 3)).toBe(false);
  });

  it("reads the vowel signs and accents written on a letter as part of it", () => {
    expect(takesOver("को का के", ["की कि कु"], 3)).toBe(false);
    expect(takesOver("के बाद दर्द", ["खाने के बाद दर्द हुआ"], 3)).toBe(true);
    expect(takesOver("cafe\u0301 noir", ["un cafe\u0301 noir"], 2)).toBe(true);
    expect(takesOver("cafe noir", ["un cafe\u0301 noir"], 2)).toBe(false);
  });

  it("counts a genitive with its word", () => {
    expect(takesOver("the doctor's house", ["see the doctor's advice"], 3)).toBe(false);
    expect(takesOver("the doctor's house", ["see the doctor's advice"], 2)).toBe(true);
  });

  it("finds nothing in a text shorter than a run", () => {
    expect(takesOver("is the", ["is the"], 3)).toBe(false);
  });
});

describe("around", () => {
  it.each([
    ["Is Type 2 (DM) worse than type 2 (dm)?", "type 2 (DM)", ["Is ", " worse than ", "?"]],
    ["Is gout bad?", "asthma", ["Is gout bad?"]],
    ["Is gout bad?", "", ["Is gout bad?"]],
  ])("%s without %s", (text, name, expected) => expect(around(text, name)).toEqual(expected));

  it("leaves no run over the place of the name", () => {
    expect(takesOver("the worst cure", around("the worst gout cure", "gout"), 3)).toBe(false);
  });
});
