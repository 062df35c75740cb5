import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isUnfinishedThought, readAnswer } from "../../../src/prompts/answer.ts";

const folder = join(import.meta.dirname, "../../fixtures/answers");

interface Case {
  readonly completion: string;
  readonly expected: string;
}

const cases = (kind: string): [file: string, rows: Case[]][] =>
  readdirSync(join(folder, kind)).map((file) => [file, JSON.parse(readFileSync(join(folder, kind, file), "utf8"))]);

const lines = (file: string) => readFileSync(join(folder, file), "utf8").trimEnd().split("\n");

const read = (completion: string, marks = true) => {
  const answer = readAnswer(completion, { marks });
  return answer.ok ? answer.value : answer.reason;
};

describe.each(cases("read"))("%s", (_, rows) => {
  it.each(rows)("$completion is read", ({ completion, expected }) => {
    expect(read(completion)).toBe(expected);
  });
});

describe.each(cases("thrown-away"))("%s thrown away", (_, rows) => {
  it.each(rows)("$completion is $expected", ({ completion, expected }) => {
    expect(read(completion)).toBe(expected);
  });
});

describe("a good sentence", () => {
  it.each(lines("good-plain.txt"))("%s", (sentence) => {
    expect(read(sentence, false)).toBe(sentence);
    expect(read(JSON.stringify({ sentence }), false)).toBe(sentence);
  });

  it.each(lines("good-marked.txt"))("with marks: %s", (sentence) => {
    expect(read(sentence)).toBe(sentence);
    expect(read(JSON.stringify({ sentence }))).toBe(sentence);
  });
});

describe("without marks", () => {
  const thrown: [completion: string, reason: string][] = [
    ["A patient with [disease] was admitted to hospital.", "placeholder"],
    ["[Name] was given [drug] for the pain.", "placeholder"],
    ["I cannot provide medical advice.", "refusal"],
    ["<think>the user", "thought-only"],
  ];
  it.each(thrown)("%s is %s", (completion, reason) => {
    expect(read(completion, false)).toBe(reason);
  });

  it("takes footnotes out and leaves values in brackets", () => {
    expect(read("Asthma is common in children [3].", false)).toBe("Asthma is common in children.");
    expect(read("The median was 54 [45] years.", false)).toBe("The median was 54 [45] years.");
  });
});

describe("with the prompt", () => {
  const messages = [
    { role: "system" as const, content: "Suppose you write about gene panels.\nMark what belongs to the panel of genes." },
    { role: "user" as const, content: '{"sentence":"He had [gout] for years."}\nbelow the belt of the task is a list of genes' },
    { role: "assistant" as const, content: "She had [asthma] for many years now." },
  ];
  const ask = (completion: string) => {
    const answer = readAnswer(completion, { messages, marks: true });
    return answer.ok ? answer.value : answer.reason;
  };

  it("tells its lines given back, whole, begun or with more around them", () => {
    expect(ask("Mark what belongs to the panel of genes.")).toBe("echoes-prompt");
    expect(ask("Mark what belongs to the")).toBe("echoes-prompt");
    expect(ask("Yes. Mark what belongs to the panel of genes. Done")).toBe("echoes-prompt");
    expect(ask("Mark what belongs.")).toBe("Mark what belongs.");
  });

  it("leaves demonstrations to the run, and passes over them for an answer that is new", () => {
    expect(ask("She had [asthma] for many years now.")).toBe("She had [asthma] for many years now.");
    expect(ask('{"sentence":"He had [gout] for years."}')).toBe("He had [gout] for years.");
    expect(ask('{"sentence":"He had [gout] for years."}\n{"sentence":"A new [rash] came."}')).toBe("A new [rash] came.");
  });
});

describe("a slot word of the task", () => {
  const ask = (completion: string) => {
    const answer = readAnswer(completion, { marks: true, slots: ["phenotype"] });
    return answer.ok ? answer.value : answer.reason;
  };

  it("is no placeholder where a chemical's name reads like a form's", () => {
    for (const name of ["L-NAME", "D-NAME", "N-NAME", "NG-L-NAME"])
      expect(ask(`Rats were given [${name}] for a week.`)).not.toBe("placeholder");
    for (const form of ["first-name", "NAME", "LAST-NAME", "**Last Name**"])
      expect(ask(`Rats were given [${form}] for a week.`)).toBe("placeholder");
  });

  it("is a placeholder where the name of one is wanted, and else a mark", () => {
    expect(ask("The patient was admitted with [phenotype].")).toBe("placeholder");
    expect(ask("A severe [phenotype] was seen in [gout].")).toBe("A severe [phenotype] was seen in [gout].");
  });
});

it("tells a thought that was cut off from an answer that was", () => {
  expect(isUnfinishedThought("<think>The user wants")).toBe(true);
  expect(isUnfinishedThought("<think>x</think>The child with")).toBe(false);
  expect(isUnfinishedThought("The child with")).toBe(false);
});
