import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { Completion, CompletionRequest, LanguageModel } from "../../../src/engines/language-model.ts";
import { headOf, listItems } from "../../../src/knowledge/list-answer.ts";
import { readTopics, suggestTopics, topicsPrompt } from "../../../src/knowledge/model-topics.ts";
import { readStyles, type SuggestEvent, stylesPrompt, suggestStyles } from "../../../src/knowledge/styles.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { hoc } from "../../../src/tasks/hoc.ts";
import { mqp } from "../../../src/tasks/mqp.ts";

const golden = (name: string) => readFileSync(join(import.meta.dirname, "../../fixtures/knowledge", name), "utf8");
const sentence = (text: string): Example => ({ kind: "token", text, spans: [] });
const two = ["Lithium caused diabetes insipidus in two patients.", "No seizures were seen."].map(sentence);

describe("the prompts are the paper's, word for word", () => {
  it("Listing 1 (F.1): styles", () => {
    expect(stylesPrompt(bc5cdrDisease, two)).toEqual([{ role: "user", content: golden("styles.txt") }]);
    const pair: Example = { kind: "pair", first: "Is flu contagious?", second: "Can I catch the flu?", label: "equivalent" };
    expect(stylesPrompt(mqp, [pair])[0]?.content).toBe(golden("styles-pair.txt"));
  });

  it("section 4.1.1: topics", () => {
    expect(topicsPrompt("diseases")).toEqual([{ role: "user", content: golden("topics.txt") }]);
  });
});

