// Prompts of the released code against hashes that were taken from its own functions: first twelve hexadecimal digits of SHA-256, and the length.

import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { rng } from "../../../src/base/rng.ts";
import { knowledgeOf, noKnowledge } from "../../../src/knowledge/topic.ts";
import type { Fidelity } from "../../../src/prompts/conversation.ts";
import { converse } from "../../../src/prompts/families.ts";
import { releasedPrompt } from "../../../src/prompts/released/prompt.ts";
import { verbatimTask } from "../../../src/prompts/verbatim.ts";
import { taskById, tasks } from "../../../src/tasks/catalogue.ts";
import { mqp } from "../../../src/tasks/mqp.ts";
import type { Task } from "../../../src/tasks/task.ts";

/** Tasks of one hash, the label, the turn, the hash and the length. */
type Row = readonly [tasks: readonly string[], label: string, turn: number, hash: string, length: number];

const ner: readonly Row[] = [
  [["bc5cdr-disease", "ncbi-disease"], "Disease", 0, "0601864892cd", 562],
  [["bc5cdr-chemical", "chemdner"], "Chemical", 0, "f1139582e469", 569],
];
const casi: Row = [["casi"], "Medication", 0, "f53874481def", 603];
const text: readonly Row[] = [
  [["litcovid"], "epidemic forecasting", 0, "218944bec106", 485],
  [["litcovid"], "treatment", 0, "2a8c4fe30cd2", 419],
  [["litcovid"], "prevention", 0, "ae9bc5bc9081", 425],
  [["litcovid"], "mechanism", 0, "d25da2546525", 419],
  [["litcovid"], "case report", 0, "993e0fc21df6", 431],
  [["litcovid"], "transmission", 0, "68e89b82e343", 437],
  [["litcovid"], "diagnosis", 0, "f2d9a5c2cb87", 419],
  [["hoc"], "evading growth suppressors", 0, "db77563144f1", 513],
  [["hoc"], "tumor promoting inflammation", 0, "88cecb933c1d", 525],
  [["hoc"], "enabling replicative immortality", 0, "673e436dbf98", 549],
  [["hoc"], "cellular energetics", 0, "6315082e9a61", 471],
  [["hoc"], "resisting cell death", 0, "f7a4f93126eb", 477],
  [["hoc"], "activating invasion and metastasis", 0, "0a3615c0a611", 561],
  [["hoc"], "genomic instability and mutation", 0, "de82a610e4e9", 549],
  [["hoc"], "inducing angiogenesis", 0, "1f1b603585d7", 483],
  [["hoc"], "sustaining proliferative signaling", 0, "c6d2d037bc06", 561],
  [["hoc"], "avoiding immune destruction", 0, "3ca74f2b21d0", 519],
];
const relation: readonly Row[] = [
  [["gad"], "has_relation", 0, "e73938f0e3ef", 663],
  [["gad"], "no_relation", 0, "3a5604e2438b", 666],
  [["cdr"], "not_induce", 0, "b00761a57770", 568],
  [["cdr"], "induce", 0, "7f457d8753ba", 544],
  [["chemprot"], "upregulator", 0, "5ad7bb283682", 554],
  [["chemprot"], "downregulator", 0, "46ccfdbf0bf7", 561],
  [["chemprot"], "agonist", 0, "9a2e8317434d", 565],
  [["chemprot"], "antagonist", 0, "3e69539e08e5", 586],
  [["chemprot"], "product_of", 0, "02e1353556be", 559],
  [["chemprot"], "not", 0, "6e3f08711926", 559],
];
const first: readonly Row[] = [
  [["mediqa-rqe"], "entail", 0, "913791a97a5c", 415],
  [["mediqa-nli", "mednli"], "entail", 0, "ca8c9dc14d5c", 343],
  [["mqp"], "equivalent", 0, "ca8c9dc14d5c", 343],
  [["pubhealth", "healthver"], "refute", 0, "5af6e035a39d", 367],
];
const second: readonly Row[] = [
  [["mediqa-rqe"], "not_entail", 1, "f35e9bdbe922", 625],
  [["mediqa-rqe"], "entail", 1, "c9aa03af3030", 640],
  [["mediqa-nli", "mednli"], "entail", 1, "db4d8181429b", 640],
  [["mediqa-nli", "mednli"], "neutral", 1, "3f2273c4851c", 650],
  [["mediqa-nli", "mednli"], "contradict", 1, "d5eeff77417e", 649],
  [["pubhealth", "healthver"], "refute", 1, "f47bb2ade71d", 577],
  [["pubhealth", "healthver"], "unproven", 1, "15fb4085732d", 664],
  [["pubhealth", "healthver"], "support", 1, "0bc4b67412ed", 606],
  [["pubhealth"], "mixture", 1, "5fc21bd97ee9", 658],
];
/** Hashes of prompts whose descriptions the code has exchanged. */
const swapped: readonly Row[] = [
  [["mqp"], "not_equivalent", 1, "b57700caa48d", 454],
  [["mqp"], "equivalent", 1, "5a7384645490", 455],
];

