import { describe, expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import type { Topic } from "../../../src/knowledge/topic.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import { converse } from "../../../src/prompts/families.ts";
import { pythonJson } from "../../../src/prompts/released/python-json.ts";
import { releasedFirsts, releasedTokens } from "../../../src/prompts/released/reading.ts";
import { releasedRow } from "../../../src/prompts/released/rows.ts";
import { bc5cdrDisease } from "../../../src/tasks/bc5cdr-disease.ts";
import { casi } from "../../../src/tasks/casi.ts";
import { cdr } from "../../../src/tasks/cdr.ts";
import type { Example } from "../../../src/tasks/example.ts";
import { gad } from "../../../src/tasks/gad.ts";
import { hoc } from "../../../src/tasks/hoc.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import { pubhealth } from "../../../src/tasks/pubhealth.ts";
import type { Task } from "../../../src/tasks/task.ts";

const rule = "-".repeat(20);

/** The example of a conversation that gets these answers, or why there is none, and what was asked. */
function talk(task: Task, label: string, topics: readonly string[], answers: readonly string[], demonstrations: Example[] = []) {
  const topic: Topic = { entities: topics.map((name) => ({ name, type: "X" })), source: "kg" };
  const config = { demonstrations: "shuffled", annotation: "model", fidelity: "released" } as const;
  const context = { label, demonstrations, knowledge: knowledgeOf(noKnowledge), config };
  const conversation = converse(task, context as never, { topic, style: "medical literature" }, rng("t"));
  const asked: string[] = [];
  let step = conversation.next("");
  for (const answer of answers) {
    if (step.done) break;
    asked.push(step.value.messages[0]?.content as string);
    expect(step.value.grammar).toBeUndefined();
    step = conversation.next(answer);
  }
  return { asked, result: step.done ? (step.value.ok ? step.value.value : step.value.reason) : "unfinished" };
}

describe("entities", () => {
  it("come from each row of a completion, in either case, without those that do not occur", () => {
    const completion = [
      '{"Sentence": "Gout and gout.", "Disease": ["Gout", "asthma", "GOUT"]}',
      "not JSON",
      '{"Sentence": "No disease here.", "Disease": []}',
    ].join(`\n${rule}\n`);
    expect(releasedTokens(bc5cdrDisease, completion)).toEqual([
      {
        kind: "token",
        text: "Gout and gout.",
        spans: [
          { start: 0, end: 4, label: "Disease" },
          { start: 9, end: 13, label: "Disease" },
        ],
      },
      { kind: "token", text: "No disease here.", spans: [] },
    ]);
  });

  it("give the first row to an attempt, and a reason where there is none", () => {
    const row = '{"Sentence": "He has gout.", "Disease": ["gout"]}';
    expect(talk(bc5cdrDisease, "Disease", ["gout"], [`${row}\n${rule}\n${row}`]).result).toMatchObject({ text: "He has gout." });
    expect(talk(bc5cdrDisease, "Disease", ["gout"], ["He has gout."]).result).toBe("malformed");
    expect(talk(bc5cdrDisease, "Disease", ["gout"], ['{"Disease": ["gout"]}']).result).toBe("malformed");
    expect(talk(bc5cdrDisease, "Disease", ["gout"], [" "]).result).toBe("empty");
  });

  it("have their own class for attributes, and what is written is read", () => {
    const text = "Took Lasix 5 mg daily.";
    const spans = [
      { start: 5, end: 10, label: "Medication" },
      { start: 11, end: 15, label: "Dosage" },
      { start: 16, end: 21, label: "Frequency" },
    ];
    const row = releasedRow(casi, 0, { kind: "token", text, spans });
    expect(releasedTokens(casi, row)).toEqual([{ kind: "token", text, spans }]);
  });
});

describe("a relation", () => {
  it("is one row with a text that mentions both, or GAD's placeholders for them", () => {
    const answer = '{"text": "@DISEASE$ is linked to @GENE$."}';
    expect(talk(gad, "has_relation", ["gout", "ABCG2"], [answer]).result).toEqual({
      kind: "relation",
      text: "gout is linked to ABCG2.",
      head: { start: 0, end: 4, label: "Disease" },
      tail: { start: 18, end: 23, label: "Gene" },
      label: "has_relation",
    });
    expect(talk(cdr, "induce", ["aspirin", "gout"], ['{"text": "Aspirin is old."}']).result).toBe("entity-absent");
    expect(talk(cdr, "induce", ["aspirin", "gout"], ['{"sentence": "Aspirin and gout."}']).result).toBe("malformed");
  });
});

describe("texts and pairs", () => {
  it("take a text as it is, and show three sentences of a demonstration", () => {
    const demo: Example = {
      kind: "sentence",
      text: "One here. Two here. Three here. Four here.",
      labels: ["resisting cell death"],
    };
    const { asked, result } = talk(hoc, "resisting cell death", ["apoptosis"], [" Cells die. "], [demo]);
    expect(result).toEqual({ kind: "sentence", text: "Cells die.", labels: ["resisting cell death"] });
    expect(asked[0]).toContain("Text: One here. Two here. Three here.\n");
  });

  it("clean first sentences, and read the second out of its row", () => {
    expect(releasedFirsts(`Is β-blocker [safe]?\n${rule}\n…\n${rule}\nYes.`)).toEqual(["Is blocker safe ?", "Yes."]);
    const { asked, result } = talk(pubhealth, "mixture", ["gout"], ["Gout is_cured.", '{"_id": 3, "sent_b": "Some say so."}']);
    expect(result).toEqual({ kind: "pair", first: "Gout is cured.", second: "Some say so.", label: "mixture" });
    expect(asked[1]).toMatch(/\n \{"_id": 3, "label": "mixture", "sent_a": "Gout is cured\.", "sent_b": ""\}$/);
    expect(talk(mqp, "equivalent", ["gout"], ["Is it gout?", "Could it be gout?"]).result).toBe("malformed");
  });
});

it("writes JSON as Python does", () => {
  expect(pythonJson({ a: ["é", 1], b: "😀\n" })).toBe('{"a": ["\\u00e9", 1], "b": "\\ud83d\\ude00\\n"}');
});
