// Answers of batches in the file of npm run experiment: cells that they fill, and folders that fit none.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answersIn } from "../../../scripts/experiment-answers.ts";
import { readExperimentFile } from "../../../scripts/experiment-file.ts";
import { readStoredLog, storedLog } from "../../../src/generate/stored-log.ts";
import { parseManifest } from "../../../src/models/manifest.ts";
import { batch, type ChatServer, chatServer, toTheEnd } from "./batch-server.ts";

const manifest = parseManifest(readFileSync(join(import.meta.dirname, "../../../models/manifest.json"), "utf8"));
const away = "org/model-70b";
const known = "smollm2-135m-instruct";
let folder = "";
let server: ChatServer;

const read = (file: object) => readExperimentFile(JSON.stringify(file), join(folder, "plan.json"), manifest);
const grid = { tasks: ["mqp"], sources: ["none", "clingen"], seeds: [1], size: 6 };

async function began(name: string, model: string, seed = 1) {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ task: "mqp", source: "clingen", seed, size: 6, model }));
  return batch("--out", join(folder, name), path);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "clinfuse-answers-"));
  server = await chatServer();
  for (const [name, model] of [
    ["away", away],
    ["known", known],
  ] as const) {
    await toTheEnd(server.url, join(folder, name), await began(name, model));
  }
  await began("waiting", away, 2);
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.close();
});

describe("answers of a file", () => {
  it("fill the cell of their choices, whose model is then not needed here", () => {
    const { cells, models } = read({ ...grid, answers: ["known"] });
    expect(cells.map(({ source, answers }) => [source, answers])).toEqual([
      ["none", undefined],
      ["clingen", join(folder, "known")],
    ]);
    expect(models).toEqual(["all-minilm-l6-v2"]);
    expect(read(grid).models.toSorted()).toEqual(["all-minilm-l6-v2", known]);
  });

  it("fill every share and filter of the set, and a set that is smaller", () => {
    const { cells } = read({
      ...grid,
      size: 4,
      sources: ["clingen"],
      shares: [50, 100],
      filters: ["none", "map"],
      answers: ["known"],
    });
    expect(cells).toHaveLength(4);
    for (const { answers, config } of cells) expect([answers, config.size]).toEqual([join(folder, "known"), 4]);
    expect(() => read({ ...grid, size: 7, answers: ["known"] })).toThrow(/answers\[0\].*no cell .*6 examples/);
  });

  it("fill a cell of answers to the test set whatever its size, for they are as many as the test set has", async () => {
    const task = { id: "mqp", test: 5 };
    writeFileSync(join(folder, "asked.json"), JSON.stringify({ task, source: "in-context", seed: 1, size: 1, model: known }));
    const at = join(folder, "asked");
    await batch("--out", at, join(folder, "asked.json"));
    const lines = readFileSync(join(at, "turn-1.jsonl"), "utf8").trimEnd().split("\n");
    const body = { choices: [{ message: { content: "equivalent" }, finish_reason: "stop" }] };
    const answers = lines.map((line) =>
      JSON.stringify({ custom_id: JSON.parse(line).custom_id, response: { status_code: 200, body } }),
    );
    writeFileSync(join(at, "answers.jsonl"), answers.join("\n"));
    await batch("--in", at, join(at, "answers.jsonl"));
    const { cells } = read({ ...grid, tasks: [task], sources: ["in-context"], answers: ["asked"] });
    expect(cells.map(({ answers: from, config }) => [from, config.size])).toEqual([[at, 6]]);
  });

  it("let the file name a model that is not here, and cells that nobody answered are left out aloud", () => {
    const { cells, leftOut } = read({ ...grid, models: [away], seeds: [1, 2], answers: ["away"] });
    expect(cells.map(({ source, seed, model }) => [source, seed, model])).toEqual([
      ["none", 1, undefined],
      ["clingen", 1, away],
      ["none", 2, undefined],
    ]);
    expect(leftOut).toEqual([`No folder of "answers" holds those of ${away} for mqp, ClinGen, seed 2`]);
    expect(() => read({ ...grid, models: [away] })).toThrow(/models\[0\] takes /);
  });

  it.each([
    ["is no batch", ["nowhere"], /answers\[0\]: .*nowhere is no folder of npm run batch/],
    ["waits for answers", ["known", "waiting"], /answers\[1\]: .*waits for the answers to turn-1\.jsonl \(0 of 6 examples\)/],
    [
      "no cell wants",
      ["known", "away"],
      /answers\[1\]: no cell .*away: mqp, ClinGen \(clingen .*\) by org\/model-70b, seed 1, 6 examples/,
    ],
  ])("name the folder that %s", (_, answers, message) => {
    expect(() => read({ ...grid, answers })).toThrow(message);
  });

  it("name the folder whose state cannot be read, and what writes it anew", () => {
    const at = join(folder, "cut");
    cpSync(join(folder, "known"), at, { recursive: true });
    writeFileSync(join(at, "summary.json"), '{"run":"0c');
    expect(() => read({ ...grid, answers: ["cut"] })).toThrow(
      /answers\[0\]: .*cut has no summary\.json .* npm run batch -- --in /,
    );
  });

  it("are read as the log that the batch wrote, to the byte", () => {
    const { log, knowledge } = answersIn(join(folder, "known"));
    const run = readStoredLog(log, "log.jsonl");
    expect(run.entries.filter(({ type }) => type === "accepted")).toHaveLength(6);
    expect(storedLog(run)).toBe(log);
    expect(Object.keys(knowledge.topics).length).toBeGreaterThan(0);
    expect(() => readStoredLog(log.slice(0, -9), "log.jsonl")).toThrow(
      `log.jsonl, line ${log.trimEnd().split("\n").length}, is no entry`,
    );
    expect(() => readStoredLog("", "log.jsonl")).toThrow("log.jsonl begins with no run");
  });
});