describe("reading lists", () => {
  const cases: [name: string, answer: string, items: string[]][] = [
    ["numbers", "1. Nurses\n2) Surgeons\n(3) Pharmacists.", ["Nurses", "Surgeons", "Pharmacists"]],
    [
      "bullets among prose",
      "Sure! Here are three:\n\n- Nurses\n* Surgeons\n• **Pharmacists**\n\nI hope this helps.",
      ["Nurses", "Surgeons", "Pharmacists"],
    ],
    ["letters with a full stop", "A. Nurses\nB. Surgeons", ["Nurses", "Surgeons"]],
    ["Roman numbers", "i. Nurses\nii. Surgeons\niii. Clerks\niv. Cooks", ["Nurses", "Surgeons", "Clerks", "Cooks"]],
    ["numbers with a dash", "1 - Nurses\n2 - Surgeons", ["Nurses", "Surgeons"]],
    ["numbers and a dash without a space", "1- Nurses\n2- Surgeons", ["Nurses", "Surgeons"]],
    ["numbers and brackets without a space", "1)Nurses\n2)Surgeons", ["Nurses", "Surgeons"]],
    ["number signs", "#1 Nurses\n#2 Surgeons", ["Nurses", "Surgeons"]],
    ["numbers that Markdown escapes", "1\\. Nurses\n2\\. Surgeons", ["Nurses", "Surgeons"]],
    ["bold numbers", "**1.** Nurses\n**2.** Surgeons", ["Nurses", "Surgeons"]],
    ["wide numbers", "1、护士\n2．医生", ["护士", "医生"]],
    ["plus signs", "+ Nurses\n+ Surgeons", ["Nurses", "Surgeons"]],
    ["numbers that are the names' own", "5 - fluorouracil\n6 - mercaptopurine", ["5 - fluorouracil", "6 - mercaptopurine"]],
    ["letters under numbers", "1. Nurses\n   a. Ward nurses\n2. Surgeons", ["Nurses", "Surgeons"]],
    ["a word before each", "1. Author: Nurses\n2. **Author**: Surgeons", ["Nurses", "Surgeons"]],
    ["spaces", "1. Ward   nurses\n2. Surgeons", ["Ward nurses", "Surgeons"]],
    ["letters and quotes", 'a) "Nurses"\nb) “Surgeons”', ["Nurses", "Surgeons"]],
    ["bare lines", "Nurses\nSurgeons\n", ["Nurses", "Surgeons"]],
    ["one line with commas", "The sources are: nurses, surgeons, and pharmacists.", ["nurses", "surgeons", "pharmacists"]],
    ["marks without a word", "1.\n2. ...\n3. Nurses", ["Nurses"]],
    ["nothing", " \n", []],
    ["a dose at the start of a line is no mark", "5-fluorouracil\n3,4-DAP", ["5-fluorouracil", "3,4-DAP"]],
    ["a nuclide at the start of a line is no mark", "(3)H-thymidine\n(18)F-FDG", ["(3)H-thymidine", "(18)F-FDG"]],
    ["numbers without a blank, and in circles", "1.Nurses\n②Surgeons", ["Nurses", "Surgeons"]],
    ["numbers in bold", "**1. Nurses**\n**2. Surgeons**", ["Nurses", "Surgeons"]],
    ["numbers of a word", "Source 1: Nurses\nSource 2: Surgeons", ["Nurses", "Surgeons"]],
    ["numbers said twice", "1. 1. Nurses\n2. 2. Surgeons", ["Nurses", "Surgeons"]],
    ["numbers on one line", "1) Nurses 2) Surgeons, 3) Pharmacists", ["Nurses", "Surgeons", "Pharmacists"]],
    [
      "a number inside of an item begins none",
      "1. Nurses of ward 7\n2. Stage 4. Surgeons",
      ["Nurses of ward 7", "Stage 4. Surgeons"],
    ],
    ["breaks of HTML", "1. Nurses<br>2. Surgeons", ["Nurses", "Surgeons"]],
    ["one line with semicolons", "Nurses; surgeons, too; pharmacists", ["Nurses", "surgeons, too", "pharmacists"]],
    ["a table", "| No. | Source |\n|---|:--|\n| 1 | Nurses |\n| 2 | **Surgeons** |", ["Nurses", "Surgeons"]],
    ["JSON", '["Nurses", "Surgeons, too"]', ["Nurses", "Surgeons, too"]],
    ["JSON of a field", 'Here: {"sources": ["Nurses", "Surgeons"], "count": 2}', ["Nurses", "Surgeons"]],
    [
      "JSON of objects, in a fence",
      '```json\n[{"name": "Nurses", "why": "notes"}, {"name": "Surgeons", "why": "letters"}]\n```',
      ["Nurses", "Surgeons"],
    ],
    ["a thought before the list", "<think>\n- not these\n</think>\n- Nurses\n- Surgeons<|im_end|>", ["Nurses", "Surgeons"]],
    ["a thought that did not end", "<think>\n- not these\n- nor these", []],
  ];
  it.each(cases)("%s", (_, answer, items) => expect(listItems(answer)).toEqual(items));

  it.each([
    ["prose", "I would need to know the patient first.\nThen I could say more about all of the possible causes."],
    ["an introduction without a list", "Here are the possible sources:\n"],
    ["a sentence with a comma", "Once again, I would aim to help."],
  ])("finds none in %s", (_, answer) => expect(listItems(answer)).toEqual([]));

  it("drops the last item of an answer that was cut, and only that", () => {
    expect(listItems("1. Nurses\n2. Surgeo", true)).toEqual(["Nurses"]);
    expect(listItems("nurses, surgeons, pharma", true)).toEqual(["nurses", "surgeons"]);
    expect(listItems("1. Nurses\n2. Surgeons\nThese are the most li", true)).toEqual(["Nurses", "Surgeons"]);
    expect(listItems('["Nurses", "Surgeons", "Pharma', true)).toEqual(["Nurses", "Surgeons"]);
  });

  it("takes an item's head from its explanation, and leaves hyphens alone", () => {
    for (const item of ["Nurses: in notes", "Nurses - who write", "Nurses (in notes)", "Nurses. They write", "Nurses – who"])
      expect(headOf(item)).toBe("Nurses");
    expect(headOf("Doctor-patient e-mails")).toBe("Doctor-patient e-mails");
  });
});

describe("reading styles", () => {
  it("keeps what can follow 'in the style of', once, acronyms as they are", () => {
    const answer = [
      "Here are three potential sources:",
      "1. **Medical literature**: journals and textbooks.",
      "2. A nurse (in a hospital)",
      "3. medical literature",
      "4. EHR notes",
      "5. Source 2: Case reports",
      "6. Author",
      "7. The sentences were perhaps written by a doctor who had seen many such patients",
    ].join("\n");
    expect(readStyles(answer)).toEqual(["medical literature", "nurse", "EHR notes", "case reports"]);
  });

  it("finds none in prose that lists nothing", () => {
    expect(
      readStyles("The sentences are about diseases, and were written by someone who knows a great deal about them."),
    ).toEqual([]);
    expect(readStyles("")).toEqual([]);
  });
});

