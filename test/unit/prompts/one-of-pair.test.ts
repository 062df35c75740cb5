// Answers that give both sentences of a pair where one was asked for, or a title before it.

import { describe, expect, it } from "vitest";
import { promptsOf } from "../../../src/prompts/families.ts";
import { healthver } from "../../../src/tasks/healthver.ts";
import { mediqaRqe } from "../../../src/tasks/mediqa-rqe.ts";
import { mednli } from "../../../src/tasks/mednli.ts";
import type { Task } from "../../../src/tasks/task.ts";

const read = (task: Task<"pair">, first: string, second: string) => {
  const parsed = promptsOf(task).read(task, task.labels[0]?.id ?? "", [first, second], []);
  return parsed.ok ? [parsed.value.first, parsed.value.second] : parsed.reason;
};

const [first, second] = ["The patient has severe asthma.", "The patient has a lung disease."];

describe("the second sentence", () => {
  const answers: string[] = [
    `Hypothesis: ${second}`,
    `**Hypothesis:** ${second}`,
    `**Hypothesis**: "${second}"`,
    `Second sentence: ${second}`,
    `Hypothesis 1: ${second}`,
    `Premise: ${first}\nHypothesis: ${second}`,
    `Claim: ${first}\n\nHypothesis: ${second}`,
    `Premise: He has bad asthma.\nHypothesis: ${second}`,
    `Sentence 1: ${first}\nSentence 2: ${second}`,
    `Sentence 1: ${first} Sentence 2: ${second}`,
    `1. ${first}\n2. ${second}`,
    `${first}\n\n${second}`,
    `${first} ${second}`,
    `"${first}" "${second}"`,
    `"${second}" (entailment)`,
    `Entailment: ${second}`,
  ];
  it.each(answers)("out of %j", (answer) => {
    expect(read(mednli, first, answer)).toEqual([first, second]);
  });

  it("stays whole where it says more of the first, and is none where it is the first", () => {
    expect(read(mednli, first, `${first} Yes.`)).toEqual([first, `${first} Yes.`]);
    expect(read(mednli, first, `Sentence 1: ${first}`)).toBe("identical-pair");
  });
});

describe("the first sentence", () => {
  const answers: string[] = [
    `Premise: ${first}`,
    `Claim: ${first}`,
    `Claim: ${first}\nHypothesis: ${second}`,
    `Sentence 1: ${first} Sentence 2: ${second}`,
    `First sentence: ${first}\nSecond sentence: ${second}`,
  ];
  it.each(answers)("out of %j", (answer) => {
    expect(read(mednli, answer, second)).toEqual([first, second]);
  });
});

it("the names are those of the task's own prompts", () => {
  const [news, evidence] = ["Vitamin C cures a cold.", "Trials of vitamin C found no effect."];
  expect(read(healthver, `Health News: ${news}\nEvidence: ${evidence}`, `Evidence: ${evidence}`)).toEqual([news, evidence]);
  const [one, two] = ["Is my cough asthma?", "Can asthma cause a cough?"];
  expect(read(mediqaRqe, `Health question 1: ${one}`, `Health question 1: ${one}\nHealth question 2: ${two}`)).toEqual([
    one,
    two,
  ]);
  expect(read(mediqaRqe, `Health question: ${one}`, `Health question: ${two}`)).toEqual([one, two]);
});
