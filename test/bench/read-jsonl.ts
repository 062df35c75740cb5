// Seconds to read 100,000 rows of ClinGen's JSONL, on the clock and of the processor: npx tsx test/bench/read-jsonl.ts

import process from "node:process";
import { readRows } from "../../src/formats/dataset.ts";
import { taskById } from "../../src/tasks/catalogue.ts";

const rows = 100_000;
const words =
  "Torsade de pointes followed a low dose of dobutamine in a patient with dilated cardiomyopathy and heart failure .".split(" ");

const contents: Readonly<Record<string, (i: number) => object>> = {
  "bc5cdr-disease": (i) => ({
    tokens: [`${i}`, ...words],
    spans: [
      [1, 3, "Disease"],
      [15, 16, "Disease"],
      [18, 19, "Disease"],
    ],
  }),
  mqp: (i) => ({ _id: i % 2, text_a: `${i} ${words.join(" ")}`, text_b: words.join(" ") }),
};

for (const [id, row] of Object.entries(contents)) {
  const text = Array.from({ length: rows }, (_, i) => `${JSON.stringify(row(i))}\n`).join("");
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const { rows: read } = await readRows(taskById(id), new Map([["test.jsonl", new Blob([text])]]));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const figure = (value: number): number => Number(value.toFixed(2));
  const megabytes = Math.round(text.length / 1e6);
  const processor = figure((user + system) / 1e6);
  console.log(JSON.stringify({ task: id, rows: read.rows.test?.length, megabytes, seconds: figure(seconds), processor }));
}
