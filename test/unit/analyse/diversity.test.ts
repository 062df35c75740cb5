import { describe, expect, it } from "vitest";
import { distinct, lengthsOf, selfBleu, vocabularyGrowth } from "../../../src/analyse/diversity.ts";
import { countedWords } from "../../../src/analyse/text-words.ts";
import { golden } from "./golden.ts";

describe("self-BLEU", () => {
  it("is nltk's mean over texts of four words and more", () => {
    // Two shorter texts stand among the references; nltk's mean over the others is what the sum of five lacks of theirs.
    const all = selfBleu(golden.texts).value * golden.texts.length;
    const long = golden.texts.filter((words) => words.length >= 4).length;
    expect(golden.bleu).toHaveLength(long);
    const short = shortShare();
    expect(all - short).toBeCloseTo(
      golden.bleu.reduce((sum, x) => sum + x, 0),
      9,
    );
  });

  /** "fever" and "chest pain" by hand: every n-gram that they have is matched, and the orders that they lack count 0.1 of 1. */
  function shortShare(): number {
    const fever = Math.exp(1 - 2 / 1) * 0.1 ** (3 / 4); // nearest length 2
    const chestPain = Math.exp(1 - 1 / 2) ** 0 * 0.1 ** (2 / 4); // nearest length 1 is shorter
    return fever + chestPain;
  }

  it("is 1 for one text repeated and says why it has none of one", () => {
    const words = "the patient was given aspirin".split(" ");
    expect(selfBleu([words, words, words]).value).toBeCloseTo(1, 9);
    expect(selfBleu([words]).why).toBeDefined();
    expect(selfBleu([words, []]).value).toBeGreaterThanOrEqual(0);
  });
});

describe("distinct-n", () => {
  it("counts n-grams by hand", () => {
    const texts = [
      ["a", "b", "a", "b"],
      ["a", "b", "c"],
    ];
    expect(distinct(texts, 1)).toBeCloseTo(3 / 7, 12);
    expect(distinct(texts, 2)).toBeCloseTo(3 / 5, 12);
    expect(distinct(texts, 5)).toBe(0);
  });
});

it("counts words in any script and no punctuation", () => {
  expect(countedWords("Aspirin, 81 mg; für Ärzte — 患者")).toEqual(["aspirin", "81", "mg", "für", "ärzte", "患", "者"]);
});

it("has the median, the mean and the histogram of lengths", () => {
  const { mean, median, histogram } = lengthsOf([["a"], ["a", "b", "c"], ["a", "b", "c"], ["a", "b", "c", "d"]]);
  expect([mean.value, median, histogram]).toEqual([2.75, 3, [0, 1, 0, 2, 1]]);
  expect(lengthsOf([]).median).toBe(0);
});

it("grows a vocabulary to the number of different words", () => {
  const curve = vocabularyGrowth([
    ["a", "b", "a"],
    ["c", "a"],
  ]);
  expect(curve.map(({ different }) => different)).toEqual([1, 2, 2, 3, 3]);
});
