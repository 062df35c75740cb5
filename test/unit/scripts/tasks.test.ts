import { expect, it } from "vitest";
import { main } from "../../../scripts/tasks.ts";

async function printed(...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  expect(await main(args, (line) => lines.push(line))).toBe(0);
  return lines;
}

it("prints the sixteen tasks of Table 5 in its order, a line of JSON each", async () => {
  const lines = (await printed()).map((line) => JSON.parse(line) as { id: string; labels: string[]; listings: number[] });
  expect(lines.map((line) => [line.id, line.labels.length])).toEqual([
    ["litcovid", 7],
    ["hoc", 10],
    ["gad", 2],
    ["cdr", 2],
    ["chemprot", 6],
    ["mednli", 3],
    ["mediqa-nli", 3],
    ["mediqa-rqe", 2],
    ["pubhealth", 4],
    ["healthver", 3],
    ["mqp", 2],
    ["bc5cdr-disease", 1],
    ["bc5cdr-chemical", 1],
    ["ncbi-disease", 1],
    ["chemdner", 1],
    ["casi", 6],
  ]);
  expect(lines.at(-1)).toEqual({
    id: "casi",
    family: "attribute",
    labels: ["Medication", "Dosage", "Route", "Frequency", "Reason", "Duration"],
    shots: 5,
    shotsPer: "task",
    metrics: ["f1", "precision", "recall"],
    listings: [1, 3, 9],
  });
  expect(lines[10]).toMatchObject({ id: "mqp", metrics: ["accuracy"], listings: [1, 6, 7, 12, 13] });
});

it("tells its options, and refuses words that it does not know", async () => {
  expect((await printed("--help")).join("\n")).toContain("--read TASK PATH");
  await expect(main(["mqp"], () => {})).rejects.toThrow(/--read TASK PATH/);
  await expect(main(["--raed"], () => {})).rejects.toThrow(/--raed/);
});