describe("reading topics", () => {
  it("cleans them as the graph's and drops what is none", () => {
    const answer =
      "1. Hypertension (high blood pressure)\n2. hypertension\n3. Alzheimer's Disease\n4. diseases\n5. Type 2 diabetes\n6. The patient should always see a doctor first\n7. Tests for diseases\n8. Cancer cancer\n9. Non-Hodgkin lymphoma";
    expect(readTopics(answer, bc5cdrDisease)).toEqual([
      "hypertension",
      "alzheimer's disease",
      "type 2 diabetes",
      "non-hodgkin lymphoma",
    ]);
  });

  it("takes names with digits and signs, and no number that counts a list", () => {
    const answer =
      "1. COVID-19\n2. 5-fluorouracil\n3. PI3K/AKT signaling\n4. vitamin B12\n5. disease 1\n6. 2021\n7. Gout is painful";
    const names = ["covid-19", "5-fluorouracil", "pi3k/akt signaling", "vitamin b12"];
    for (const task of [bc5cdrDisease, hoc]) expect(readTopics(answer, task)).toEqual(names);
  });

  it("takes names that look like a word of prose, and no prose", () => {
    const answer = "1. May-Hegglin anomaly\n2. Bipolar I disorder\n3. I am a model\n4. It may hurt";
    for (const task of [bc5cdrDisease, hoc])
      expect(readTopics(answer, task)).toEqual(["may-hegglin anomaly", "bipolar i disorder"]);
  });

  it("takes longer subtopics of whole texts than names of entities", () => {
    const answer = "1. Loss of p53 function in dividing cells\n2. Gout";
    expect(readTopics(answer, hoc)).toEqual(["loss of p53 function in dividing cells", "gout"]);
    expect(readTopics(answer, bc5cdrDisease)).toEqual(["gout"]);
  });

  it("has each name once, in the case that came first", () => {
    expect(readTopics("1. Gout\n2. GOUT\n3. COPD\n4. gout.", bc5cdrDisease)).toEqual(["gout", "COPD"]);
  });
});

/** Answers in order, then the last one again; remembers what it was asked. */
function script(...answers: (string | Completion)[]): LanguageModel & { readonly asked: CompletionRequest[] } {
  const asked: CompletionRequest[] = [];
  return {
    asked,
    id: "test/script",
    contextTokens: 2048,
    slots: 1,
    deterministic: true,
    async complete(request) {
      asked.push(request);
      const answer = answers[Math.min(asked.length, answers.length) - 1] as string | Completion;
      return typeof answer === "string" ? { text: answer, finish: "stop", promptTokens: 1, completionTokens: 1 } : answer;
    },
    close: async () => undefined,
  };
}

async function run<T>(generator: AsyncGenerator<SuggestEvent, T>): Promise<{ events: SuggestEvent[]; result: T }> {
  const events: SuggestEvent[] = [];
  for (let next = await generator.next(); ; next = await generator.next()) {
    if (next.done) return { events, result: next.value };
    events.push(next.value);
  }
}

const signal = new AbortController().signal;
const remarks = (events: readonly SuggestEvent[]) => events.flatMap((e) => (e.type === "remark" ? [e.text] : []));