const nerRows = (domain: string) => [
  `{"Sentence": "S1", "${domain}": ["D"]}`,
  `{"Sentence": "S2", "${domain}": []}`,
  `{"Sentence": "S3", "${domain}": ["E", "F"]}`,
];
/** The demonstrations that the hashes were taken with. */
function demonstrations(task: Task, label: string, turn: number): readonly string[] {
  switch (task.family) {
    case "ner":
      return nerRows(label);
    case "attribute":
      return ['{"Sentence": "S1", "Medication": ["m"]}'];
    case "classification":
      return ["S1.", "S2.", "S3."];
    case "relation":
      return ['{"_id": 0, "text": "T"}'];
    case "pair":
      return turn === 0 ? ["DEMO1", "DEMO2", "DEMO3"] : ['{"_id": 0, "sent_a": "A", "sent_b": "B"}'];
    default:
      return task satisfies never;
  }
}

function promptOf(task: Task, label: string, turn: number): string {
  const topics = task.family === "relation" ? ["HEAD", "TAIL"] : ["TOPIC"];
  return releasedPrompt(
    task,
    turn,
    { label, topics, style: "style", first: "FIRST", index: 0 },
    demonstrations(task, label, turn),
  );
}

const facts = (prompt: string) => ({
  length: prompt.length,
  hash: createHash("sha256").update(prompt).digest("hex").slice(0, 12),
});

const cases = [...ner, casi, ...text, ...relation, ...first, ...second].flatMap(([tasks, label, turn, hash, length]) =>
  tasks.map((task) => ({ task, label, turn, hash, length })),
);

it.each(cases)("$task $label, turn $turn: the released code's bytes", ({ task, label, turn, hash, length }) => {
  expect(facts(promptOf(taskById(task), label, turn))).toEqual({ length, hash });
});

it.each(swapped)(
  "%s %s: the released code's bytes, once the labels have each other's descriptions",
  (_, label, turn, hash, length) => {
    expect(facts(promptOf(verbatimTask(mqp), label, turn))).toEqual({ length, hash });
  },
);

it("writes the code's faults where they are asked for, and only in the prompts that have them", () => {
  const asked = (task: Task, fidelity: Fidelity) => {
    const drawn = { topic: { entities: [{ name: "gout", type: "Disease" }], source: "kg" }, style: "literature" } as const;
    const context = {
      label: task.labels[0]?.id as string,
      demonstrations: [],
      knowledge: knowledgeOf(noKnowledge),
      config: { demonstrations: "none", annotation: "model", fidelity },
    } as const;
    const talk = converse(task, context, drawn, rng("talk"));
    const first = talk.next("").value;
    return [first, talk.next("A sentence that is long enough.").value];
  };
  const [released, verbatim] = [asked(mqp, "released"), asked(mqp, "verbatim")];
  expect(verbatim[0]).toEqual(released[0]);
  expect(JSON.stringify(released[1])).toContain("two sentences may look similar syntactically");
  expect(JSON.stringify(verbatim[1])).toContain("two sentences are syntactically dissimilar");
  for (const task of tasks.filter(({ family, id }) => family === "pair" && id !== "mqp")) {
    expect(asked(task, "verbatim")).toEqual(asked(task, "released"));
  }
});

it("covers each label of each task, and both turns of pairs", () => {
  const hashes = new Set([...cases, ...swapped.map(([, , , hash]) => ({ hash }))].map(({ hash }) => hash));
  expect(hashes.size).toBe(44); // one first sentence serves MEDIQA-NLI and MQP
});
