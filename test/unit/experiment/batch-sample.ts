// Choices and rows of a batch over a sample, for tests.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rng } from "../../../src/base/rng.ts";
import type { NotebookData } from "../../../src/experiment/notebook.ts";
import { readDataset } from "../../../src/formats/dataset.ts";
import type { KnowledgeData, Topic } from "../../../src/knowledge/topic.ts";
import { taskById } from "../../../src/tasks/catalogue.ts";

const samples = join(import.meta.dirname, "../../../public/samples");

export async function sampleData(task: string): Promise<NotebookData> {
  const names = ["train_few.jsonl", "dev_few.jsonl", "test.jsonl", "label.txt"];
  const files = new Map(names.map((name) => [name, new Blob([readFileSync(join(samples, task, name))])]));
  const { train, validation, test } = await readDataset(taskById(task), files, rng("dataset", 1));
  return { source: "sample", remarks: [], train, validation, test };
}

const topics = ["gout", "asthma", "migraine", "sepsis", "psoriasis"].map(
  (name): Topic => ({ entities: [{ name, type: "Disease" }], source: "kg" }),
);

export const sampleKnowledge = (task: string): KnowledgeData => ({
  topics: Object.fromEntries(taskById(task).labels.map(({ id }) => [id, topics])),
  styles: [{ name: "medical literature", source: "paper" }],
  lexicon: ["headache"],
});