describe("suggesting styles", () => {
  it("shows five of the few-shot examples in each of three questions at most", async () => {
    const rows = Array.from({ length: 9 }, (_, i): Example => ({ kind: "token", text: `row ${i} tells of gout`, spans: [] }));
    const model = script("1. Nurses");
    await run(suggestStyles(model, bc5cdrDisease, rows, rng("s"), signal));
    expect(model.asked).toHaveLength(3);
    for (const { messages } of model.asked) expect(messages[0]?.content.match(/row \d/g)).toHaveLength(5);
    expect(new Set(model.asked.map(({ messages }) => messages[0]?.content)).size).toBe(3);
  });

  it("asks again with another seed until there are enough, and tells prompt and answer of each question", async () => {
    const model = script(
      "1. Nurses\n2. Surgeons\n3. Case reports",
      "1. nurses\n2. EHR notes\n3. Textbooks",
      "1. Patients\n2. Forums",
    );
    const { events, result } = await run(suggestStyles(model, bc5cdrDisease, two, rng("s"), signal));
    expect(result.map((s) => s.name)).toEqual(["nurses", "surgeons", "case reports", "EHR notes", "textbooks", "patients"]);
    expect(new Set(result.map((s) => s.source))).toEqual(new Set(["llm"]));
    expect(new Set(model.asked.map((r) => r.seed)).size).toBe(3);
    expect(events.map((e) => e.type)).toEqual(Array(3).fill(["asking", "answered"]).flat());
    expect(events[0]).toMatchObject({ what: "styles", prompt: model.asked[0]?.messages[0]?.content });
    expect(events[3]).toMatchObject({ found: 2, text: "1. nurses\n2. EHR notes\n3. Textbooks" });
  });

  it("is the same for the same seed: requests and all", async () => {
    const asked = async () => {
      const model = script("1. Nurses");
      await run(suggestStyles(model, bc5cdrDisease, two, rng("s", 7), signal));
      return model.asked;
    };
    expect(await asked()).toEqual(await asked());
  });

  it.each([
    ["none", "I cannot do that.", ["medical literature", "patient-doctor dialogues"], /no style/],
    ["one only", "1. Nurses", ["nurses", "medical literature", "patient-doctor dialogues"], /one style only/],
  ])("adds the paper's, aloud, when the model gives %s", async (_, answer, names, says) => {
    const { events, result } = await run(suggestStyles(script(answer), bc5cdrDisease, two, rng("s"), signal));
    expect(result.map((s) => s.name)).toEqual(names);
    expect(result.at(-1)?.source).toBe("paper");
    expect(remarks(events).join()).toMatch(says);
  });

  it("does not take a word that the token limit cut", async () => {
    const cut: Completion = {
      text: "1. Nurses\n2. Surgeons\n3. Case rep",
      finish: "length",
      promptTokens: 1,
      completionTokens: 9,
    };
    const { result } = await run(suggestStyles(script(cut), bc5cdrDisease, two, rng("s"), signal));
    expect(result.map((s) => s.name)).toEqual(["nurses", "surgeons"]);
  });
});

describe("suggesting topics", () => {
  const list = (noun: string, from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `${i + 1}. ${noun} ${String.fromCharCode(97 + from + i).repeat(3)}`).join("\n");
  const asking = { perType: 8, patience: 2, sampling: { temperature: 1, topP: 1, maxTokens: 512 }, grammar: false };

  it("asks for each entity type until it has enough, drops repeats, and gives the same to each label", async () => {
    const model = script(list("Fever", 0, 5), list("Fever", 3, 12), list("Pill", 0, 9), list("Rash", 0, 9), list("Itch", 0, 8));
    const { events, result } = await run(suggestTopics(model, mqp, rng("t"), signal, asking));
    const topics = result.equivalent ?? [];
    expect(topics.filter((t) => t.entities[0]?.type === "diseases").map((t) => t.entities[0]?.name)).toEqual(
      [..."abcdefgh"].map((c) => `fever ${c.repeat(3)}`),
    );
    expect(topics).toHaveLength(32);
    expect(topics.every((t) => t.source === "llm" && t.provenance === undefined)).toBe(true);
    expect(result.not_equivalent).toEqual(topics);
    expect(model.asked.map((r) => r.messages[0]?.content.match(/set of (\w+)/)?.[1])).toEqual([
      "diseases",
      "diseases",
      "symptoms",
      "drugs",
      "side",
    ]);
    expect(events.filter((e) => e.type === "answered").map((e) => e.found)).toEqual([5, 7, 9, 9, 8]);
  });

  it("gives up on a type when nothing new comes, and says how many it has", async () => {
    const model = script("1. Gout\n2. Asthma");
    const { events, result } = await run(suggestTopics(model, bc5cdrDisease, rng("t"), signal, asking));
    expect((result.Disease ?? []).map((t) => t.entities[0]?.name)).toEqual(["gout", "asthma"]);
    expect(model.asked).toHaveLength(3 * 3); // one that gives, two in vain, for each entity type
    expect(remarks(events)[0]).toMatch(/2 of 8 diseases/);
  });

  it("asks three times in vain before it gives up, by the paper's settings", async () => {
    const model = script("1. Gout\n2. Asthma");
    await run(suggestTopics(model, bc5cdrDisease, rng("t"), signal));
    expect(model.asked).toHaveLength((1 + 3) * 3);
  });

  it("fails with `no-topics` when the model lists nothing", async () => {
    await expect(run(suggestTopics(script("I am a language model."), mqp, rng("t"), signal, asking))).rejects.toMatchObject({
      code: "no-topics",
    });
  });

  it("passes on what the engine throws", async () => {
    const broken: LanguageModel = { ...script(""), complete: () => Promise.reject(new Error("the engine broke")) };
    await expect(run(suggestTopics(broken, mqp, rng("t"), signal, asking))).rejects.toThrow("the engine broke");
  });
});
